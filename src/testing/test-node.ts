import type { Clock, Random } from '../base/effects.js'
import { fromHex } from '../base/hex.js'
import { decodeInvoiceRequest, decodeOffer } from '../bolt12/decode.js'
import type { InvoiceRequestMessage } from '../bolt12/invoice-request.js'
import type { OfferMessage } from '../bolt12/offer.js'
import { type CaptureWriter, captureTo } from '../node/capture/writer.js'
import type { MessageTap } from '../node/connections/index.js'
import { type JsonEvent, type NodeEvent, toJsonEvent } from '../node/events.js'
import type { NodeIdentity } from '../node/identity.js'
import type { NodeId } from '../node/messenger/routes.js'
import type { LnoNode, NodePayOptions } from '../node/node-types.js'
import type { NewOffer, OwnOffer } from '../node/offers/own-offer.js'
import type { FetchOptions, FetchResult } from '../node/payer/fetch.js'
import type { PaymentView } from '../node/payments/view.js'
import type { ClaimOptions, ClaimResult } from '../node/refunds/claim.js'
import type { NewRefund, OwnRefund } from '../node/refunds/refunds.js'
import { packageVersion } from '../node/version.js'
import type { FakeFault } from './fake-bank.js'
import { isFakeWallet } from './fake-wallet.js'
import { type Misbehaviour, misbehaveOn } from './misbehaviour.js'

/** An offer to be made: `createOffer`'s options of a node, and a shorter way to name relays. */
export interface TestOffer extends NewOffer {
  /** Relays of one path to the offer's maker, the introduction node first. Without it (and `routes`) the offer names the node. */
  readonly via?: readonly TestNode[]
}

/** A refund to be made: an offer to send money, and a shorter way to name relays. */
export interface TestRefund extends NewRefund {
  /** Relays of one path to its maker, the introduction node first. Without it (and `routes`) the refund names the node. */
  readonly via?: readonly TestNode[]
}

/** A node of a test network. */
export interface TestNode {
  readonly name: string
  /** Its node id, 66 hex digits. */
  readonly id: NodeId
  /** All that a node can do; what it promises is kept only while the network's clock is moved (`network.run`). */
  readonly node: LnoNode
  /** What it told so far, oldest first, as a node's log has it: `kind` says what. */
  readonly events: readonly JsonEvent[]
  /** Requests of `fetchInvoice` that are under way. */
  readonly fetching: number
  /**
   * Makes an offer.
   *
   * @example
   * ```ts
   * const { text } = await merchant.createOffer({ description: 'Tea', amountMsat: 10_000n, via: [relay] })
   * ```
   * @throws LnoError `OFFER_OPTIONS`
   */
  createOffer(offer: TestOffer): Promise<OwnOffer>
  /**
   * Asks for an invoice and checks it, letting the network's time pass as far as needed.
   *
   * @example
   * ```ts
   * const { invoice, request } = await payer.fetchInvoice(offer.text, { payerNote: 'table 4' })
   * ```
   * @throws LnoError as `Payer.fetch`: `FetchError` with `SENT_NO_REPLY`, `INVOICE_ERROR`, `INVOICE_REFUSED` (its `issues` say
   *   why), …
   */
  fetchInvoice(offer: string | OfferMessage | OwnOffer, options?: Omit<FetchOptions, 'offer'>): Promise<FetchResult>
  /**
   * Makes a refund, a stand-alone invoice_request. Its invoice stands in `node.refunds.find(id).stored.invoice` once it came.
   *
   * @example
   * ```ts
   * const { text } = await merchant.createRefund({ description: 'Order 7', amountMsat: 10_000n, via: [relay] })
   * ```
   * @throws LnoError `INVREQ_OPTIONS`
   */
  createRefund(refund: TestRefund): Promise<OwnRefund>
  /**
   * Sends an invoice for a refund, letting the network's time pass until no invoice_error can be expected any more.
   *
   * @example
   * ```ts
   * const { invoice } = await customer.claimRefund(refund.text)
   * ```
   * @throws LnoError as `LnoNode.claimRefund`: `REFUND_EXPIRED`, `NO_ROUTE`, `INVOICE_ERROR`, …
   */
  claimRefund(
    refund: string | InvoiceRequestMessage | OwnRefund,
    options?: Omit<ClaimOptions, 'request'>,
  ): Promise<ClaimResult>
  /**
   * Pays an offer or an invoice, letting the network's time pass until the payment has ended.
   *
   * @example
   * ```ts
   * const { status, fee_msat, preimage } = await payer.pay(offer.text, { payerNote: 'table 4', maxFeeMsat: 2_000n })
   * ```
   * @throws LnoError as `LnoNode.pay`: `NO_WALLET`, `NO_PAYMENT_ROUTE`, `INVOICE_REFUSED`, …
   */
  pay(string: string, options?: Omit<NodePayOptions, 'string'>): Promise<PaymentView>
  /**
   * Of a node with a fake wallet: from now on its payments go wrong in this way; as usual again with no argument, and what was
   * stuck ends then.
   *
   * @example
   * ```ts
   * payer.failPayments('no-route')
   * await payer.pay(offer.text) // rejects: NO_PAYMENT_ROUTE
   * ```
   * @throws Error when the wallet is none that can be told
   */
  failPayments(how?: FakeFault): void
  /**
   * From now on requests are answered wrongly in this way; as usual again with no argument.
   *
   * @example
   * ```ts
   * merchant.misbehave('wrong-amount')
   * await payer.fetchInvoice(offer.text) // rejects: INVOICE_REFUSED, with the issue INVOICE_AMOUNT_UNAUTHORISED
   * ```
   */
  misbehave(how?: Misbehaviour): void
  /**
   * Writes down all messages and events from now on (docs/capture.md). `write` gets a line at a time, its end included.
   *
   * @param options.keys also writes the node's key, with which the onion messages can be peeled
   * @returns ends it
   */
  capture(write: (line: string) => void, options?: { readonly keys?: boolean }): () => void
}

/** What a test network gives to one of its nodes. */
export interface TestNodeParts {
  readonly name: string
  readonly identity: NodeIdentity
  readonly clock: Clock
  readonly random: Random
  readonly run: <T>(work: Promise<T>) => Promise<T>
  /** Ids of the nodes that wait for an invoice. */
  readonly fetching: () => readonly NodeId[]
  /** Whether a message from this node to that one is lost. */
  readonly isDropped: (toId: NodeId, type: number) => boolean
  readonly start: (hooks: {
    readonly tap: MessageTap
    readonly onEvent: (event: NodeEvent) => void
  }) => Promise<LnoNode>
}

/** Starts a node and puts the means of tests around it. */
export async function testNode(parts: TestNodeParts): Promise<TestNode> {
  const { name, identity, clock, random, run } = parts
  const events: JsonEvent[] = []
  const captures = new Set<CaptureWriter>()
  let misbehaviour: Misbehaviour | undefined
  let fetching = 0
  const node = await parts.start({
    tap: (message) => {
      const { direction, peerId, bytes } = message
      const lost = direction === 'out' && parts.isDropped(peerId, bytes[0]! * 256 + bytes[1]!)
      // It left as far as this node knows.
      for (const capture of captures) capture.message(message)
      return lost ? 'drop' : undefined
    },
    onEvent: (event) => {
      const json = toJsonEvent(event, clock.now())
      events.push(json)
      for (const capture of captures) capture.event(json)
    },
  })
  misbehaveOn({ node, nodeId: fromHex(node.id), clock, random, fetching: parts.fetching }, () => misbehaviour)

  return {
    name,
    id: node.id,
    node,
    events,
    get fetching() {
      return fetching
    },
    createOffer: ({ via, ...offer }) =>
      run(node.issuer.create({ ...offer, ...(via && { routes: [via.map((relay) => relay.id)] }) })),
    fetchInvoice: async (offer, options) => {
      const message = typeof offer === 'string' ? decodeOffer(offer) : 'offer' in offer ? offer.offer : offer
      fetching++
      try {
        return await run(node.fetch(message, options))
      } finally {
        fetching--
      }
    },
    createRefund: ({ via, ...refund }) =>
      run(node.refunds.create({ ...refund, ...(via && { routes: [via.map((relay) => relay.id)] }) })),
    claimRefund: (refund, options) => {
      const message =
        typeof refund === 'string' ? decodeInvoiceRequest(refund) : 'request' in refund ? refund.request : refund
      return run(node.claimRefund(message, options))
    },
    pay: (string, options) => run(node.pay({ ...options, string })),
    failPayments: (how) => {
      if (!isFakeWallet(node.wallet)) throw new Error(`${name} has no fake wallet`)
      node.wallet.fail(how)
    },
    misbehave: (how) => {
      misbehaviour = how
    },
    capture: (write, { keys = false } = {}) => {
      const capture = captureTo(write, {
        lno: packageVersion(),
        network: node.info().network,
        nodeId: node.id,
        startedAt: clock.now(),
        ...(keys && { nodeKey: identity.keys.secret }),
      })
      captures.add(capture)
      return () => void captures.delete(capture)
    },
  }
}
