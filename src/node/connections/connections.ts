import type { ByteStream, Clock, Listener, Net, NetAddress, Random } from '../../base/effects.js'
import { isLnoError, type LnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import { assertPoint } from '../../crypto/group.js'
import type { KeyPair } from '../../noise/handshake.js'
import { remoteAddressFor } from '../../wire/address.js'
import { INIT_FEATURES } from '../../wire/feature-table.js'
import { bitmapOf } from '../../wire/features.js'
import { makeInit } from '../../wire/messages/init.js'
import { nodeError } from '../codes.js'
import { type ConnectionCode, connectionError } from './codes.js'
import { Connection, type ConnectionOwner, type SendResult } from './connection.js'
import type { OnConnectionEvent } from './events.js'
import { type Gate, gate } from './gate.js'
import {
  type HandleOptions,
  handlerError,
  type Intake,
  intake,
  type MessageHandler,
  type Tally,
  tally,
} from './intake.js'
import { type Keeper, keeper } from './keeper.js'
import { CONNECT_TIMEOUT_MS, FAILURE_LIMIT, MAX_INBOUND_PEERS, PING_PERIOD_MS, SIMULTANEOUS_MS } from './limits.js'
import type { PeerInfo, PeerInit } from './peer.js'
import { type NextTurn, type Scheduler, scheduler } from './scheduler.js'
import type { SessionRules } from './session.js'
import type { MessageTap } from './tap.js'
import { type TokenBucket, tokenBucket } from './token-bucket.js'

export interface ConnectionsOptions {
  /** The node's key. */
  readonly identity: KeyPair
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  /** Chains of this node, 32 bytes each: `networks` of init. */
  readonly chains: readonly Uint8Array[]
  /** Feature bits of init; `INIT_FEATURES` unless given. */
  readonly features?: readonly number[]
  readonly onEvent?: OnConnectionEvent
  readonly ping?: {
    /** Milliseconds between pings on average, each wait give or take a half; 30 000 unless given. */
    readonly periodMs?: number
    /** A ping is left out when the peer said anything in the last so many milliseconds; 0 unless given: it never is. */
    readonly quietMs?: number
  }
  /** Peers that may have called us, at most; `MAX_INBOUND_PEERS` unless given. */
  readonly maxInboundPeers?: number
  /** Calls back in the next turn of the event loop, sooner than a timer can; `clock.after(0, …)` unless given. */
  readonly nextTurn?: NextTurn
  /** Sees every message of every peer in clear; must not throw. */
  readonly tap?: MessageTap
}

interface Peer {
  readonly id: string
  readonly connection: Connection
  readonly since: number
  readonly init: PeerInit
  readonly dropped: Map<number, Tally>
}

interface Waiter {
  readonly resolve: (peer: PeerInfo) => void
  readonly reject: (error: LnoError) => void
}

/**
 * Every socket of the node. Subsystems register the types of messages they own and send whole messages; nothing that a
 * stranger does throws out of here. Peers are named by their node id in lower-case hex.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #id: string
  readonly #scheduler: Scheduler
  readonly #intake: Intake
  readonly #gate: Gate = gate()
  readonly #keeper: Keeper
  readonly #refused: Tally
  readonly #failures: TokenBucket
  readonly #peers = new Map<string, Peer>()
  readonly #open = new Set<Connection>()
  readonly #waiters = new Map<Connection, Waiter>()
  readonly #calls = new Map<string, Promise<PeerInfo>>()
  readonly #listeners: Listener[] = []
  /** Calls that have not reached anybody yet: ended with the node, or they would keep its process alive. */
  readonly #dialling = new Set<AbortController>()
  #inboundPeers = 0
  #stopped = false

  constructor(options: ConnectionsOptions) {
    const { clock, random, identity } = options
    this.#options = options
    this.#id = toHex(identity.publicKey)
    this.#scheduler = scheduler(options.nextTurn ?? ((run) => void clock.after(0, run)))
    this.#intake = intake(clock)
    this.#failures = tokenBucket(FAILURE_LIMIT.perSecond, FAILURE_LIMIT.burst, clock.now())
    this.#refused = tally(clock, (count) =>
      this.#emit({
        type: 'callers_refused',
        count,
        error: connectionError('TOO_MANY_CONNECTIONS', 'too many callers at once', 'N7'),
      }),
    )
    this.#keeper = keeper({
      clock,
      random,
      isConnected: (peerId) => this.#peers.has(peerId),
      connect: (peerId, address) => this.connect(peerId, address),
      onUnreachable: (peerId, error, retryInMs) => this.#emit({ type: 'peer_unreachable', peerId, error, retryInMs }),
    })
  }

  /**
   * Registers the owner of message types. A message waits in its peer's queue, the queues are drained in turn.
   * @throws LnoError `MESSAGE_TYPE_TAKEN` for a type that has an owner, or belongs to the connection (1, 16-19)
   */
  handle(types: readonly number[], handler: MessageHandler, options: HandleOptions = {}): void {
    this.#intake.register(types, { handler, expensive: options.expensive ?? false, limit: options.limit })
  }

  /**
   * Takes calls on an address, and tells the one really bound.
   * @throws LnoError `LISTEN_FAILED`, `BAD_ADDRESS`, `CONNECTIONS_STOPPED`
   */
  async listen(address: NetAddress): Promise<NetAddress> {
    this.#checkRunning()
    const listener = await this.#options.net.listen(address, (stream) => this.#onCall(stream))
    if (this.#stopped) {
      await listener.close()
      this.#checkRunning()
    }
    this.#listeners.push(listener)
    return listener.address
  }

  /**
   * Connects to a peer, or finds it connected. Resolves when both inits are exchanged.
   * @param timeoutMs for all of it: dialling, handshake, init
   * @throws LnoError `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `HANDSHAKE_FAILED` (its `cause` says what failed of handshake
   *   or init), `BAD_POINT` or `BAD_HEX` for an id that is none, `CONNECTIONS_STOPPED`
   */
  async connect(peerId: string, address: NetAddress, timeoutMs = CONNECT_TIMEOUT_MS): Promise<PeerInfo> {
    this.#checkRunning()
    const remoteStatic = fromHex(peerId)
    assertPoint(remoteStatic)
    const id = toHex(remoteStatic)
    if (id === this.#id) throw handshakeFailed(connectionError('PEER_SELF', 'a node does not connect to itself'))
    const there = this.peer(id)
    if (there !== undefined) return there
    const key = `${id}@${JSON.stringify(address)}`
    const underWay = this.#calls.get(key)
    if (underWay !== undefined) return underWay
    const call = this.#call(id, remoteStatic, address, timeoutMs).finally(() => this.#calls.delete(key))
    this.#calls.set(key, call)
    return call
  }

  /** Keeps a peer connected, beginning at once: several addresses are tried in turn, with growing waits between. */
  keep(peerId: string, ...addresses: readonly NetAddress[]): void {
    if (!this.#stopped) this.#keeper.keep(peerId, addresses)
  }

  /** Keeps it no longer; its connection stays. */
  release(peerId: string): void {
    this.#keeper.release(peerId)
  }

  /** Hangs up and keeps it no longer; false when it was not connected. */
  disconnect(peerId: string): boolean {
    this.#keeper.release(peerId)
    const peer = this.#peers.get(peerId)
    peer?.connection.close(connectionError('PEER_DISCONNECTED', 'disconnected by the user'), true)
    return peer !== undefined
  }

  /** Hangs up, after what was sent has left; a peer that is kept is called again. */
  hangUp(peerId: string, why: string): void {
    this.#peers.get(peerId)?.connection.close(connectionError('PEER_OUT_OF_STEP', why), true)
  }

  /**
   * Sends one whole message, its type included. `onLeft` is called when the socket has taken it, perhaps before this
   * returns; never when the connection ends before.
   * @throws LnoError `TRANSPORT_MESSAGE_TOO_LONG` above 65535 bytes
   */
  send(peerId: string, message: Uint8Array, onLeft?: () => void): SendResult {
    return this.#peers.get(peerId)?.connection.send(message, onLeft) ?? 'not-connected'
  }

  /** The peer, if it is connected. */
  peer(peerId: string): PeerInfo | undefined {
    const peer = this.#peers.get(peerId)
    return peer && this.#info(peer)
  }

  /** All connected peers, in the order in which they came. */
  peers(): readonly PeerInfo[] {
    return [...this.#peers.values()].map((peer) => this.#info(peer))
  }

  /** Closes listeners and connections; nothing is connected afterwards. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#keeper.stop()
    for (const call of this.#dialling) call.abort()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    const error = connectionError('CONNECTIONS_STOPPED', 'the node is stopping')
    for (const connection of [...this.#open]) connection.close(error, connection.ready)
  }

  #checkRunning(): void {
    if (this.#stopped) throw connectionError('CONNECTIONS_STOPPED', 'the node is stopping')
  }

  #emit(event: Parameters<OnConnectionEvent>[0]): void {
    this.#options.onEvent?.(event)
  }

  #rules(caller: ByteStream | undefined): SessionRules {
    const { chains, features = INIT_FEATURES, ping } = this.#options
    const ip = caller?.remoteIp
    return {
      init: makeInit({ chains, features, remoteAddr: ip && remoteAddressFor(ip.host, ip.port) }),
      ours: { features: bitmapOf(features), chains },
      owned: (messageType) => this.#intake.registration(messageType) !== undefined,
      ping: { periodMs: ping?.periodMs ?? PING_PERIOD_MS, quietMs: ping?.quietMs ?? 0 },
    }
  }

  #connection(stream: ByteStream, remoteStatic: Uint8Array | undefined, owner: ConnectionOwner): Connection {
    const { identity, clock, random } = this.#options
    const connection = new Connection({
      stream,
      local: identity,
      remoteStatic,
      rules: this.#rules(remoteStatic === undefined ? stream : undefined),
      owner,
      clock,
      random,
      scheduler: this.#scheduler,
    })
    this.#open.add(connection)
    return connection
  }

  #onCall(stream: ByteStream): void {
    const ip = stream.remoteIp?.host
    if (this.#stopped || !this.#gate.enter(ip)) {
      stream.close()
      if (!this.#stopped) this.#refused.count()
      return
    }
    let inside = true
    const leave = () => {
      if (inside) this.#gate.leave(ip)
      inside = false
    }
    const owner = this.#owner()
    this.#connection(stream, undefined, {
      ...owner,
      onReady: (connection, init) => {
        leave()
        owner.onReady(connection, init)
      },
      onClosed: (connection, error) => {
        leave()
        owner.onClosed(connection, error)
      },
    })
  }

  async #call(id: string, remoteStatic: Uint8Array, address: NetAddress, timeoutMs: number): Promise<PeerInfo> {
    const { clock, net } = this.#options
    const deadline = clock.now() + timeoutMs
    const dialling = new AbortController()
    this.#dialling.add(dialling)
    let stream: ByteStream
    try {
      stream = await net.dial(address, { timeoutMs, signal: dialling.signal })
    } catch (error) {
      this.#checkRunning()
      const known = isLnoError(error) ? error : nodeError('CONNECT_REFUSED', String(error), { cause: error })
      throw known
    } finally {
      this.#dialling.delete(dialling)
    }
    if (this.#stopped) {
      stream.close()
      this.#checkRunning()
    }
    return new Promise((resolve, reject) => {
      const connection = this.#connection(stream, remoteStatic, this.#owner())
      const cancel = clock.after(Math.max(0, deadline - clock.now()), () =>
        connection.close(nodeError('CONNECT_TIMEOUT', `no peer after ${timeoutMs} ms`)),
      )
      this.#waiters.set(connection, {
        resolve: (peer) => {
          cancel()
          resolve(peer)
        },
        reject: (error) => {
          cancel()
          // The peer may have come by another way meanwhile: it called us, or hung up on one of two calls.
          const there = this.peer(id)
          if (there !== undefined) resolve(there)
          else reject(error.code === 'CONNECT_TIMEOUT' ? error : handshakeFailed(error))
        },
      })
    })
  }

  #owner(): ConnectionOwner {
    return {
      onAuthenticated: (connection) => this.#onAuthenticated(connection),
      onReady: (connection, init) => this.#onReady(connection, init),
      onMessage: (connection, messageType, payload) => this.#onMessage(connection, messageType, payload),
      onTraffic: (connection, direction, bytes) => {
        const { tap, clock } = this.#options
        if (tap === undefined) return true
        return tap({ at: clock.now(), direction, peerId: toHex(connection.nodeId!), bytes }) !== 'drop'
      },
      onReport: (connection, { report }) => {
        this.#emit({ ...report, peerId: toHex(connection.nodeId!) })
      },
      onClosed: (connection, error) => this.#onClosed(connection, error),
    }
  }

  #onAuthenticated(connection: Connection): LnoError | undefined {
    const id = toHex(connection.nodeId!)
    if (id === this.#id) return connectionError('PEER_SELF', 'this node called itself')
    const counted = connection.direction === 'in' && !this.#keeper.has(id) && !this.#peers.has(id)
    const most = this.#options.maxInboundPeers ?? MAX_INBOUND_PEERS
    if (!counted || this.#inboundPeers < most) return undefined
    this.#refused.count()
    return connectionError('TOO_MANY_CONNECTIONS', `${most} callers are connected`)
  }

  #onReady(connection: Connection, init: PeerInit): void {
    const id = toHex(connection.nodeId!)
    const old = this.#peers.get(id)
    if (old !== undefined && this.#oldWins(old, connection)) {
      connection.close(connectionError('PEER_DUPLICATE', 'both sides called at once', 'M1'), true)
      return
    }
    if (old !== undefined) {
      const error = connectionError('PEER_REPLACED', 'the peer has a new connection', 'M1')
      this.#remove(old, error)
      old.connection.close(error, true)
    }
    const peer: Peer = { id, connection, init, since: this.#options.clock.now(), dropped: new Map() }
    this.#peers.set(id, peer)
    if (connection.direction === 'in') this.#inboundPeers++
    const info = this.#info(peer)
    this.#emit({ type: 'peer_connected', peer: info })
    this.#waiters.get(connection)?.resolve(info)
    this.#waiters.delete(connection)
  }

  /**
   * One connection a peer (rule M1). A new one wins, as in Core Lightning: most often the peer has restarted, and the old one is
   * dead without our knowing. But when both sides call at once, "the new one" is another one on each side and both would
   * be closed: then the call of the smaller node id stays, which both sides know (as in LND).
   */
  #oldWins(old: Peer, connection: Connection): boolean {
    const { clock } = this.#options
    if (old.connection.direction === connection.direction) return false
    if (!old.connection.ready || clock.now() - old.since >= SIMULTANEOUS_MS) return false
    const callerIsSelf = old.connection.direction === 'out'
    return callerIsSelf === this.#id < old.id
  }

  #onMessage(connection: Connection, messageType: number, payload: Uint8Array): void {
    const registration = this.#intake.registration(messageType)
    const peer = this.#peers.get(toHex(connection.nodeId!))
    if (registration === undefined || peer?.connection !== connection) return
    if (!this.#intake.admit(peer.id, registration, payload.length + 2)) {
      this.#countDropped(peer, messageType)
      return
    }
    connection.enqueue(payload.length + 2, registration.expensive, () => {
      try {
        registration.handler(peer.id, messageType, payload)
      } catch (error) {
        this.#emit({ type: 'handler_failed', peerId: peer.id, messageType, error: handlerError(error) })
      }
    })
  }

  #countDropped(peer: Peer, messageType: number): void {
    let dropped = peer.dropped.get(messageType)
    if (dropped === undefined) {
      dropped = tally(this.#options.clock, (count) =>
        this.#emit({
          type: 'messages_dropped',
          peerId: peer.id,
          messageType,
          count,
          error: connectionError('MESSAGES_DROPPED', `${count} messages of type ${messageType} above the limit`),
        }),
      )
      peer.dropped.set(messageType, dropped)
    }
    dropped.count()
  }

  #onClosed(connection: Connection, error: LnoError): void {
    this.#open.delete(connection)
    const id = connection.nodeId && toHex(connection.nodeId)
    const peer = id === undefined ? undefined : this.#peers.get(id)
    if (peer?.connection === connection) {
      this.#remove(peer, error)
      if (!this.#stopped) this.#keeper.lost(peer.id, this.#options.clock.now() - peer.since)
    } else if (!connection.wasReady) this.#tellFailure(connection, id, error)
    this.#waiters.get(connection)?.reject(error)
    this.#waiters.delete(connection)
  }

  #tellFailure({ direction, address }: Connection, peerId: string | undefined, error: LnoError): void {
    // Turned away for their number: counted already.
    if (direction === 'in' && error.code === ('TOO_MANY_CONNECTIONS' satisfies ConnectionCode)) return
    if (direction === 'in' && !this.#failures.take(1, this.#options.clock.now())) this.#refused.count()
    else this.#emit({ type: 'connection_failed', direction, address, peerId, error })
  }

  #remove(peer: Peer, error: LnoError): void {
    this.#peers.delete(peer.id)
    if (peer.connection.direction === 'in') this.#inboundPeers--
    for (const dropped of peer.dropped.values()) dropped.flush()
    this.#emit({ type: 'peer_disconnected', peer: this.#info(peer), error })
  }

  #info({ id, connection, since, init }: Peer): PeerInfo {
    const { address, direction, bytesIn, bytesOut } = connection
    return { id, address, direction, since, bytesIn, bytesOut, kept: this.#keeper.has(id), ...init }
  }
}

function handshakeFailed(cause: LnoError): LnoError {
  return nodeError('HANDSHAKE_FAILED', cause.message, { cause })
}
