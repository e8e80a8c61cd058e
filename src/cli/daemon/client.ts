import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isLnoError, LnoError } from '../../base/error.js'
import { type ControlClient, connectControl } from '../../node/control/client.js'
import type { NodeApi } from '../../node/methods/index.js'
import type { Context } from '../frame/command.js'

export type NodeClient = ControlClient<NodeApi>

/** Networks next to this one whose folder holds a control socket: the commonest reason why no node is found. */
function othersRunning(dataDir: string): readonly string[] {
  try {
    return readdirSync(dirname(dataDir)).filter(
      (name) => name !== basename(dataDir) && existsSync(join(dirname(dataDir), name, 'control.sock')),
    )
  } catch {
    return []
  }
}

/**
 * The node that runs on the data folder.
 * @throws LnoError `NODE_NOT_RUNNING`, with the network to try where another one's node runs; `NODE_NOT_ANSWERING`, …
 */
export async function openNode({ config }: Pick<Context, 'config'>): Promise<NodeClient> {
  const { dataDir } = config()
  try {
    return await connectControl<NodeApi>(dataDir)
  } catch (error) {
    const others = isLnoError(error, 'NODE_NOT_RUNNING') ? othersRunning(dataDir) : []
    if (!isLnoError(error) || others.length === 0) throw error
    const hint = others.map((name) => `--network ${name}`).join(' or ')
    throw new LnoError(error.code, `${error.message}, but there is one of another network (${hint})`, { cause: error })
  }
}

/** Runs `use` with the node that runs on the data folder. @throws LnoError as `openNode`, and what `use` throws */
export async function withNode<T>(context: Pick<Context, 'config'>, use: (node: NodeClient) => Promise<T>): Promise<T> {
  const node = await openNode(context)
  try {
    return await use(node)
  } finally {
    node.close()
  }
}
