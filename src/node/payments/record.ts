import { bytes, hash256, tu64, utf8 } from '../../wire/codec.js'
import { field, type Partially, required } from '../../wire/tlv.js'
import { defineRecord } from '../store/records.js'

/** A payment that the user wants, stored under `intent/<created>/<payment id>` before anybody is asked for an invoice. */
export const STORED_INTENT = {
  /** Unix milliseconds. */
  created: /* @__PURE__ */ required(0n, tu64),
  /** An `IntentStage`. */
  stage: /* @__PURE__ */ required(2n, utf8),
  /** msat that were authorised; what is sent once the invoice is there. */
  amount: /* @__PURE__ */ required(4n, tu64),
  /** msat that fees may cost at most. */
  max_fee: /* @__PURE__ */ required(6n, tu64),
  /** The TLV stream of the invoice. */
  invoice: /* @__PURE__ */ field(8n, /* @__PURE__ */ bytes()),
  /** The TLV stream of the request, until its invoice is there. */
  request: /* @__PURE__ */ field(9n, /* @__PURE__ */ bytes()),
  /** Names the request of ours (`Payer.show`), which has the payer key; 16 bytes. */
  request_id: /* @__PURE__ */ field(11n, /* @__PURE__ */ bytes(16)),
  /** The refund of ours that is paid with it. */
  refund: /* @__PURE__ */ field(12n, hash256),
  /** The user's name for it; never leaves the node. */
  label: /* @__PURE__ */ field(13n, utf8),
  /** msat that fees cost. */
  fee: /* @__PURE__ */ field(15n, tu64),
  preimage: /* @__PURE__ */ field(17n, /* @__PURE__ */ bytes(32)),
  /** Code and sentence of the failure. */
  failed: /* @__PURE__ */ field(19n, utf8),
  why: /* @__PURE__ */ field(21n, utf8),
  /** Unix milliseconds at which it was paid, or had failed for good. */
  ended: /* @__PURE__ */ field(23n, tu64),
}
export interface StoredIntent extends Partially<typeof STORED_INTENT> {}

export const storedIntent = /* @__PURE__ */ defineRecord('intent', STORED_INTENT)
