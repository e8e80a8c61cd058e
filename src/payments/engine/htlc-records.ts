import { fromHex, toHex } from '../../base/hex.js'
import { array, bool, bytes, hash256, point, u8, u16, u32, u64, utf8 } from '../../wire/codec.js'
import { decodeTlv, encodeTlv, field, type Partially, required } from '../../wire/tlv.js'
import type { HtlcFailure } from '../htlc.js'
import type { LinkId } from '../link.js'
import type { PaymentOrigin } from '../onions/build-payment.js'
import type { HtlcPlace, HtlcPosition } from '../onions/refusal.js'

/** Names an HTLC within a direction. */
export interface HtlcRef {
  readonly peer: LinkId
  readonly id: bigint
}

/** Key of an HTLC: its peer, then its id in 16 hex digits. */
export function htlcKey({ peer, id }: HtlcRef): string {
  return `${peer}/${id.toString(16).padStart(16, '0')}`
}

function refOf(key: string): HtlcRef {
  const [peer = '', id = '0'] = key.split('/')
  return { peer, id: BigInt(`0x${id}`) }
}

/** What became of an incoming HTLC. */
export type Fate =
  | { readonly status: 'forwarded'; readonly to: HtlcRef }
  /** A part of a payment to us; it waits for the others. `partMsat` is what it counts. */
  | {
      readonly status: 'held'
      readonly pathId: Uint8Array
      readonly totalMsat: bigint
      readonly partMsat: bigint
    }
  /** It will be given back, but not yet (rule E2). Unix milliseconds. */
  | { readonly status: 'delayed'; readonly until: number; readonly failure: HtlcFailure }
  /** Its removal is under way: the channel sees to it. */
  | { readonly status: 'fulfilled'; readonly received: boolean }
  | { readonly status: 'failed' }

/** A committed incoming HTLC, until its removal is committed. */
export interface IncomingHtlc extends HtlcRef, HtlcPlace {
  readonly amountMsat: bigint
  readonly paymentHash: Uint8Array
  readonly cltvExpiry: number
  /** Unix milliseconds. */
  readonly since: number
  readonly fate: Fate
}

/** An outgoing HTLC, until it is settled or returned. */
export interface OutgoingHtlc extends HtlcRef {
  readonly amountMsat: bigint
  readonly paymentHash: Uint8Array
  readonly cause:
    | { readonly type: 'forward'; readonly from: HtlcRef; readonly feeMsat: bigint }
    | { readonly type: 'payment'; readonly payment: string; readonly part: number; readonly origin: PaymentOrigin }
  /** The preimage is known. */
  readonly paid: boolean
}

const POSITIONS: readonly HtlcPosition[] = ['clear', 'introduction', 'inside']
const FATES = ['forwarded', 'held', 'delayed', 'fulfilled', 'failed'] as const

const INCOMING = {
  amount: /* @__PURE__ */ required(0n, u64),
  payment_hash: /* @__PURE__ */ required(2n, hash256),
  cltv_expiry: /* @__PURE__ */ required(4n, u32),
  position: /* @__PURE__ */ required(6n, u8),
  final: /* @__PURE__ */ required(8n, bool),
  shared_secret: /* @__PURE__ */ field(10n, hash256),
  onion_hash: /* @__PURE__ */ required(12n, hash256),
  since: /* @__PURE__ */ required(14n, u64),
  fate: /* @__PURE__ */ required(16n, u8),
  to_peer: /* @__PURE__ */ field(18n, point),
  to_id: /* @__PURE__ */ field(20n, u64),
  path_id: /* @__PURE__ */ field(22n, /* @__PURE__ */ bytes()),
  total: /* @__PURE__ */ field(24n, u64),
  part: /* @__PURE__ */ field(26n, u64),
  until: /* @__PURE__ */ field(28n, u64),
  failure_reason: /* @__PURE__ */ field(30n, /* @__PURE__ */ bytes()),
  failure_attribution: /* @__PURE__ */ field(32n, /* @__PURE__ */ bytes()),
  malformed_code: /* @__PURE__ */ field(34n, u16),
  malformed_hash: /* @__PURE__ */ field(36n, hash256),
  received: /* @__PURE__ */ field(38n, bool),
} as const

/** The stored form. */
export function encodeIncoming(htlc: IncomingHtlc): Uint8Array {
  const { fate } = htlc
  return encodeTlv(INCOMING, {
    amount: htlc.amountMsat,
    payment_hash: htlc.paymentHash,
    cltv_expiry: htlc.cltvExpiry,
    position: POSITIONS.indexOf(htlc.position),
    final: htlc.final,
    ...(htlc.sharedSecret && { shared_secret: htlc.sharedSecret }),
    onion_hash: htlc.onionHash,
    since: BigInt(htlc.since),
    fate: FATES.indexOf(fate.status),
    ...(fate.status === 'forwarded' && { to_peer: fromHex(fate.to.peer), to_id: fate.to.id }),
    ...(fate.status === 'held' && { path_id: fate.pathId, total: fate.totalMsat, part: fate.partMsat }),
    ...(fate.status === 'fulfilled' && { received: fate.received }),
    ...(fate.status === 'delayed' && { until: BigInt(fate.until), ...failureFields(fate.failure) }),
  })
}

function failureFields(failure: HtlcFailure) {
  if (failure.type === 'malformed') {
    return { malformed_code: failure.failureCode, malformed_hash: failure.sha256OfOnion }
  }
  return {
    failure_reason: failure.reason,
    ...(failure.attribution && { failure_attribution: failure.attribution }),
  }
}

/** @throws LnoError the TLV stream's codes */
export function decodeIncoming(stored: Uint8Array, key: string): IncomingHtlc {
  const { fields } = decodeTlv(INCOMING, stored)
  return {
    ...refOf(key),
    amountMsat: fields.amount,
    paymentHash: fields.payment_hash,
    cltvExpiry: fields.cltv_expiry,
    position: POSITIONS[fields.position] ?? 'clear',
    final: fields.final,
    ...(fields.shared_secret && { sharedSecret: fields.shared_secret }),
    onionHash: fields.onion_hash,
    since: Number(fields.since),
    fate: fateOf(fields),
  }
}

function fateOf(fields: Partially<typeof INCOMING>): Fate {
  const status = FATES[fields.fate] ?? 'failed'
  switch (status) {
    case 'forwarded':
      return { status, to: { peer: toHex(fields.to_peer!), id: fields.to_id! } }
    case 'held':
      return { status, pathId: fields.path_id!, totalMsat: fields.total!, partMsat: fields.part! }
    case 'delayed':
      return { status, until: Number(fields.until), failure: failureOf(fields) }
    case 'fulfilled':
      return { status, received: fields.received === true }
    case 'failed':
      return { status }
  }
}

function failureOf(fields: Partially<typeof INCOMING>): HtlcFailure {
  if (fields.malformed_code !== undefined) {
    return {
      type: 'malformed',
      failureCode: fields.malformed_code,
      sha256OfOnion: fields.malformed_hash ?? new Uint8Array(32),
    }
  }
  return {
    type: 'fail',
    reason: fields.failure_reason ?? new Uint8Array(0),
    ...(fields.failure_attribution && { attribution: fields.failure_attribution }),
  }
}

const OUTGOING = {
  amount: /* @__PURE__ */ required(0n, u64),
  payment_hash: /* @__PURE__ */ required(2n, hash256),
  paid: /* @__PURE__ */ required(4n, bool),
  from_peer: /* @__PURE__ */ field(6n, point),
  from_id: /* @__PURE__ */ field(8n, u64),
  fee: /* @__PURE__ */ field(10n, u64),
  payment: /* @__PURE__ */ field(12n, utf8),
  part: /* @__PURE__ */ field(14n, u16),
  /** One more than the index of the introduction node. */
  introduction: /* @__PURE__ */ field(16n, u8),
  secrets: /* @__PURE__ */ field(18n, /* @__PURE__ */ array(hash256)),
} as const

/** The stored form. */
export function encodeOutgoing({ amountMsat, paymentHash, paid, cause }: OutgoingHtlc): Uint8Array {
  return encodeTlv(OUTGOING, {
    amount: amountMsat,
    payment_hash: paymentHash,
    paid,
    ...(cause.type === 'forward'
      ? { from_peer: fromHex(cause.from.peer), from_id: cause.from.id, fee: cause.feeMsat }
      : {
          payment: cause.payment,
          part: cause.part,
          introduction: cause.origin.introduction + 1,
          secrets: cause.origin.sharedSecrets,
        }),
  })
}

/** @throws LnoError the TLV stream's codes */
export function decodeOutgoing(stored: Uint8Array, key: string): OutgoingHtlc {
  const { fields } = decodeTlv(OUTGOING, stored)
  return {
    ...refOf(key),
    amountMsat: fields.amount,
    paymentHash: fields.payment_hash,
    paid: fields.paid,
    cause:
      fields.payment === undefined
        ? {
            type: 'forward',
            from: { peer: toHex(fields.from_peer!), id: fields.from_id! },
            feeMsat: fields.fee ?? 0n,
          }
        : {
            type: 'payment',
            payment: fields.payment,
            part: fields.part ?? 0,
            origin: { sharedSecrets: fields.secrets ?? [], introduction: (fields.introduction ?? 1) - 1 },
          },
  }
}
