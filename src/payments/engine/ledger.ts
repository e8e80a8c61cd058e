import type { StoreChange } from '../../base/effects.js'
import { fromHex, toHex } from '../../base/hex.js'
import { hash256, mapped, point, u8, u64, utf8 } from '../../wire/codec.js'
import { decodeTlv, encodeTlv, field, required, stream } from '../../wire/tlv.js'
import type { LedgerEntry, LedgerKind } from '../step.js'
import { openBook } from './book.js'
import { ABOUT, aboutFields, aboutOf, inner } from './payment-records.js'

const KIND = 'wallet-ledger'
/** Keys of all entries, oldest first, for `Store.range`. */
export const LEDGER_KEYS = { from: `${KIND}/`, to: `${KIND}0` } as const

const KINDS: readonly LedgerKind[] = ['grant', 'received', 'sent', 'forward_in', 'forward_out', 'override']

/** Two's complement: changes of money have a sign. */
const i64 = /* @__PURE__ */ mapped(
  u64,
  'i64',
  (value: bigint) => BigInt.asIntN(64, value),
  (value: bigint) => BigInt.asUintN(64, value),
)

const ENTRY = {
  seq: /* @__PURE__ */ required(0n, u64),
  at: /* @__PURE__ */ required(2n, u64),
  kind: /* @__PURE__ */ required(4n, u8),
  peer: /* @__PURE__ */ required(6n, point),
  amount: /* @__PURE__ */ required(8n, i64),
  fee: /* @__PURE__ */ required(10n, u64),
  payment_hash: /* @__PURE__ */ field(11n, hash256),
  payment: /* @__PURE__ */ field(13n, utf8),
  about: /* @__PURE__ */ field(15n, /* @__PURE__ */ stream('about', ABOUT)),
} as const

/** The stored form of an entry. */
export function encodeLedgerEntry(entry: LedgerEntry): Uint8Array {
  return encodeTlv(ENTRY, {
    seq: entry.seq,
    at: BigInt(entry.at),
    kind: KINDS.indexOf(entry.kind),
    peer: fromHex(entry.peer),
    amount: entry.amountMsat,
    fee: entry.feeMsat,
    ...(entry.paymentHash && { payment_hash: entry.paymentHash }),
    ...(entry.paymentId !== undefined && { payment: entry.paymentId }),
    ...(entry.about && { about: inner(ABOUT, aboutFields(entry.about)) }),
  })
}

/** A value of a key in `LEDGER_KEYS`. @throws LnoError the TLV stream's codes */
export function decodeLedgerEntry(stored: Uint8Array): LedgerEntry {
  const { fields } = decodeTlv(ENTRY, stored)
  return {
    seq: fields.seq,
    at: Number(fields.at),
    kind: KINDS[fields.kind] ?? 'override',
    peer: toHex(fields.peer),
    amountMsat: fields.amount,
    feeMsat: fields.fee,
    ...(fields.payment_hash && { paymentHash: fields.payment_hash }),
    ...(fields.payment !== undefined && { paymentId: fields.payment }),
    ...(fields.about && { about: aboutOf(fields.about.fields) }),
  }
}

/** Where the ledger stands: its entries are in the store only. */
interface Total {
  /** Entries so far. */
  readonly seq: bigint
  readonly totalMsat: bigint
}

const TOTAL = {
  seq: /* @__PURE__ */ required(0n, u64),
  total: /* @__PURE__ */ required(2n, i64),
} as const
const TOTAL_KEY = 'sum'
const NOTHING: Total = { seq: 0n, totalMsat: 0n }

/** The append-only record of every change of money. */
export interface Ledger {
  readonly totalMsat: bigint
  append(entry: Omit<LedgerEntry, 'seq'>): void
  load(key: string, bytes: Uint8Array): void
  changes(): readonly StoreChange[]
  keep(): void
  undo(): void
}

/** An empty ledger. */
export function openLedger(): Ledger {
  const total = openBook<Total>({
    kind: 'wallet-total',
    encode: ({ seq, totalMsat }) => encodeTlv(TOTAL, { seq, total: totalMsat }),
    decode: (bytes) => {
      const { fields } = decodeTlv(TOTAL, bytes)
      return { seq: fields.seq, totalMsat: fields.total }
    },
  })
  let appended: StoreChange[] = []
  const current = () => total.get(TOTAL_KEY) ?? NOTHING
  return {
    get totalMsat() {
      return current().totalMsat
    },
    append: (entry) => {
      const { seq, totalMsat } = current()
      const next = seq + 1n
      appended.push({
        key: `${KIND}/${next.toString(16).padStart(16, '0')}`,
        value: encodeLedgerEntry({ ...entry, seq: next }),
      })
      total.put(TOTAL_KEY, { seq: next, totalMsat: totalMsat + entry.amountMsat })
    },
    load: total.load,
    changes: () => [...appended, ...total.changes()],
    keep: () => {
      appended = []
      total.keep()
    },
    undo: () => {
      appended = []
      total.undo()
    },
  }
}
