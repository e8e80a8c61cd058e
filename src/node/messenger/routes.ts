/**
 * Which way a message takes: pure functions over what is known of peers and of their neighbours. Node ids are hex here,
 * so that they can be compared and kept in sets.
 */

/** A node id as 66 hex digits. */
export type NodeId = string

/** What a route is looked for in. */
export interface KnownNodes {
  readonly self: NodeId
  /** Connected peers that take onion messages, in the order of preference. */
  readonly peers: readonly NodeId[]
  /** Pairs that are known to be connected to each other: hops of our own offers' paths, routes that the user named. */
  readonly links: readonly (readonly [NodeId, NodeId])[]
  /** Peers that the user wants to be used first (`--via`). */
  readonly via?: readonly NodeId[]
}

/** The longest route that is looked for. Each hop delays and may drop; beyond this a message is better sent elsewhere. */
export const MAX_ROUTE_HOPS = 6

/** How many peers are asked blindly to pass a message on to a node that we do not know to be theirs. */
export const MAX_BLIND_PEERS = 8

/**
 * Ways to `target`, best first: each begins with a connected peer and ends with `target`. A route over known links is
 * tried before a blind one, which trusts that some peer is connected to the target; a relay that is not drops the
 * message, and the next attempt takes the next way.
 */
export function routesTo(target: NodeId, known: KnownNodes): readonly (readonly NodeId[])[] {
  if (target === known.self) return [[]]
  const routes: (readonly NodeId[])[] = []
  const seen = new Set<string>()
  const add = (route: readonly NodeId[]): void => {
    const key = route.join()
    if (seen.has(key)) return
    seen.add(key)
    routes.push(route)
  }
  const peers = [...(known.via ?? []).filter((peer) => known.peers.includes(peer)), ...known.peers]
  // A peer that the user named comes before a connection to the target itself: it was named in order to be used.
  for (const via of known.via ?? [])
    if (via !== target && known.peers.includes(via)) add(overLinks(via, target, known) ?? [via, target])
  if (known.peers.includes(target)) add([target])
  for (const peer of peers) {
    const route = overLinks(peer, target, known)
    if (route !== undefined) add(route)
  }
  for (const peer of peers.filter((peer) => peer !== target).slice(0, MAX_BLIND_PEERS)) add([peer, target])
  return routes
}

/** The shortest way from a peer over known links; breadth first, so that the first found is the shortest. */
function overLinks(from: NodeId, target: NodeId, known: KnownNodes): readonly NodeId[] | undefined {
  if (from === target) return [target]
  const visited = new Set([known.self, from])
  let ends: (readonly NodeId[])[] = [[from]]
  for (let length = 1; length < MAX_ROUTE_HOPS && ends.length > 0; length++) {
    const longer: (readonly NodeId[])[] = []
    for (const route of ends) {
      const last = route[route.length - 1]!
      for (const link of known.links) {
        const next = link[0] === last ? link[1] : link[1] === last ? link[0] : undefined
        if (next === undefined || visited.has(next)) continue
        if (next === target) return [...route, next]
        visited.add(next)
        longer.push([...route, next])
      }
    }
    ends = longer
  }
  return undefined
}

/**
 * Where a reply path begins: at the last node of the outgoing route, at the node before it (ourselves where there is none), or at
 * ourselves.
 */
export type ReplyStart = 'far end' | 'last relay' | 'self'

/**
 * The nodes of a reply path for a message that goes out over `route`: from its introduction node to us. It runs back
 * over the same relays, because those are known to be connected. With `self` it is ourselves alone: right for an issuer
 * that finds its own way to us. It never goes out to a peer and straight back over it, and holds no other hop than the
 * relays themselves: LND drops both.
 */
export function replyRoute(route: readonly NodeId[], self: NodeId, start: ReplyStart): readonly NodeId[] {
  if (start === 'self') return [self]
  const relays = start === 'far end' ? route : route.slice(0, -1)
  return [...relays].reverse().concat(self)
}

/** One try at a request: which of the offer's ways in, over which relays, and where the answer shall begin. */
export interface AttemptPlan {
  /** Index of the offer's path, or undefined for a node id, the last of `route`. */
  readonly pathIndex: number | undefined
  /** From a connected peer to the introduction node (or the issuer). Empty when we are that node ourselves. */
  readonly route: readonly NodeId[]
  readonly reply: ReplyStart
  /** The node id is one of two, and nobody has shown which. */
  readonly isHalfKnown?: true
}

/** A way in to whoever is asked: a path of theirs and the node at its beginning, or a node id. */
export interface Target {
  readonly pathIndex: number | undefined
  readonly introduction: NodeId
}

/**
 * The tries at a request, in order. Each differs from those before in path, route or reply path: a relay that dropped
 * the message is not asked in the same way again.
 * @param back where reply paths begin. `far end` is what Eclair answers, and what works without a graph; then every way in is
 *   also tried with ourselves as the beginning, for those who find their own way. c-lightning up to 24.02 answers over its peers
 *   alone, of which it is none itself: `last relay` is all that reaches those.
 */
export function planAttempts(
  targets: readonly Target[],
  known: KnownNodes,
  back: Exclude<ReplyStart, 'self'> = 'far end',
): readonly AttemptPlan[] {
  const ways = targets.map(({ pathIndex, introduction }) =>
    routesTo(introduction, known).map((route): Way => ({ pathIndex, route })),
  )
  const rounds = Math.max(0, ...ways.map((routes) => routes.length))
  const ordered: Way[] = []
  for (let round = 0; round < rounds; round++) {
    for (const routes of ways) if (routes[round] !== undefined) ordered.push(routes[round]!)
  }
  // A path that begins at a node we know a way to comes before one whose way is a guess, wherever they stand in the offer:
  // every guess that is wrong costs the whole time of an attempt.
  const sure = [...ordered].sort((a, b) => Number(isGuess(a.route, known)) - Number(isGuess(b.route, known)))
  const first = likeliest(sure, known)
  const rest = sure.filter((way) => !first.includes(way))
  // To a node that is reached over relays the last of them hands the request: Core Lightning up to 24.02 answers over its own
  // peers alone, and leads no path that begins at itself.
  const over = (ways: readonly Way[], reply: ReplyStart) =>
    ways.map(
      (way): AttemptPlan => ({
        ...way,
        reply: reply === 'far end' && way.pathIndex === undefined && way.route.length > 1 ? 'last relay' : reply,
      }),
    )
  if (back === 'last relay') return distinct(over([...first, ...rest], back), known.self)
  // The first way is the likeliest by far: its twin with the other reply path comes before any other way.
  return distinct(
    [...over(first, back), ...interleave(over([...first, ...rest], 'self'), over(rest, back))],
    known.self,
  )
}

type Way = Omit<AttemptPlan, 'reply'>

/** The first way, and where it is to one of several ids of the same node, the first to each of the others that is as good. */
function likeliest(ways: readonly Way[], known: KnownNodes): readonly Way[] {
  const [first] = ways
  if (first === undefined) return []
  const ids = new Set<NodeId | undefined>()
  return ways.filter((way) => {
    const { pathIndex, route } = way
    if (way !== first && (pathIndex !== undefined || first.pathIndex !== undefined)) return false
    if (isGuess(route, known) !== isGuess(first.route, known)) return false
    const id = route[route.length - 1]
    if (ids.has(id)) return false
    ids.add(id)
    return true
  })
}

/** Each plan once; what begins at ourselves is called so. */
function distinct(plans: readonly AttemptPlan[], self: NodeId): readonly AttemptPlan[] {
  const seen = new Set<string>()
  return plans.flatMap((plan) => {
    const reply = replyRoute(plan.route, self, plan.reply).length === 1 ? 'self' : plan.reply
    const key = `${plan.pathIndex}/${plan.route.join()}/${reply}`
    if (seen.has(key)) return []
    seen.add(key)
    return [{ ...plan, reply }]
  })
}

/** True when some node on the route is only hoped to be connected to the next: no link says so, and the user did not name it. */
function isGuess(route: readonly NodeId[], { links, via = [] }: KnownNodes): boolean {
  return route.slice(1).some((node, index) => {
    const before = route[index]!
    return (
      !via.includes(before) && !links.some(([a, b]) => (a === before && b === node) || (b === before && a === node))
    )
  })
}

function interleave<T>(a: readonly T[], b: readonly T[]): T[] {
  const out: T[] = []
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== undefined) out.push(a[i]!)
    if (b[i] !== undefined) out.push(b[i]!)
  }
  return out
}
