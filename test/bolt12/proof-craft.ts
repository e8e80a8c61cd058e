import { createInvoice } from '../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { createOffer, type OfferOptions } from '../../src/bolt12/create-offer.js'
import type { InvoiceMessage } from '../../src/bolt12/invoice.js'
import { disclose } from '../../src/bolt12/proof/disclosure.js'
import { DETERMINISTIC_AUX, signRecords } from '../../src/bolt12/signature.js'
import { sha256 } from '../../src/crypto/hash.js'
import { array, bigsize, encode, hash256 } from '../../src/wire/codec.js'
import { readRecords, type TlvRecord } from '../../src/wire/tlv.js'
import { ALICE, BOB, pathOf } from './craft.js'
import { type Records, sorted } from './refuses.js'

export const PREIMAGE = new Uint8Array(32).fill(9)

/** Metadata that nobody guesses: sixteen different bytes at uneven steps. */
export const METADATA = sha256(Uint8Array.of(1)).subarray(0, 16)

export interface Paid {
  readonly offer?: Partial<OfferOptions>
  readonly features?: Uint8Array
  readonly payerNote?: string
  readonly extra?: readonly TlvRecord[]
  readonly metadata?: Uint8Array
}

/** An invoice of Alice that Bob asked for. */
export function paidInvoice({ offer: of, features, payerNote, extra, metadata = METADATA }: Paid = {}): InvoiceMessage {
  const { offer } = createOffer({ description: 'tea', issuerId: ALICE.id, ...of })
  const { request } = createInvoiceRequest(offer, {
    random: () => metadata,
    payerKey: BOB.secret,
    amountMsat: 1000n,
    ...(payerNote !== undefined && { payerNote }),
  })
  const payinfo = {
    fee_base_msat: 1,
    fee_proportional_millionths: 2,
    cltv_expiry_delta: 3,
    htlc_minimum_msat: 4n,
    htlc_maximum_msat: 5n,
    features: new Uint8Array(0),
  }
  return createInvoice(request, {
    createdAt: 1_700_000_000n,
    paymentHash: sha256(PREIMAGE),
    paths: [{ path: pathOf(1), payinfo }],
    signingKey: ALICE.secret,
    aux: DETERMINISTIC_AUX,
    ...(features && { features }),
    ...(extra && { extra }),
  })
}

/** The records of a proof as far as its signature, with the parts that a test wants otherwise. */
export function proofRecords(
  invoice: InvoiceMessage,
  shown: readonly number[],
  changes: {
    readonly markers?: (good: readonly bigint[]) => readonly bigint[]
    readonly leafHashes?: (good: readonly Uint8Array[]) => readonly Uint8Array[]
    readonly missingHashes?: (good: readonly Uint8Array[]) => readonly Uint8Array[]
    readonly without?: readonly number[]
    readonly instead?: Records
  } = {},
): Records {
  const types = new Set(shown.map(BigInt))
  const found = disclose(invoice.records, (type) => types.has(type))
  const same = <T>(value: T): T => value
  const records: Records = [
    ...found.shown.map(({ type, value }) => [Number(type), value] as const),
    [240, invoice.fields.signature!],
    [1001, PREIMAGE],
    [1002, encode(array(bigsize), (changes.markers ?? same)(found.markers))],
    [1003, encode(array(hash256), (changes.missingHashes ?? same)(found.missingHashes))],
    [1004, encode(array(hash256), (changes.leafHashes ?? same)(found.leafHashes))],
  ]
  const { without = [], instead = [] } = changes
  const replaced = [...without, ...instead.map(([type]) => type)]
  return [...records.filter(([type]) => !replaced.includes(type)), ...instead]
}

/** Adds Bob's signature, unless the records bring one. */
export function sealed(records: Records): Uint8Array {
  if (records.some(([type]) => type === 241)) return sorted(records)
  const { records: read } = readRecords(sorted(records))
  const signature = signRecords(['payer_proof', 'proof_signature'], read, BOB.secret, DETERMINISTIC_AUX)
  return sorted([...records, [241, signature]])
}
