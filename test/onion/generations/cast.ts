import { publicKey } from '../../../src/crypto/group.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { type Deliver, forwardMessage, type PeelDecision, peel } from '../../../src/onion/engine.js'
import type { Generation } from '../../../src/onion/generation.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { withType } from '../../../src/onion/onion-message.js'
import { encodePacket } from '../../../src/onion/packet.js'
import { buildOnion } from '../../../src/onion/sphinx.js'

/** Nodes that messages go over, and what each does with them. */
export interface Self {
  readonly secret: Uint8Array
  readonly node_id: Uint8Array
}

export const nodes: readonly Self[] = Array.from({ length: 12 }, (_, i) => {
  const secret = sha256(Uint8Array.of(0x6e, i))
  return { secret, node_id: publicKey(secret) }
})
export const [alice, bob, carol, dave] = nodes as unknown as readonly [Self, Self, Self, Self]
export const ids = (selves: readonly Self[]): readonly Uint8Array[] => selves.map(({ node_id }) => node_id)

export const of = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)

/** 32 bytes that no other number gives. */
export const secretFrom = (...seed: number[]): Uint8Array => sha256(of(0x73, ...seed))

export const outcome = (decision: PeelDecision): string => (decision.kind === 'drop' ? decision.code : decision.kind)

/** Those that a node peels a message of this type with, in its order. */
export const candidatesFor = ({ messageType }: Generation): readonly [Generation, ...Generation[]] =>
  GENERATIONS.filter((one) => one.messageType === messageType) as unknown as readonly [Generation]

/**
 * Carries a message from node to node as its hops say, until one keeps or drops it.
 * @returns how each hop got it, and what the last one decided
 */
export function carry(
  generations: Generation | readonly [Generation, ...Generation[]],
  first: Uint8Array,
  message: Uint8Array,
): {
  readonly at: Self
  readonly seen: readonly Uint8Array[]
  readonly decision: Exclude<PeelDecision, { kind: 'forward' }>
} {
  const seen: Uint8Array[] = []
  for (let to = first; ; ) {
    const at = nodes.find(({ node_id }) => node_id.every((byte, i) => byte === to[i]))
    if (at === undefined) throw new Error('passed on to a stranger')
    seen.push(message)
    const decision = peel(generations, at, message)
    if (decision.kind !== 'forward') return { at, seen, decision }
    if (!('next_node_id' in decision.next)) throw new Error('passed on over a channel')
    to = decision.next.next_node_id
    message = forwardMessage(decision).message
  }
}

/** What was delivered at the end. */
export function arrived(generations: Parameters<typeof carry>[0], first: Uint8Array, message: Uint8Array): Deliver {
  const { decision } = carry(generations, first, message)
  if (decision.kind !== 'deliver') throw new Error(`dropped: ${decision.why}`)
  return decision
}

/** A message whose hops are addressed as they are given, `path_key` beside the packet or not. */
export function rawMessage(
  generation: Generation,
  hops: readonly { readonly node_id: Uint8Array; readonly payload: Uint8Array }[],
  path_key?: Uint8Array,
): Uint8Array {
  const { packet } = buildOnion({ sessionKey: secretFrom(0x72), hops })
  const body = generation.layout.write({ ...(path_key && { path_key }), onion_message_packet: encodePacket(packet) })
  return withType(generation.messageType, body)
}
