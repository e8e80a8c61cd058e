import { toHex } from '../../base/hex.js'
import type { HtlcFailure, HtlcTerms } from '../htlc.js'
import type { LinkId, LinkRefusal, LinkView } from '../link.js'
import type { At, CoreOptions, PaymentEvent } from '../step.js'
import { type Book, openBook } from './book.js'
import {
  decodeIncoming,
  decodeOutgoing,
  encodeIncoming,
  encodeOutgoing,
  type IncomingHtlc,
  type OutgoingHtlc,
} from './htlc-records.js'
import { type Ledger, openLedger } from './ledger.js'
import { type Neighbours, openNeighbours } from './neighbours.js'
import {
  decodePayment,
  decodeReceipt,
  encodePayment,
  encodeReceipt,
  type Payment,
  type StoredReceipt,
} from './payment-records.js'

/** All that the engine knows. Books are stored; what stands beside them is found again from them. */
export interface EngineState {
  readonly options: CoreOptions
  /** 33 bytes, and in hex. */
  readonly nodeId: Uint8Array
  readonly nodeHex: string
  readonly incoming: Book<IncomingHtlc>
  readonly outgoing: Book<OutgoingHtlc>
  /** By their ids. */
  readonly payments: Book<Payment>
  /** By payment hash, hex. */
  readonly receipts: Book<StoredReceipt>
  readonly ledger: Ledger
  readonly neighbours: Neighbours
  readonly indexes: Indexes
}

/** What is found by something else than its key. */
export interface Indexes {
  /** Keys of incoming HTLCs that wait for a time: held or delayed. */
  readonly waiting: ReadonlySet<string>
  /** Keys of the held parts of one payment hash (hex). */
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>
  /** Ids of the payments that pay, or paid, a payment hash (hex); failed ones are not among them. */
  readonly paying: ReadonlyMap<string, string>
  /** Ids of payments under way. */
  readonly sending: ReadonlySet<string>
  /** Ids of all payments, oldest first. */
  readonly order: readonly string[]
  /** What was paid once and may not be again (hex). */
  readonly exclusive: ReadonlySet<string>
}

/** The channels as the engine sees them in a step. */
export interface Links {
  views(): readonly LinkView[]
  view(peer: LinkId): LinkView | undefined
  /** Whom our channel of this alias is with. */
  peerOf(alias: bigint): LinkId | undefined
  /** The same as 33 bytes. */
  peerIdOf(alias: bigint): Uint8Array | undefined
  /** Offers HTLCs, all of them or none. */
  add(
    htlcs: readonly { readonly peer: LinkId; readonly terms: HtlcTerms }[],
  ): { readonly ids: readonly bigint[] } | { readonly refused: LinkRefusal; readonly index: number }
  fulfil(peer: LinkId, id: bigint, preimage: Uint8Array, attribution: Uint8Array | undefined): void
  fail(peer: LinkId, id: bigint, failure: HtlcFailure): void
}

/** One step as the engine sees it. */
export interface Turn extends At {
  readonly state: EngineState
  readonly links: Links
  tell(event: PaymentEvent): void
  /** A tick is wanted at this time, Unix milliseconds. */
  wake(at: number): void
}

/** An engine that knows nothing yet. */
export function emptyState(options: CoreOptions, nodeId: Uint8Array): EngineState {
  const waiting = new Set<string>()
  const sets = new Map<string, Set<string>>()
  const paying = new Map<string, string>()
  const sending = new Set<string>()
  const order: string[] = []
  const exclusive = new Set<string>()

  const incoming = openBook<IncomingHtlc>({
    kind: 'wallet-in',
    encode: encodeIncoming,
    decode: decodeIncoming,
    changed: (key, before, after) => {
      const status = after?.fate.status
      toggle(waiting, key, status === 'held' || status === 'delayed')
      if (before?.fate.status === 'held') removeFrom(sets, toHex(before.paymentHash), key)
      if (after !== undefined && status === 'held') addTo(sets, toHex(after.paymentHash), key)
    },
  })
  const payments = openBook<Payment>({
    kind: 'wallet-payment',
    encode: encodePayment,
    decode: decodePayment,
    changed: (id, before, after) => {
      toggle(sending, id, after?.status === 'sending')
      const hash = toHex((after ?? before)!.paymentHash)
      if (after !== undefined && after.status !== 'failed') paying.set(hash, id)
      else if (paying.get(hash) === id) paying.delete(hash)
      if (before === undefined) order.push(id)
      else if (after === undefined) order.splice(order.lastIndexOf(id), 1)
    },
  })
  const receipts = openBook<StoredReceipt>({
    kind: 'wallet-receipt',
    encode: encodeReceipt,
    decode: decodeReceipt,
    changed: (_, before, after) => {
      if (before?.exclusive) exclusive.delete(toHex(before.exclusive))
      if (after?.exclusive) exclusive.add(toHex(after.exclusive))
    },
  })
  return {
    options,
    nodeId,
    nodeHex: toHex(nodeId),
    incoming,
    outgoing: openBook<OutgoingHtlc>({ kind: 'wallet-out', encode: encodeOutgoing, decode: decodeOutgoing }),
    payments,
    receipts,
    ledger: openLedger(),
    neighbours: openNeighbours(options.preimageSecret),
    indexes: { waiting, sets, paying, sending, order, exclusive },
  }
}

/** After loading: the order of payments is that of their beginnings, not that of their ids. */
export function sortPayments({ payments, indexes }: EngineState): void {
  const order = indexes.order as string[]
  const seq = (id: string) => payments.get(id)!.seq
  order.sort((a, b) => seq(a) - seq(b))
}

function toggle(set: Set<string>, key: string, there: boolean): void {
  if (there) set.add(key)
  else set.delete(key)
}

function addTo(map: Map<string, Set<string>>, name: string, key: string): void {
  const set = map.get(name)
  if (set) set.add(key)
  else map.set(name, new Set([key]))
}

function removeFrom(map: Map<string, Set<string>>, name: string, key: string): void {
  const set = map.get(name)
  if (set === undefined) return
  set.delete(key)
  if (set.size === 0) map.delete(name)
}
