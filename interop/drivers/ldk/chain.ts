import type { LineProcess } from '../../lib/line-process.js'

/** Blocks that follow the one with a funding transaction: more than any of the channels asks for. */
const BURIED = 5

/** Milliseconds that a channel may take to come about. */
const PATIENCE_MS = 30_000

/** Milliseconds between looks at a channel. */
const LOOK_MS = 20

/**
 * A chain made by hand for LDK nodes of this process. A block is the transactions in it; the nodes make the same header of
 * them, so nobody has to hand headers around.
 */
const blocks: (readonly string[])[] = []

/** Nodes that are told of blocks, and how many they know. */
const heights = new Map<LineProcess, number>()

/** Blocks are handed out one after the other. */
let busy: Promise<void> = Promise.resolve()

export function joinChain(node: LineProcess): void {
  heights.set(node, 0)
}

export function leaveChain(node: LineProcess): void {
  heights.delete(node)
}

async function catchUp(node: LineProcess): Promise<void> {
  for (;;) {
    const height = heights.get(node)
    if (height === undefined || height >= blocks.length) return
    try {
      await node.call('block', { transactions: blocks[height] })
    } catch (error) {
      // One that left in the middle, of another cell, is no failure of who mines.
      if (heights.has(node)) throw error
      return
    }
    if (heights.has(node)) heights.set(node, height + 1)
  }
}

/** Puts transactions into a block, and tells every node of it. */
function mine(transactions: readonly string[]): Promise<void> {
  const turn = busy.then(async () => {
    blocks.push(transactions, ...Array.from({ length: BURIED }, () => []))
    await Promise.all([...heights.keys()].map(catchUp))
  })
  // The next one is mined all the same.
  busy = turn.catch(() => undefined)
  return turn
}

interface Channel {
  readonly peer: string
  readonly usable: boolean
  readonly receives: boolean
}

/** Opens a channel, and returns when either side can pay over it. */
export async function openChannel(
  from: { readonly process: LineProcess; readonly nodeId: string },
  to: { readonly process: LineProcess; readonly nodeId: string },
  amountSat: bigint,
): Promise<void> {
  const mark = from.process.events.length
  await from.process.call('open', { peer: to.nodeId, amount_sat: `${amountSat}` })
  const funded = await from.process.next(
    ({ event }) => event === 'broadcast' || event === 'channel_closed',
    PATIENCE_MS,
    mark,
  )
  if (funded?.event !== 'broadcast') throw new Error(`no channel came about: ${funded?.reason ?? 'nothing was funded'}`)
  await mine((funded.transactions as readonly { readonly hex: string }[]).map(({ hex }) => hex))
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const [ours, theirs] = await Promise.all([from.process, to.process].map((node) => node.call<Channel[]>('channels')))
    const works = ({ usable, receives }: Channel) => usable && receives
    const here = ours?.some((channel) => channel.peer === to.nodeId && works(channel))
    const there = theirs?.some((channel) => channel.peer === from.nodeId && works(channel))
    if (here && there) return
    if (Date.now() > end) throw new Error(`the channel is not usable after ${PATIENCE_MS / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}
