import type { CancelSignal, Clock, Store } from '../../base/effects.js'
import type { LnoError } from '../../base/error.js'
import { sha256 } from '../../crypto/hash.js'
import { type BlockClock, countedHeight } from '../../payments/block-clock.js'
import { paymentError } from '../../payments/codes.js'
import { CORE_MESSAGES, PaymentCore } from '../../payments/core.js'
import { decodeLedgerEntry, LEDGER_KEYS } from '../../payments/engine/ledger.js'
import type { LinkId, LinkView } from '../../payments/link.js'
import type {
  At,
  CoreInput,
  CoreOptions,
  LedgerEntry,
  NewGrant,
  NewPayment,
  PaymentEvent,
  PaymentQuote,
  PaymentState,
  Receipt,
} from '../../payments/step.js'
import { type ChainName, chainHashOf } from '../../wire/chains.js'
import { walletError } from '../codes.js'
import { expectations } from '../expectations.js'
import { paymentEnds } from '../payment-ends.js'
import type { Receivable, ReceiveOptions, Wallet, WalletBalance } from '../wallet.js'
import { type Driver, drive } from './driver.js'
import { type GrantOptions, newGrant } from './grant.js'
import { OPEN_TIMEOUT_MS } from './limits.js'
import type { WalletPeers } from './peers.js'
import { storedRecords } from './stored-records.js'

/** What an embedded wallet is made of. */
export interface EmbeddedWalletOptions extends Omit<CoreOptions, 'chainHash'> {
  readonly network: ChainName
  readonly store: Store
  readonly peers: WalletPeers
  readonly clock: Clock
  /** `countedHeight` of the network unless given: it knows none on `bitcoin`, where a real source of height is asked for. */
  readonly blockClock?: BlockClock
  /** Calls back in the next turn of the event loop (`setImmediate`); `clock.after(0, …)` unless given. */
  readonly nextTurn?: (run: () => void) => void
  /** Hears everything from the start on. Must not throw. */
  readonly onEvent?: (event: PaymentEvent) => void
  /** The wallet ended by itself: what it was about to promise could not be stored. Nothing is sent any more. */
  readonly onStopped?: (error: LnoError) => void
}

/** A wish for a channel. */
export interface OpenChannelOptions {
  /** Node id of the host, 66 hex digits. */
  readonly peer: LinkId
  /** Of the host's grant, 32 bytes. */
  readonly secret?: Uint8Array
  readonly minCapacityMsat?: bigint
  /** Milliseconds to wait for the host; 30 000 unless given. */
  readonly timeoutMs?: number
}

/** The wallet that needs no other program and no blockchain: payments over hosted channels (bLIP 17). */
export class EmbeddedWallet implements Wallet {
  readonly kind = 'embedded'
  readonly #options: EmbeddedWalletOptions
  readonly #core: PaymentCore
  readonly #driver: Driver
  readonly #listeners = new Set<(event: PaymentEvent) => void>()
  readonly #ends = paymentEnds()
  readonly #opened = expectations<LinkView>()
  #closing = false

  /**
   * Loads what is stored, resumes what was under way and takes over the peers that are connected.
   * @throws LnoError `PAYMENT_RECORD_CORRUPT`; `WALLET_STOPPED` when the first step cannot be stored
   */
  static async start(options: EmbeddedWalletOptions): Promise<EmbeddedWallet> {
    const core = PaymentCore.load(
      { ...options, chainHash: chainHashOf(options.network) },
      await storedRecords(options.store),
    )
    const wallet = new EmbeddedWallet(options, core)
    await wallet.#begin()
    return wallet
  }

  private constructor(options: EmbeddedWalletOptions, core: PaymentCore) {
    const { store, peers, clock, nextTurn = (run) => void clock.after(0, run) } = options
    this.#options = options
    this.#core = core
    if (options.onEvent !== undefined) this.#listeners.add(options.onEvent)
    this.#driver = drive({
      core,
      store,
      peers,
      clock,
      height: () => this.#at().height,
      nextTurn,
      onEvent: (event) => this.#onEvent(event),
      onStopped: (error) => {
        this.#ends.failAll(error)
        this.#opened.failAll(error)
        if (!this.#closing) options.onStopped?.(error)
      },
    })
  }

  async #begin(): Promise<void> {
    const { peers } = this.#options
    const begun = this.#driver.begin()
    peers.onPeer({ up: (peer) => this.#driver.peerUp(peer), down: (peer) => this.#driver.peerDown(peer) })
    peers.onMessage([...CORE_MESSAGES], (peer, message) => this.#driver.message(peer, message))
    for (const peer of peers.peers()) this.#driver.peerUp(peer)
    await begun
  }

  /** @throws LnoError `NO_INBOUND`, `HEIGHT_UNKNOWN`, `WALLET_STOPPED` */
  async receive(options: ReceiveOptions): Promise<Receivable> {
    this.#check()
    return this.#core.receive(options, this.#atKnownHeight())
  }

  /** @throws LnoError as `Wallet.pay`; `HEIGHT_UNKNOWN`, `WALLET_STOPPED`, `WALLET_BUSY` */
  async pay(payment: NewPayment): Promise<PaymentState> {
    const known = await this.payment(payment.id)
    if (known !== undefined) return known
    this.#atKnownHeight()
    return this.#command({ type: 'pay', payment }, () => this.#core.payment(payment.id)!)
  }

  async quote(payment: NewPayment): Promise<PaymentQuote> {
    this.#check()
    return this.#core.quote(payment, this.#atKnownHeight())
  }

  async payment(id: string): Promise<PaymentState | undefined> {
    return this.#onDisk(this.#core.payment(id))
  }

  async payments(limit: number): Promise<readonly PaymentState[]> {
    return this.#onDisk(this.#core.payments(limit))
  }

  /** @throws LnoError `PAYMENT_UNKNOWN`, `PAYMENT_WAIT_CANCELLED`, `WALLET_STOPPED` */
  async ended(id: string, signal?: CancelSignal): Promise<PaymentState> {
    this.#check()
    const state = this.#core.payment(id)
    return state?.status === 'sending'
      ? this.#ends.of(id, state, signal)
      : this.#ends.of(id, await this.#onDisk(state), signal)
  }

  async receipt(paymentHash: string): Promise<Receipt | undefined> {
    return this.#onDisk(this.#core.receipt(paymentHash))
  }

  balance(): WalletBalance {
    return this.#core.balance()
  }

  async *ledger(): AsyncIterable<LedgerEntry> {
    await this.#driver.stored()
    for await (const [, value] of this.#options.store.range(LEDGER_KEYS)) yield decodeLedgerEntry(value)
  }

  onEvent(listener: (event: PaymentEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#driver.close()
  }

  /** All channels, those that are closed or errored among them. */
  channels(): readonly LinkView[] {
    return this.#core.channels()
  }

  channel(peer: LinkId): LinkView | undefined {
    return this.#core.channel(peer)
  }

  /**
   * Asks a connected peer for a channel and waits until it is open. When nobody waits any more it may open all the same.
   * @throws LnoError `HEIGHT_UNKNOWN`, `CHANNEL_REFUSED`, `CHANNEL_NO_ANSWER`, and what the core refuses it with
   */
  async openChannel({ timeoutMs = OPEN_TIMEOUT_MS, ...wish }: OpenChannelOptions): Promise<LinkView> {
    this.#atKnownHeight()
    const { peer } = wish
    const patience = new AbortController()
    const opened = this.#opened.wait(peer, patience.signal, () => patience.signal.reason)
    const giveUp = (why: LnoError) => patience.abort(why)
    const cancel = this.#options.clock.after(timeoutMs, () =>
      giveUp(walletError('CHANNEL_NO_ANSWER', `no answer of ${peer} after ${timeoutMs} ms`)),
    )
    this.#command({ type: 'open', ...wish }, () => this.#core.channel(peer)).then(
      // It was open already, and nothing more will be told of it.
      (view) => view?.status === 'up' && this.#opened.meet(peer, view),
      giveUp,
    )
    return opened.finally(cancel)
  }

  /**
   * The file of `lno channel export`: what the peer has signed of a channel, to be checked without a node. It is on disk, too.
   * @throws LnoError `CHANNEL_UNKNOWN`
   */
  async exportChannel(peer: LinkId): Promise<string> {
    return this.#onDisk(this.#core.exportChannel(peer))
  }

  /**
   * Ends a channel in which we own nothing and that has no HTLCs. Its record stays.
   * @throws LnoError what the core refuses it with
   */
  async closeChannel(peer: LinkId): Promise<LinkView> {
    return this.#onChannel({ type: 'close', peer })
  }

  /**
   * As the host of an errored channel: proposes how its money is divided.
   * @param localMsat ours; unless given every HTLC goes back but those whose preimage is known
   */
  async proposeOverride(peer: LinkId, localMsat?: bigint): Promise<LinkView> {
    return this.#onChannel({ type: 'propose_override', peer, ...(localMsat !== undefined && { localMsat }) })
  }

  /**
   * As the client of an errored channel: takes what the host has proposed.
   * @param localMsat what would be ours by it (`overrideMsat` of the channel); another proposal is not taken
   */
  async acceptOverride(peer: LinkId, localMsat: bigint): Promise<LinkView> {
    return this.#onChannel({ type: 'accept_override', peer, localMsat })
  }

  /**
   * Promises one channel to whoever shows the secret first; what it gives is owed from then on.
   * @returns the secret, 32 bytes, which is kept as a hash alone
   * @throws LnoError `HEIGHT_UNKNOWN`, and what the core refuses it with
   */
  async grant(options: GrantOptions): Promise<{ readonly secret: Uint8Array; readonly grant: NewGrant }> {
    this.#atKnownHeight()
    const secret = this.#options.random(32)
    const grant = newGrant(sha256(secret), options)
    await this.#command({ type: 'grant', grant })
    return { secret, grant }
  }

  /** Takes back a promise that nobody has used. @throws LnoError what the core refuses it with */
  async revokeGrant(secretHash: Uint8Array): Promise<void> {
    await this.#command({ type: 'revoke_grant', secretHash })
  }

  /** Promises that nobody has used. */
  grants(): readonly NewGrant[] {
    return this.#core.grants()
  }

  #onChannel(input: CoreInput & { readonly peer: LinkId }): Promise<LinkView> {
    return this.#command(input, () => this.#core.channel(input.peer)!)
  }

  #command(input: CoreInput): Promise<void>
  #command<T>(input: CoreInput, read: () => T): Promise<T>
  #command<T>(input: CoreInput, read: () => T | undefined = () => undefined): Promise<T | undefined> {
    return this.#driver.submit(input, read)
  }

  /** The core is ahead of the disk; nobody is told what a crash could take back. */
  async #onDisk<T>(value: T): Promise<T> {
    await this.#driver.stored()
    return value
  }

  #check(): void {
    if (this.#driver.stopped) throw this.#driver.stopped
  }

  #at(): At {
    const { clock, network, blockClock = countedHeight(network) } = this.#options
    const now = clock.now()
    return { now, height: blockClock.height(now) }
  }

  /** @throws LnoError `HEIGHT_UNKNOWN` */
  #atKnownHeight(): At {
    const at = this.#at()
    if (at.height !== undefined) return at
    throw paymentError('HEIGHT_UNKNOWN', `nobody knows how high the chain of ${this.#options.network} is`)
  }

  #onEvent(event: PaymentEvent): void {
    this.#ends.hear(event)
    switch (event.type) {
      case 'channel_opened':
      case 'channel_up':
        this.#opened.meet(event.channel.peer, event.channel)
        break
      case 'channel_refused':
        this.#opened.fail(event.peer, paymentError('CHANNEL_REFUSED', event.why))
        break
      case 'channel_errored':
        this.#opened.fail(event.peer, paymentError('CHANNEL_REFUSED', `${event.code}: ${event.why}`))
        break
      default:
    }
    for (const listener of [...this.#listeners]) listener(event)
  }
}
