/** What travels to one side of a connection, in order. */
export type Item =
  /** The other side's `init`. */
  | { readonly type: 'open' }
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  /** The end of the stream. */
  | { readonly type: 'close' }

/** One side of a connection: what is on its way to it, and whether it has seen the other's `init` and not yet the end. */
interface Side {
  items: Item[]
  state: 'waiting' | 'up' | 'gone'
  meddledWith: boolean
}

/** Connections between numbered nodes: reliable, ordered streams that end, unless somebody meddles with what is on the way. */
export interface WorldNet {
  /** A new connection; there must be none. */
  connect(a: number, b: number): void
  connected(a: number, b: number): boolean
  /** Nobody meddled with this connection. */
  isWhole(a: number, b: number): boolean
  /** `node` has seen the `init` of `peer` and not yet the end of this connection. */
  isUp(node: number, peer: number): boolean
  /** Puts a message on its way; lost when the connection has ended for `from`. */
  send(from: number, to: number, bytes: Uint8Array): void
  /** Directions in which something is on its way, in a fixed order. */
  busy(): readonly (readonly [from: number, to: number])[]
  /** What arrives next at `to`. */
  take(from: number, to: number): Item | undefined
  /** `by` leaves: what was on its way to it is lost, the other side hears the rest and then of the end. */
  leave(by: number, peer: number): void
  /** Breaks: of what is on its way only the first `keep` of each direction arrive, then the end. */
  cut(a: number, b: number, keep: number): void
  /** Faults below the connection: the messages on their way, changed. The `init` and the end stay where they are. */
  meddle(from: number, to: number, change: (messages: readonly Uint8Array[]) => readonly Uint8Array[]): void
}

export function createWorldNet(): WorldNet {
  const connections = new Map<string, ReadonlyMap<number, Side>>()
  const nameOf = (a: number, b: number): string => (a < b ? `${a}-${b}` : `${b}-${a}`)
  const sideOf = (node: number, peer: number): Side | undefined => connections.get(nameOf(node, peer))?.get(node)
  const isEnded = (side: Side): boolean => side.items.at(-1)?.type === 'close'

  const end = (side: Side | undefined): void => {
    if (side && side.state !== 'gone' && !isEnded(side)) side.items.push({ type: 'close' })
  }
  const leave = (by: number, peer: number): void => {
    const [mine, theirs] = [sideOf(by, peer), sideOf(peer, by)]
    if (!mine) return
    mine.state = 'gone'
    mine.items = []
    if (theirs!.state === 'gone') connections.delete(nameOf(by, peer))
    else end(theirs)
  }

  return {
    leave,
    connect(a, b) {
      const side = (): Side => ({ items: [{ type: 'open' }], state: 'waiting', meddledWith: false })
      connections.set(
        nameOf(a, b),
        new Map([
          [a, side()],
          [b, side()],
        ]),
      )
    },
    connected: (a, b) => connections.has(nameOf(a, b)),
    isWhole: (a, b) => ![sideOf(a, b), sideOf(b, a)].some((side) => side?.meddledWith),
    isUp: (node, peer) => sideOf(node, peer)?.state === 'up',
    send(from, to, bytes) {
      const theirs = sideOf(to, from)
      if (sideOf(from, to)?.state !== 'up' || theirs!.state === 'gone' || isEnded(theirs!)) return
      theirs!.items.push({ type: 'message', bytes })
    },
    busy() {
      const pairs: (readonly [number, number])[] = []
      for (const sides of connections.values()) {
        const [a, b] = [...sides.keys()] as [number, number]
        if (sides.get(b)!.items.length > 0) pairs.push([a, b])
        if (sides.get(a)!.items.length > 0) pairs.push([b, a])
      }
      return pairs
    },
    take(from, to) {
      const side = sideOf(to, from)
      const item = side?.items.shift()
      if (item?.type === 'open') side!.state = 'up'
      if (item?.type === 'close') leave(to, from)
      return item
    },
    cut(a, b, keep) {
      for (const side of connections.get(nameOf(a, b))?.values() ?? []) {
        if (isEnded(side)) side.items.pop()
        side.items.splice(keep)
        end(side)
      }
    },
    meddle(from, to, change) {
      const side = sideOf(to, from)
      const items = side?.items ?? []
      const messages = items.flatMap((item) => (item.type === 'message' ? [item.bytes] : []))
      if (!side || messages.length === 0) return
      side.meddledWith = true
      const first = items.findIndex(({ type }) => type === 'message')
      items.splice(first, messages.length, ...change(messages).map((bytes) => ({ type: 'message', bytes }) as const))
    },
  }
}
