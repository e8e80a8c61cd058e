import { LnoError } from '../base/error.js'
import { toHex } from '../base/hex.js'
import { publicKey } from '../crypto/group.js'
import { messageType } from '../wire/message.js'
import type { ChannelNotice, MakeChannelKind } from './channel-kind.js'
import { type Channels, type ChannelTurn, channelTurn, openChannels, type Told } from './channels.js'
import { paymentError } from './codes.js'
import type { Book } from './engine/book.js'
import { onLinkEvent, onStart, onTick } from './engine/engine.js'
import { addGrant, hostPolicy, openGrants, revokeGrant } from './engine/grants.js'
import { refuseUndecided } from './engine/incoming.js'
import { quotePayment, startPayment, viewOf } from './engine/payments.js'
import { receivePaths } from './engine/receive-paths.js'
import { type EngineState, emptyState, sortPayments, type Turn } from './engine/state.js'
import { onTerms, termsFor } from './engine/told-terms.js'
import type { HostedChannel } from './hosted/channel.js'
import { hostedChannels } from './hosted/kind.js'
import { FORWARDING_TERMS } from './hosted/messages.js'
import { HOSTED_TYPES } from './hosted/receive.js'
import { MAX_OPEN_CHANNELS } from './limits.js'
import type { LinkEvent, LinkId, LinkView } from './link.js'
import type {
  At,
  CoreEffect,
  CoreInput,
  CoreOptions,
  CoreStep,
  LedgerKind,
  NewGrant,
  NewPayment,
  PaymentQuote,
  PaymentState,
  Receipt,
  Receivable,
  ReceiveOptions,
  WalletBalance,
} from './step.js'

/** Types of the messages that a step takes. */
export const CORE_MESSAGES: ReadonlySet<number> = /* @__PURE__ */ new Set([...HOSTED_TYPES, FORWARDING_TERMS.type])

/** What is stored and can be undone: in the order in which a commit has it. */
interface Stored {
  load(key: string, bytes: Uint8Array): void
  changes(): CoreStep['changes']
  keep(): void
  undo(): void
}

/** One step under way. */
interface CoreTurn<S> extends Turn {
  readonly links: ChannelTurn<S>
  readonly effects: CoreEffect[]
}

/**
 * All payments and channels of a node as one machine: a step takes one input to its end, and everything that it changed is stored
 * in one commit. The driver stores `changes` before it does `effects`, one step behind the other, and ends when a commit fails:
 * this object is ahead of the disk then.
 */
export class PaymentCore<S = HostedChannel> {
  private readonly state: EngineState
  private readonly channelBook: Channels<S>
  private readonly grantBook: Book<NewGrant>
  private readonly stored: ReadonlyMap<string, Stored>
  /** Of the last tick: channels look at the height only when it is another. */
  private height: number | undefined

  private constructor(
    readonly options: CoreOptions,
    makeKind: MakeChannelKind<S>,
  ) {
    this.state = emptyState(options, publicKey(options.nodeSecret))
    const { nodeId, neighbours, incoming, outgoing, payments, receipts, ledger } = this.state
    this.channelBook = openChannels(makeKind(options, nodeId), neighbours.alias)
    this.grantBook = openGrants()
    this.stored = new Map<string, Stored>([
      ['wallet-channel', this.channelBook.book],
      ['wallet-in', incoming],
      ['wallet-out', outgoing],
      ['wallet-payment', payments],
      ['wallet-receipt', receipts],
      ['wallet-grant', this.grantBook],
      ['wallet-total', ledger],
    ])
  }

  /**
   * The core of a node whose channels are hosted ones.
   * @param records as for `over`
   * @throws LnoError as `over`
   */
  static load(options: CoreOptions, records: Iterable<readonly [key: string, value: Uint8Array]>): PaymentCore {
    return PaymentCore.over(hostedChannels, options, records)
  }

  /**
   * The core over channels of any kind.
   * @param records all keys under `wallet-…`; those of the ledger are passed over
   * @throws LnoError `PAYMENT_RECORD_CORRUPT` for records that cannot be read
   */
  static over<S>(
    makeKind: MakeChannelKind<S>,
    options: CoreOptions,
    records: Iterable<readonly [key: string, value: Uint8Array]>,
  ): PaymentCore<S> {
    const core = new PaymentCore(options, makeKind)
    for (const [key, value] of records) core.take(key, value)
    sortPayments(core.state)
    for (const book of core.stored.values()) book.keep()
    return core
  }

  private take(key: string, value: Uint8Array): void {
    const slash = key.indexOf('/')
    try {
      this.stored.get(key.slice(0, slash))?.load(key.slice(slash + 1), value)
    } catch (cause) {
      if (!(cause instanceof LnoError)) throw cause
      throw paymentError('PAYMENT_RECORD_CORRUPT', `the record ${key} cannot be read: ${cause.message}`, { cause })
    }
  }

  /**
   * Takes one input to its end.
   * @throws LnoError for commands of the user that are refused: nothing has changed then. Never for what peers send.
   */
  step(input: CoreInput, at: At): CoreStep {
    const turn = this.begin(at)
    try {
      this.input(turn, input)
      this.finish(turn)
      const changes = [...this.stored.values()].flatMap((book) => book.changes())
      for (const book of this.stored.values()) book.keep()
      return { changes, effects: turn.effects }
    } catch (error) {
      for (const book of this.stored.values()) book.undo()
      throw error
    }
  }

  private begin(at: At): CoreTurn<S> {
    const { nodeSecret, random } = this.options
    const effects: CoreEffect[] = []
    return {
      ...at,
      state: this.state,
      effects,
      links: channelTurn(this.channelBook, { nodeSecret, random, ...at }, effects),
      tell: (event) => effects.push({ type: 'tell', event }),
      wake: (time) => effects.push({ type: 'wake', at: time }),
    }
  }

  private input(turn: CoreTurn<S>, input: CoreInput): void {
    const { kind, book } = this.channelBook
    const { links } = turn
    switch (input.type) {
      case 'start':
        onStart(turn)
        this.climb(turn)
        break
      case 'tick':
        onTick(turn)
        this.climb(turn)
        break
      case 'peer_up':
        links.run(input.peer, (state, context) => kind.connected(state, input.features, context))
        break
      case 'peer_down':
        links.run(input.peer, (state, context) => kind.disconnected(state, context))
        this.state.neighbours.forget(input.peer)
        break
      case 'message':
        this.message(turn, input.peer, input.message)
        break
      case 'grant':
        addGrant(this.grantBook, input.grant)
        break
      case 'revoke_grant':
        revokeGrant(this.grantBook, input.secretHash)
        break
      case 'open':
        links.run(input.peer, (state, context) => kind.open(state, input, context))
        break
      case 'close':
        links.run(input.peer, (state, context) => kind.close(state, context))
        break
      case 'propose_override':
        if (input.localMsat === undefined) refuseUndecided(turn, input.peer)
        links.run(input.peer, (state, context) => kind.proposeOverride(state, input.localMsat, context))
        break
      case 'accept_override':
        links.run(input.peer, (state, context) => kind.acceptOverride(state, input.localMsat, context))
        break
      case 'pay':
        startPayment(turn, input.payment)
        break
    }
    // A peer with whom there is no channel is forgotten with its connection.
    if (input.type !== 'peer_down') return
    const left = book.get(input.peer)
    if (left !== undefined && !kind.stored(left)) book.remove(input.peer)
  }

  /** The chain may be higher: HTLCs expire. */
  private climb(turn: CoreTurn<S>): void {
    if (turn.height === undefined || turn.height === this.height) return
    this.height = turn.height
    const { kind } = this.channelBook
    for (const { peer } of this.channelBook.views()) turn.links.run(peer, kind.tick)
  }

  private message(turn: CoreTurn<S>, peer: LinkId, message: Uint8Array): void {
    const { kind } = this.channelBook
    if (message.length < 2 || messageType(message) !== FORWARDING_TERMS.type) {
      const room = this.channelBook.count < MAX_OPEN_CHANNELS || this.channelBook.view(peer) !== undefined
      const policy = hostPolicy(this.grantBook, this.options, room)
      turn.links.run(peer, (state, context) => kind.receive(state, message, policy, context))
    } else if (this.channelBook.view(peer) !== undefined) onTerms(this.state, peer, message)
  }

  /** Works on what the channels told until nothing is left, and has them sign. */
  private finish(turn: CoreTurn<S>): void {
    for (;;) {
      let told = turn.links.next()
      if (told === undefined) {
        turn.links.flush()
        told = turn.links.next()
        if (told === undefined) return
      }
      this.event(turn, told)
    }
  }

  private event(turn: CoreTurn<S>, { peer, event }: Told): void {
    if (isNotice(event)) {
      this.notice(turn, peer, event)
      return
    }
    onLinkEvent(turn, peer, event)
    const channel = this.channelBook.view(peer)
    if (event.type === 'up' && channel) {
      turn.tell({ type: 'channel_up', channel })
      this.tellTerms(turn, channel, this.options.tellsNeighbours ? this.channelBook.views() : [])
    }
    if (event.type === 'down') turn.tell({ type: 'channel_down', peer, why: event.why })
  }

  private notice(turn: CoreTurn<S>, peer: LinkId, notice: ChannelNotice): void {
    const channel = this.channelBook.view(peer)
    switch (notice.type) {
      case 'opened':
        if (notice.grant) this.grantBook.remove(toHex(notice.grant))
        this.book(turn, 'grant', peer, notice.changeMsat)
        if (channel) turn.tell({ type: 'channel_opened', channel })
        break
      case 'refused':
        turn.tell({ type: 'channel_refused', peer, why: notice.why })
        return
      case 'errored': {
        const { code, why, byUs } = notice.errored
        turn.tell({ type: 'channel_errored', peer, code, why, byUs })
        break
      }
      case 'override_proposed':
        turn.tell({ type: 'override_proposed', peer, localMsat: notice.localMsat, byUs: notice.byUs })
        return
      case 'overridden':
      case 'adjusted':
        this.book(turn, 'override', peer, notice.changeMsat)
        if (channel && notice.type === 'overridden') turn.tell({ type: 'channel_overridden', channel })
        break
      case 'closed':
        turn.tell({ type: 'channel_closed', peer })
        break
    }
    // The list of our channels is another one.
    if (!this.options.tellsNeighbours) return
    const views = this.channelBook.views()
    for (const other of views) if (other.peer !== peer) this.tellTerms(turn, other, views)
  }

  private book({ now }: Turn, kind: LedgerKind, peer: LinkId, amountMsat: bigint): void {
    if (amountMsat !== 0n) this.state.ledger.append({ at: now, kind, peer, amountMsat, feeMsat: 0n })
  }

  private tellTerms(turn: CoreTurn<S>, channel: LinkView, views: readonly LinkView[]): void {
    if (channel.status !== 'up') return
    const message = termsFor(this.state, channel, views)
    turn.effects.push({ type: 'send', peer: channel.peer, message })
  }

  channels(): readonly LinkView[] {
    return this.channelBook.views()
  }

  channel(peer: LinkId): LinkView | undefined {
    return this.channelBook.view(peer)
  }

  /**
   * The state of a channel as its peer has signed it: the text of `lno channel export`.
   * @throws LnoError `CHANNEL_UNKNOWN`
   */
  exportChannel(peer: LinkId): string {
    const { kind, book } = this.channelBook
    return kind.exported(book.get(peer) ?? kind.none(peer), this.options.nodeSecret)
  }

  payment(id: string): PaymentState | undefined {
    const payment = this.state.payments.get(id)
    return payment && viewOf(payment)
  }

  /** Newest first. */
  payments(limit: number): readonly PaymentState[] {
    const { order } = this.state.indexes
    const ids = limit > 0 ? order.slice(-limit).reverse() : []
    return ids.map((id) => viewOf(this.state.payments.get(id)!))
  }

  /** What arrived for a payment hash (hex), if anything did. */
  receipt(paymentHash: string): Receipt | undefined {
    const found = this.state.receipts.get(paymentHash)
    if (found === undefined) return undefined
    const { exclusive: _, ...receipt } = found
    return receipt
  }

  /** Grants that nobody has used yet. */
  grants(): readonly NewGrant[] {
    return [...this.grantBook.values()]
  }

  balance(): WalletBalance {
    let inFlightMsat = 0n
    for (const { cause, amountMsat } of this.state.outgoing.values()) {
      if (cause.type === 'payment') inFlightMsat += amountMsat
    }
    const views = this.channels()
    const sum = (of: (view: LinkView) => bigint) => views.reduce((all, view) => all + of(view), 0n)
    return {
      totalMsat: this.ledgerTotal(),
      inFlightMsat,
      sendableMsat: sum(({ status, sendableMsat }) => (status === 'up' ? sendableMsat : 0n)),
      receivableMsat: sum(({ status, receivableMsat }) => (status === 'up' ? receivableMsat : 0n)),
    }
  }

  /** msat: the sum of all ledger entries. It equals `positionMsat` after every step. */
  ledgerTotal(): bigint {
    return this.state.ledger.totalMsat
  }

  /** msat: what peers owe us over all channels by their committed states, less what we owe. */
  positionMsat(): bigint {
    return this.channelBook.position()
  }

  /**
   * What an invoice needs of whoever will pay it. Nothing is stored: the promise is in the `path_id`.
   * @throws LnoError `NO_INBOUND`, `HEIGHT_UNKNOWN`
   */
  receive(options: ReceiveOptions, at: At): Receivable {
    return receivePaths(this.state, this.channels(), options, at)
  }

  /**
   * How a payment would go now, without making it.
   * @throws LnoError as the input `pay` does
   */
  quote(payment: NewPayment, at: At): PaymentQuote {
    return quotePayment(this.begin(at), payment)
  }
}

const NOTICES: ReadonlySet<string> = /* @__PURE__ */ new Set<ChannelNotice['type']>([
  'opened',
  'refused',
  'errored',
  'override_proposed',
  'overridden',
  'adjusted',
  'closed',
])

function isNotice(event: LinkEvent | ChannelNotice): event is ChannelNotice {
  return NOTICES.has(event.type)
}
