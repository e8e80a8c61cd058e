import { array, bytes, counted, point, prefixed, struct, tu64, u8, u16, u64, utf8 } from '../../wire/codec.js'
import { field, type Partially, required } from '../../wire/tlv.js'
import { defineRecord } from '../store/records.js'

const shortText = /* @__PURE__ */ prefixed(u16, utf8)

/** An invoice for a refund that was not taken. */
const refusal = /* @__PURE__ */ struct('refusal', {
  /** Unix milliseconds. */
  at: u64,
  code: shortText,
  reasons: /* @__PURE__ */ counted(
    u8,
    /* @__PURE__ */ struct('reason', {
      code: shortText,
      message: shortText,
      /** Id of the rule; empty where there is none. */
      rule: /* @__PURE__ */ prefixed(u8, utf8),
    }),
  ),
})

/** A stand-alone invoice_request of ours, stored under `refund/<refund id>` before anybody gets to see it. */
export const STORED_REFUND = {
  /** Unix milliseconds. */
  created: /* @__PURE__ */ required(0n, tu64),
  /** The TLV stream of the invoice_request. */
  request: /* @__PURE__ */ required(2n, /* @__PURE__ */ bytes()),
  /** From which the path id of its paths and its payer key are derived; 16 bytes. */
  nonce: /* @__PURE__ */ required(4n, /* @__PURE__ */ bytes(16)),
  /** The TLV stream of the invoice that was taken; there is never a second one. */
  invoice: /* @__PURE__ */ field(6n, /* @__PURE__ */ bytes()),
  /** Unix milliseconds at which it came. */
  answered: /* @__PURE__ */ field(7n, tu64),
  /** Unix milliseconds at which it was disabled. */
  disabled: /* @__PURE__ */ field(8n, tu64),
  /** The user's name for it; never leaves the node. */
  label: /* @__PURE__ */ field(9n, utf8),
  /** The real nodes of each path, introduction node first, ourselves left out. */
  routes: /* @__PURE__ */ field(11n, /* @__PURE__ */ array(/* @__PURE__ */ counted(u8, point))),
  /** The last invoices that were refused, oldest first. */
  refusals: /* @__PURE__ */ field(13n, /* @__PURE__ */ array(refusal)),
  /** 1: its invoice is paid by the wallet of this node. */
  pays: /* @__PURE__ */ field(15n, u8),
  /** Unix milliseconds at which that was paid, or had failed for good; then with a code. */
  ended: /* @__PURE__ */ field(17n, tu64),
  failed: /* @__PURE__ */ field(19n, utf8),
}
export interface StoredRefund extends Partially<typeof STORED_REFUND> {}

/** An invoice that was not taken, and why. */
export type Refusal = NonNullable<StoredRefund['refusals']>[number]

export const storedRefund = /* @__PURE__ */ defineRecord('refund', STORED_REFUND)
