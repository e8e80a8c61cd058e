import { openNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description: 'Returns when the node has ended and its data folder is free again.',
  args: {},
  options: {},
  examples: ['lno node stop'],
  run: async (context) => {
    const node = await openNode(context)
    const { pid } = await node.call('node.stop', {})
    await node.closed
    await ended(pid)
    context.result({ stopped: true, pid }, () => `The node (process ${pid}) has stopped.`)
    context.next('lno node start')
  },
})

/** Time that a process has to end after it has closed its socket: it only closes its database. */
const MOST_MS = 10_000

async function ended(pid: number): Promise<void> {
  for (let waited = 0; waited < MOST_MS && isAlive(pid); waited += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
