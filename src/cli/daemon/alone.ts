import { systemClock } from '../../node/clock.js'
import { identityOf } from '../../node/identity.js'
import { systemNet } from '../../node/net/index.js'
import { createNode, type LnoNode } from '../../node/node.js'
import { systemRandom } from '../../node/random.js'
import { memoryStore } from '../../node/store/memory-store.js'
import type { NetworkName } from '../../wire/chains.js'

/** A node for one command: a key that nobody has seen before, no disk, no calls taken. */
export async function withThrowAwayNode<T>(network: NetworkName, use: (node: LnoNode) => Promise<T>): Promise<T> {
  const node = await createNode({
    network,
    identity: identityOf(systemRandom(32)),
    store: memoryStore(),
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    nextTurn: (run) => void setImmediate(run),
  })
  try {
    return await use(node)
  } finally {
    await node.stop()
  }
}
