import { bytes, tu64, utf8 } from '../../wire/codec.js'
import { field, type Partially, required } from '../../wire/tlv.js'
import { defineRecord } from '../store/records.js'

/** A request of ours, stored under `request/<created>/<id>` before it is sent: without its key no payment can be proven. */
export const STORED_REQUEST = {
  /** Unix milliseconds. */
  created: /* @__PURE__ */ required(0n, tu64),
  /** The TLV stream of the invoice_request as it was sent. */
  request: /* @__PURE__ */ required(2n, /* @__PURE__ */ bytes()),
  /** The secret of the request's payer id, 32 bytes. */
  payer_key: /* @__PURE__ */ required(4n, /* @__PURE__ */ bytes(32)),
  /** The TLV stream of the invoice that was accepted. */
  invoice: /* @__PURE__ */ field(6n, /* @__PURE__ */ bytes()),
  /** Unix milliseconds at which it came. */
  answered: /* @__PURE__ */ field(7n, tu64),
  /** The offer as text, as it was given. */
  offer: /* @__PURE__ */ field(9n, utf8),
  /** The code it failed with. */
  failed: /* @__PURE__ */ field(11n, utf8),
  /** The form of onion messages in which the invoice came; its own form, and that of the request, is told by the bytes. */
  generation: /* @__PURE__ */ field(13n, utf8),
}
export interface StoredRequest extends Partially<typeof STORED_REQUEST> {}

export const storedRequest = /* @__PURE__ */ defineRecord('request', STORED_REQUEST)
