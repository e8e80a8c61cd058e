import { concatBytes } from '../../base/bytes.js'
import type { ByteStream, Clock, Random } from '../../base/effects.js'
import { LnoError } from '../../base/error.js'
import type { NoiseCode } from '../../noise/codes.js'
import {
  endHandshake,
  feedHandshake,
  type Handshake,
  type HandshakeStep,
  initiate,
  type KeyPair,
  missingBytes,
  respond,
} from '../../noise/handshake.js'
import { ACT_TIMEOUT_MS, MAX_MESSAGE_BYTES, MAX_PACKET_BYTES } from '../../noise/limits.js'
import { Decryptor, Encryptor } from '../../noise/transport.js'
import { connectionError } from './codes.js'
import { IN_QUEUE_BYTES, IN_QUEUE_MESSAGES, OUT_QUEUE_BYTES, READ_LIMIT, REPORT_LIMIT, STUCK_MS } from './limits.js'
import type { PeerInit } from './peer.js'
import type { JobQueue, Scheduler } from './scheduler.js'
import {
  NEW_SESSION,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type SessionRules,
  session,
} from './session.js'
import { type TokenBucket, tokenBucket } from './token-bucket.js'

/**
 * What `send` did: handed the message to the socket, put it behind what waits for the socket, or refused it because too
 * much waits already, or because there is no such peer.
 */
export type SendResult = 'sent' | 'queued' | 'full' | 'not-connected'

/** What a connection tells its owner. None of these may throw. */
export interface ConnectionOwner {
  /** The other side has proven its node id; an error ends the connection. */
  onAuthenticated(connection: Connection): LnoError | undefined
  /** The inits are exchanged. */
  onReady(connection: Connection, init: PeerInit): void
  /** A message of a type that `rules.owned` names. */
  onMessage(connection: Connection, messageType: number, payload: Uint8Array): void
  /** Every whole message in clear, as it comes or leaves; false makes it vanish. */
  onTraffic(connection: Connection, direction: 'in' | 'out', message: Uint8Array): boolean
  onReport(connection: Connection, report: Extract<SessionEffect, { readonly type: 'report' }>): void
  /** Once, last. */
  onClosed(connection: Connection, error: LnoError): void
}

export interface ConnectionOptions {
  readonly stream: ByteStream
  readonly local: KeyPair
  /** Node id of the node that was called, 33 bytes; undefined when it called us. */
  readonly remoteStatic: Uint8Array | undefined
  readonly rules: SessionRules
  readonly owner: ConnectionOwner
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
}

interface Outgoing {
  readonly bytes: Uint8Array
  readonly onLeft: (() => void) | undefined
}

/**
 * One socket with its handshake, its transport and its session. The decisions are in `noise/handshake.ts` and
 * `session.ts`; here they meet stream, clock and queues.
 */
export class Connection {
  readonly direction: 'in' | 'out'
  readonly address: string
  /** 33 bytes, once proven (or as called). */
  nodeId: Uint8Array | undefined
  bytesIn = 0
  bytesOut = 0
  readonly #options: ConnectionOptions
  readonly #jobs: JobQueue
  readonly #readBucket: TokenBucket
  readonly #reports: TokenBucket
  readonly #timers = new Map<'act' | 'init' | 'ping' | 'rate', () => void>()
  readonly #outbox: Outgoing[] = []
  /** Chunks that came while a complete act waits for its turn. */
  #early: Uint8Array[] = []
  #actPending = false
  #handshake: Handshake | undefined
  #encryptor: Encryptor | undefined
  #decryptor: Decryptor | undefined
  #session: Session = NEW_SESSION
  #outBytes = 0
  #inBytes = 0
  #inMessages = 0
  #blockedSince: number | undefined
  #paused = false
  #ended = false
  #wasReady = false
  #error: LnoError | undefined

  constructor(options: ConnectionOptions) {
    const { stream, clock, scheduler, remoteStatic } = options
    this.#options = options
    this.direction = remoteStatic === undefined ? 'in' : 'out'
    this.address = stream.remote
    this.nodeId = remoteStatic
    this.#jobs = scheduler.queue()
    this.#readBucket = tokenBucket(READ_LIMIT.perSecond, READ_LIMIT.burst, clock.now())
    this.#reports = tokenBucket(REPORT_LIMIT.perSecond, REPORT_LIMIT.burst, clock.now())
    stream.onData = (bytes) => this.#onData(bytes)
    stream.onDrain = () => this.#onDrain()
    stream.onClose = (cause) => this.#onEnd(cause)
    this.#armAct()
    const { local, random } = options
    if (remoteStatic === undefined) this.#handshake = respond({ local, random })
    else this.#expensive(() => this.#afterAct(initiate({ local, remoteStatic, random })))
  }

  /** True once the inits are exchanged and until the end. */
  get ready(): boolean {
    return this.#session.phase === 'ready' && this.#error === undefined && !this.#ended
  }

  /** True when the inits were exchanged, whatever happened since. */
  get wasReady(): boolean {
    return this.#wasReady
  }

  /**
   * Sends one message, type included. `onLeft` is called when the socket has taken it, perhaps before this returns.
   * @throws LnoError `TRANSPORT_MESSAGE_TOO_LONG`
   */
  send(bytes: Uint8Array, onLeft?: () => void): SendResult {
    if (!this.ready) return 'not-connected'
    if (bytes.length > MAX_MESSAGE_BYTES) {
      throw new LnoError(
        'TRANSPORT_MESSAGE_TOO_LONG' satisfies NoiseCode,
        `${bytes.length} bytes, at most ${MAX_MESSAGE_BYTES}`,
        { spec: 'BOLT 8', rule: 'M1' },
      )
    }
    return this.#send(bytes, onLeft)
  }

  /** Puts a job for a message of `bytes` bytes behind the peer's others; its socket rests while too many wait. */
  enqueue(bytes: number, expensive: boolean, run: () => void): void {
    this.#inBytes += bytes
    this.#inMessages++
    this.#jobs.push({
      expensive,
      run: () => {
        this.#inBytes -= bytes
        this.#inMessages--
        this.#checkReading()
        run()
      },
    })
    this.#checkReading()
  }

  /** Ends it. `graceful` lets what was sent leave first. */
  close(error: LnoError, graceful = false): void {
    if (this.#error !== undefined) return
    this.#error = error
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#jobs.clear()
    this.#outbox.length = 0
    this.#early = []
    this.#options.stream.close(graceful)
    this.#options.owner.onClosed(this, error)
  }

  #arm(timer: 'act' | 'init' | 'ping' | 'rate', ms: number, run: () => void): void {
    this.#timers.get(timer)?.()
    this.#timers.set(
      timer,
      this.#options.clock.after(ms, () => {
        this.#timers.delete(timer)
        run()
      }),
    )
  }

  #armAct(): void {
    this.#arm('act', ACT_TIMEOUT_MS, () =>
      this.close(connectionError('ACT_TIMEOUT', `no complete act within ${ACT_TIMEOUT_MS / 1000} seconds`, 'N7')),
    )
  }

  /** Public-key work of the handshake takes its turn with everybody else's. */
  #expensive(run: () => void): void {
    this.#actPending = true
    this.#options.stream.pause()
    this.#jobs.push({
      expensive: true,
      run: () => {
        this.#actPending = false
        if (this.#error !== undefined) return
        run()
        const early = this.#early
        this.#early = []
        if (early.length > 0) this.#onBytes(concatBytes(...early))
        if (!this.#actPending) this.#resumeUnlessPaused()
      },
    })
  }

  #onData(bytes: Uint8Array): void {
    if (this.#error !== undefined) return
    this.bytesIn += bytes.length
    if (!this.#actPending) {
      this.#onBytes(bytes)
      return
    }
    this.#early.push(bytes)
    const held = this.#early.reduce((sum, chunk) => sum + chunk.length, 0)
    if (held > MAX_PACKET_BYTES) {
      this.close(connectionError('PEER_BAD_MESSAGE', 'too many bytes before the handshake was over', 'N7'))
    }
  }

  #onBytes(bytes: Uint8Array): void {
    if (this.#error !== undefined || bytes.length === 0) return
    if (this.#decryptor !== undefined) {
      this.#onTransport(this.#decryptor, bytes)
      return
    }
    const handshake = this.#handshake
    if (handshake === undefined) return
    if (bytes.length < missingBytes(handshake)) {
      this.#handshake = feedHandshake(handshake, bytes).state
      return
    }
    this.#expensive(() => this.#afterAct(feedHandshake(handshake, bytes)))
  }

  #afterAct({ state, output }: HandshakeStep): void {
    this.#handshake = state
    if (output.length > 0) this.#write(output)
    if (state.phase === 'failed') {
      this.close(state.error)
      return
    }
    if (state.phase !== 'done') {
      this.#armAct()
      return
    }
    this.#timers.get('act')?.()
    this.#timers.delete('act')
    this.#handshake = undefined
    this.nodeId = state.remoteStatic
    const refused = this.#options.owner.onAuthenticated(this)
    if (refused !== undefined) {
      this.close(refused, true)
      return
    }
    this.#encryptor = new Encryptor(state.keys)
    this.#decryptor = new Decryptor(state.keys)
    this.#step({ type: 'open' })
    this.#onBytes(state.rest)
  }

  #onTransport(decryptor: Decryptor, bytes: Uint8Array): void {
    this.#readBucket.charge(bytes.length, this.#options.clock.now())
    const { messages, error } = decryptor.feed(bytes)
    for (const message of messages) {
      if (this.#error !== undefined || this.#ended) break
      if (this.#options.owner.onTraffic(this, 'in', message)) this.#step({ type: 'message', bytes: message })
    }
    if (error !== undefined) this.close(error)
    this.#checkReading()
  }

  /** The other side has ended the stream, or it broke. */
  #onEnd(cause: Error | undefined): void {
    const half = this.#handshake === undefined ? this.#decryptor?.end() : endHandshake(this.#handshake)
    const inside =
      half === undefined ? undefined : 'phase' in half ? (half.phase === 'failed' ? half.error : undefined) : half
    const error = inside ?? connectionError('PEER_CLOSED', 'the other side ended the connection', undefined, cause)
    // What came before the end is still handled: an answer counts even if its sender has left.
    this.#ended = true
    if (this.#inMessages === 0) this.close(error)
    else this.#jobs.push({ expensive: false, run: () => this.close(error) })
  }

  #step(event: SessionEvent): void {
    if (this.#error !== undefined || this.#ended) return
    const { rules, clock, random } = this.#options
    const { state, effects } = session(rules, this.#session, event, clock.now(), random)
    this.#session = state
    for (const effect of effects) {
      if (this.#error !== undefined) return
      this.#do(effect)
    }
  }

  #do(effect: SessionEffect): void {
    const { owner } = this.#options
    switch (effect.type) {
      case 'send':
        this.#send(effect.bytes)
        break
      case 'pong': {
        // A ping of a few bytes may ask for 65 kilobytes: they count as if it had sent them, and are owed to nobody who floods.
        const now = this.#options.clock.now()
        if (this.#readBucket.debtMs(now) > 0) break
        this.#readBucket.charge(effect.bytes.length, now)
        this.#send(effect.bytes)
        break
      }
      case 'arm':
        this.#arm(effect.timer, effect.ms, () => this.#onTimer(effect.timer))
        break
      case 'ready':
        this.#timers.get('init')?.()
        this.#timers.delete('init')
        this.#wasReady = true
        owner.onReady(this, effect.peer)
        break
      case 'deliver':
        owner.onMessage(this, effect.messageType, effect.payload)
        break
      case 'report':
        if (this.#reports.take(1, this.#options.clock.now())) owner.onReport(this, effect)
        break
      case 'close':
        this.close(effect.error, true)
        break
    }
  }

  #onTimer(timer: 'init' | 'ping'): void {
    if (timer === 'init') {
      this.#step({ type: 'init_timeout' })
      return
    }
    const blockedMs = this.#blockedSince === undefined ? 0 : this.#options.clock.now() - this.#blockedSince
    if (blockedMs >= STUCK_MS) {
      this.close(
        connectionError('PEER_NOT_READING', `the peer takes no bytes since ${Math.floor(blockedMs / 1000)} seconds`),
      )
      return
    }
    // Who is not read cannot be blamed for silence, and behind what waits a ping would only wait too.
    this.#step({ type: 'ping_due', possible: !this.#paused && this.#blockedSince === undefined })
  }

  #send(bytes: Uint8Array, onLeft?: () => void): SendResult {
    if (this.#blockedSince === undefined) {
      this.#writeMessage(bytes)
      onLeft?.()
      return 'sent'
    }
    if (this.#outBytes + bytes.length > OUT_QUEUE_BYTES) return 'full'
    this.#outbox.push({ bytes, onLeft })
    this.#outBytes += bytes.length
    this.#checkReading()
    return 'queued'
  }

  #writeMessage(bytes: Uint8Array): void {
    if (this.#options.owner.onTraffic(this, 'out', bytes)) this.#write(this.#encryptor!.encrypt(bytes))
  }

  #write(bytes: Uint8Array): void {
    this.bytesOut += bytes.length
    if (!this.#options.stream.write(bytes)) this.#blockedSince ??= this.#options.clock.now()
  }

  #onDrain(): void {
    this.#blockedSince = undefined
    while (this.#blockedSince === undefined && this.#error === undefined) {
      const next = this.#outbox.shift()
      if (next === undefined) break
      this.#outBytes -= next.bytes.length
      this.#writeMessage(next.bytes)
      next.onLeft?.()
    }
    this.#checkReading()
  }

  /** Reads on or rests: a peer whose messages we cannot handle or answer waits in its own socket. */
  #checkReading(): void {
    if (this.#error !== undefined) return
    const debtMs = this.#readBucket.debtMs(this.#options.clock.now())
    if (debtMs > 0 && !this.#timers.has('rate')) this.#arm('rate', debtMs, () => this.#checkReading())
    const share = this.#paused ? 0.5 : 1
    const rest =
      debtMs > 0 ||
      this.#inBytes >= IN_QUEUE_BYTES * share ||
      this.#inMessages >= IN_QUEUE_MESSAGES * share ||
      this.#outBytes >= (OUT_QUEUE_BYTES * share) / 2
    if (rest === this.#paused) return
    this.#paused = rest
    if (rest) this.#options.stream.pause()
    else if (!this.#actPending) this.#options.stream.resume()
  }

  #resumeUnlessPaused(): void {
    if (this.#error === undefined && !this.#paused) this.#options.stream.resume()
  }
}
