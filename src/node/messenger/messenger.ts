import type { Clock, Random } from '../../base/effects.js'
import { LnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import { type BlindedPath, blindedSecret, buildBlindedPath, messageHops } from '../../blinding/index.js'
import { randomSecret } from '../../crypto/group.js'
import type { KeyPair } from '../../noise/handshake.js'
import { buildOnionMessage, type MessageContents } from '../../onion/engine-build.js'
import {
  type Deliver,
  type Forward,
  forwardMessage,
  type LocalNode,
  type NextHop,
  peel,
} from '../../onion/engine-peel.js'
import { byMessageType, type Candidates, type Generation } from '../../onion/generation.js'
import { withType } from '../../onion/onion-message.js'
import { type BuiltReplyPath, buildReplyPath } from '../../onion/reply-path.js'
import { nodeError } from '../codes.js'
import type { PeerInfo } from '../connections/peer.js'
import type { MessageChannel } from './channel.js'
import { type MessengerCode, messengerError } from './codes.js'
import { contentsName, recordName, typeToday } from './contents.js'
import { type Fate, MAX_ANSWER_QUEUE, Outbox, type OutboxOptions } from './outbox.js'
import { PathPeers } from './path-peers.js'
import { type KnownNodes, type NodeId, routesTo } from './routes.js'
import { type Counters, type ProvenForm, Tally } from './tally.js'

/**
 * The node at one end of a channel: `direction` 0 is the one with the smaller id. Undefined when the channel is not known
 * here; asking costs nothing and never waits.
 */
export type ScidResolver = (scid: bigint, direction: 0 | 1) => NodeId | undefined

/** Contents that ended here, with all that tells over which path. */
export interface Delivery {
  /** What the contents are, by their type in today's form: 64, 66 or 68. */
  readonly type: bigint
  /** Their raw TLV stream. */
  readonly value: Uint8Array
  /** The secret of the path that it came over; absent when it was sent to our node id. */
  readonly pathId: Uint8Array | undefined
  readonly replyPath: BlindedPath | undefined
  /** The peer that handed it to us; undefined when we are the introduction node of our own message. */
  readonly from: NodeId | undefined
  readonly generation: Generation
  /**
   * It shows no path and may have come over one all the same: its last hop has no encrypted data, and a path to us was made over
   * the peer that brought it. What names this node must not be answered then: whoever sent it would learn whose the path is.
   */
  readonly isDoubtful: boolean
  /** The secret of the last hop's `blinded_node_id`: what signs for an offer without issuer id (rule IW4). */
  blindedSecret(): Uint8Array
}

/** What happens to messages of others; texts are plain words, nothing in them is from a stranger. */
export type MessengerEvent =
  /** One of ours: its contents and form, the peer that it was handed to (undefined: ourselves, the beginning of its path). */
  | {
      readonly type: 'message_sent'
      readonly to: NodeId | undefined
      readonly generation: string
      readonly contents: string
    }
  /** One for us. */
  | {
      readonly type: 'message_received'
      readonly from: NodeId | undefined
      readonly generation: string
      readonly contents: string
    }
  /** `form` is the generation, or the type of the message where several share it: only its last hop can tell them apart. */
  | { readonly type: 'message_forwarded'; readonly from: NodeId; readonly to: NodeId; readonly form: string }
  | {
      readonly type: 'message_dropped'
      readonly from: NodeId | undefined
      readonly code: string
      readonly rule?: string
      readonly why: string
    }

export interface MessengerOptions {
  readonly identity: KeyPair
  readonly channel: MessageChannel
  readonly clock: Clock
  readonly random: Random
  /** Every generation that is received and answered. Of those with one type the first that can read a message takes it. */
  readonly generations: readonly Generation[]
  /** Answers go to connected peers alone, not even to ourselves, as releases up to Core Lightning 24.02 did it; over routes unless given. */
  readonly answersTo?: 'peers'
  readonly resolveScid: ScidResolver
  /** Pairs of nodes known to be connected: hops of our own paths, routes named by the user. */
  readonly links: () => readonly (readonly [NodeId, NodeId])[]
  /** Peers over which paths to us were made; those of this run unless given. */
  readonly pathPeers?: Pick<PathPeers, 'has' | 'add'>
  readonly rateOf?: OutboxOptions['rateOf']
  readonly onEvent?: (event: MessengerEvent) => void
}

/** A message of our own. */
export interface SendOptions {
  readonly generation: Generation
  /** Ids from a connected peer to the destination (or to the introduction node of the path). Empty: that is ourselves. */
  readonly route: readonly NodeId[]
  /** The node to reach, or a path of it. */
  readonly to: NodeId | BlindedPath
  readonly contents: MessageContents
  /** It answers a message of a stranger: fewer of these may wait. */
  readonly isAnswer?: boolean
  /** Told once what became of it; never before `send` returns. */
  readonly onFate: (fate: Fate | 'delivered here') => void
}

/**
 * Onion messages of this node: peels what comes, hands over what is for us, passes on what is not, sends our own. It
 * answers nobody: a message that is dropped is dropped in silence (rules O9 to O12).
 */
export class OnionMessenger {
  readonly #options: MessengerOptions
  readonly #self: LocalNode
  readonly #selfId: NodeId
  readonly #outbox: Outbox
  readonly #handlers = new Map<bigint, (delivery: Delivery) => void>()
  readonly #tally: Tally
  readonly #pathPeers: Pick<PathPeers, 'has' | 'add'>

  constructor(options: MessengerOptions) {
    const { identity, channel, clock, generations, rateOf } = options
    this.#options = options
    this.#tally = new Tally(generations)
    this.#pathPeers = options.pathPeers ?? new PathPeers()
    this.#self = { secret: identity.secret, node_id: identity.publicKey }
    this.#selfId = toHex(identity.publicKey)
    const send: OutboxOptions['send'] = (peer, message, onLeft) =>
      channel.send(peer, message[0]! * 256 + message[1]!, message.subarray(2), onLeft)
    this.#outbox = new Outbox({ clock, send, ...(rateOf && { rateOf }) })
    // All types at once: what a peer may send is limited for all of them together.
    const byType = byMessageType(generations)
    channel.onMessage([...byType.keys()], (peer, type, payload) => {
      const candidates = byType.get(type)
      if (candidates !== undefined) this.#onMessage(candidates, peer, withType(type, payload))
    })
  }

  /** The generations that this node speaks, as they were given. */
  get generations(): readonly Generation[] {
    return this.#options.generations
  }

  /** Messages since the node started: of our own, for us, passed on, dropped. */
  counters(): Counters {
    return this.#tally.counters()
  }

  /** The forms in which messages came from a peer that could be read. */
  provenForms(peer: NodeId): readonly ProvenForm[] {
    return this.#tally.provenForms(peer)
  }

  /** Registers the one reader of a type of contents (64 invoice_request, 66 invoice, 68 invoice_error); returns the one before it. */
  handle(type: bigint, handler: (delivery: Delivery) => void): ((delivery: Delivery) => void) | undefined {
    const before = this.#handlers.get(type)
    this.#handlers.set(type, handler)
    return before
  }

  /** What routes are looked for in: connected peers that take onion messages, and the links we know. */
  known(via: readonly NodeId[] = []): KnownNodes {
    const peers = this.#options.channel.peers()
    const taking = (state: PeerInfo['onionMessages']) => peers.filter((peer) => peer.onionMessages === state)
    return {
      self: this.#selfId,
      peers: [...taking('yes'), ...taking('channels-only')].map((peer) => peer.id),
      links: this.#options.links(),
      via,
    }
  }

  /** Connected peers that take no onion messages at all. */
  deafPeers(): readonly NodeId[] {
    return this.#options.channel.peers().flatMap(({ id, onionMessages }) => (onionMessages === 'no' ? [id] : []))
  }

  /** True for a connected peer that passes on messages of its channel peers alone, as it says (features 66/67). */
  isChannelsOnly(peer: NodeId): boolean {
    return this.#options.channel.peer(peer)?.onionMessages === 'channels-only'
  }

  /**
   * The node that a path begins at.
   * @throws LnoError `UNRESOLVED_SCID`
   */
  introductionOf({ first_node_id: first }: BlindedPath): NodeId {
    if ('node_id' in first) return toHex(first.node_id)
    const found = this.#options.resolveScid(first.short_channel_id, first.direction)
    if (found !== undefined) return found
    throw nodeError('UNRESOLVED_SCID', `channel ${formatScid(first.short_channel_id)} is not known here`)
  }

  /**
   * A path for messages to ourselves over `nodes`, introduction node first and ourselves last, with a `path_id` and all its
   * hops of one length. Dummy hops only where we are told that every node on it lets messages go on to us.
   */
  makePath(nodes: readonly NodeId[], pathId: Uint8Array, dummyHops = 0): BlindedPath {
    this.#rememberRelay(nodes)
    const hops = messageHops({ nodeIds: nodes.map(fromHex), pathId, dummyHops })
    return buildBlindedPath({ hops, sessionKey: randomSecret(this.#options.random) }).path
  }

  /** A reply path over `nodes`, introduction node first and ourselves last, in the form of a generation. */
  makeReplyPath(generation: Generation, nodes: readonly NodeId[], pathId: Uint8Array): BuiltReplyPath {
    this.#rememberRelay(nodes)
    const sessionKey = randomSecret(this.#options.random)
    return buildReplyPath({ generation, nodeIds: nodes.map(fromHex), pathId, sessionKey })
  }

  #rememberRelay(nodes: readonly NodeId[]): void {
    const relay = nodes[nodes.length - 2]
    if (relay !== undefined) this.#pathPeers.add(relay, this.#options.clock.now())
  }

  /**
   * Sends a message of our own; undefined when too many wait for that peer already. The handle takes it back while it waits.
   * @throws LnoError of the engine, for contents or paths that make no message
   */
  send(options: SendOptions): { cancel(): void } | undefined {
    const { generation, route, to, contents, isAnswer, onFate } = options
    const most = isAnswer ? MAX_ANSWER_QUEUE : undefined
    const nodes = route.map(fromHex)
    const introduction = nodes[nodes.length - 1] ?? this.#self.node_id
    const built = buildOnionMessage({
      generation,
      contents,
      random: this.#options.random,
      via: nodes.slice(0, -1),
      to: typeof to === 'string' ? fromHex(to) : to,
      ...(typeof to !== 'string' && { introductionNode: introduction }),
    })
    const first = toHex(built.firstNode)
    const told = (fate: Fate | 'delivered here', to: NodeId | undefined) => {
      if (fate === 'left' || fate === 'delivered here') {
        const [form, what] = [generation.name, contentsName(generation, contents)]
        this.#tally.count(form, 'sent')
        this.#options.onEvent?.({ type: 'message_sent', to, generation: form, contents: what })
      }
      onFate(fate)
    }
    if (first !== this.#selfId) return this.#outbox.own(first, built.message, (fate) => told(fate, first), most)
    return this.#sendFromHere(generation, built.message, told, most)
  }

  /** The peer is gone; what waited for it never leaves. */
  onPeerGone(peer: NodeId): void {
    this.#outbox.drop(peer)
  }

  close(): void {
    this.#outbox.close()
  }

  /**
   * Routes to a node, best first; empty when nothing leads there.
   * @param from the peer that brought what is to be answered: where the way is not known, it knows more of it than others
   */
  routesTo(target: NodeId, from?: NodeId): readonly (readonly NodeId[])[] {
    if (this.#options.answersTo === 'peers') {
      return this.#options.channel.peer(target) === undefined ? [] : [[target]]
    }
    const known = this.known()
    const peers = [...known.peers].sort((a, b) => Number(b === from) - Number(a === from))
    return routesTo(target, { ...known, peers })
  }

  /** We are the introduction node of the path: its first hops are peeled here (pitfall 31). */
  #sendFromHere(
    generation: Generation,
    message: Uint8Array,
    told: (fate: Fate | 'delivered here', to: NodeId | undefined) => void,
    most: number | undefined,
  ): { cancel(): void } | undefined {
    const decision = peel(generation, this.#self, message)
    if (decision.kind === 'drop') {
      throw new LnoError(decision.code, decision.why, decision.rule === undefined ? {} : { rule: decision.rule })
    }
    if (decision.kind === 'forward') {
      const next = this.#nextPeer(decision.next, undefined)
      // What a relay drops in silence is told to ourselves as what it is: there is no way.
      if (typeof next !== 'string') throw next.code === 'UNRESOLVED_SCID' ? next : nodeError('NO_ROUTE', next.message)
      return this.#outbox.own(next, forwardMessage(decision).message, (fate) => told(fate, next), most)
    }
    const cancel = this.#options.clock.after(0, () => {
      this.#deliver(decision, undefined)
      told('delivered here', undefined)
    })
    return { cancel }
  }

  #onMessage(candidates: Candidates, from: NodeId, message: Uint8Array): void {
    const decision = peel(candidates, this.#self, message)
    if (decision.kind === 'drop') this.#drop(from, this.#tally.formOf(candidates[0]), decision)
    else if (decision.kind === 'deliver') this.#deliver(decision, from)
    else this.#forward(decision, from)
  }

  #deliver(decision: Deliver, from: NodeId | undefined): void {
    const { contents, path_id, reply_path, path_key, data, generation } = decision
    const type = contents && typeToday(generation, contents.type)
    const handler = type === undefined ? undefined : this.#handlers.get(type)
    if (contents === undefined || type === undefined || handler === undefined) {
      const what = contents === undefined ? 'no contents' : `contents of type ${contents.type}`
      const code: MessengerCode = 'MESSAGE_NOT_FOR_US'
      this.#drop(from, generation.name, { code, why: `a message with ${what}` })
      return
    }
    this.#tally.count(generation.name, 'received')
    // Of several forms with one type, it is the way back that shows which one is meant.
    const form = reply_path === undefined ? this.#tally.formOf(generation) : generation.name
    if (from !== undefined) this.#tally.prove(from, form, this.#options.clock.now())
    this.#options.onEvent?.({
      type: 'message_received',
      from,
      generation: generation.name,
      contents: recordName(generation, contents.type),
    })
    const isBare = path_key !== undefined && path_id === undefined && data === undefined
    handler({
      type,
      value: contents.value,
      pathId: path_id,
      replyPath: reply_path,
      from,
      generation,
      isDoubtful: isBare && from !== undefined && this.#pathPeers.has(from),
      blindedSecret: () => {
        if (path_key === undefined) throw nodeError('INTERNAL', 'a message without path_key has no blinded hop')
        return blindedSecret(this.#self.secret, path_key)
      },
    })
  }

  #forward(decision: Forward, from: NodeId): void {
    const form = this.#tally.formOf(decision.generation)
    const next = this.#nextPeer(decision.next, from)
    if (typeof next !== 'string') {
      this.#drop(from, form, { code: next.code, why: next.message })
      return
    }
    // The last multiplications are done only now that somebody will get the message.
    if (!this.#outbox.forward(from, next, forwardMessage(decision).message)) {
      const code: MessengerCode = 'FORWARD_QUEUE_FULL'
      this.#drop(from, form, { code, why: 'too much of this peer waits already' })
      return
    }
    this.#tally.count(form, 'forwarded')
    this.#tally.prove(from, form, this.#options.clock.now())
    this.#options.onEvent?.({ type: 'message_forwarded', from, to: next, form })
  }

  /** The connected peer that a hop names, or why there is none. */
  #nextPeer(hop: NextHop, from: NodeId | undefined): NodeId | LnoError {
    const next = 'next_node_id' in hop ? toHex(hop.next_node_id) : this.#otherEnd(hop.short_channel_id)
    if (next === undefined)
      return nodeError('UNRESOLVED_SCID', 'the next node is named by a channel that is not known here')
    // Pitfall 29: a message that bounces between two nodes makes them rate-limit each other.
    if (next === from) return messengerError('NEXT_IS_SENDER', 'the next node is the one that it came from')
    if (this.#options.channel.peer(next) === undefined) {
      return messengerError('NEXT_NOT_CONNECTED', 'the next node is not connected')
    }
    return next
  }

  /** A relay names its next node by a channel of its own: the other end of it. */
  #otherEnd(scid: bigint): NodeId | undefined {
    const ends = [this.#options.resolveScid(scid, 0), this.#options.resolveScid(scid, 1)]
    return ends.includes(this.#selfId) ? ends.find((end) => end !== this.#selfId) : undefined
  }

  #drop(
    from: NodeId | undefined,
    form: string,
    reason: { readonly code: string; readonly rule?: string; readonly why: string },
  ): void {
    const { code, rule, why } = reason
    this.#tally.count(form, 'dropped')
    this.#options.onEvent?.({ type: 'message_dropped', from, code, why, ...(rule !== undefined && { rule }) })
  }
}

/** A short channel id as people write it: `700000x1200x1`. */
export function formatScid(scid: bigint): string {
  return `${scid >> 40n}x${(scid >> 16n) & 0xffffffn}x${scid & 0xffffn}`
}
