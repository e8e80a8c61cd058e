import { array, bytes, counted, hash256, point, tu32, tu64, u8, utf8 } from '../../wire/codec.js'
import { field, type Partially, required } from '../../wire/tlv.js'
import { defineRecord } from '../store/records.js'

/** An offer of ours, stored under `offer/<offer id>`. */
export const STORED_OFFER = {
  /** Unix milliseconds. */
  created: /* @__PURE__ */ required(0n, tu64),
  /** The TLV stream of the offer. */
  offer: /* @__PURE__ */ required(2n, /* @__PURE__ */ bytes()),
  /** From which the path ids of its paths and its issuer key are derived; 16 bytes. */
  nonce: /* @__PURE__ */ required(4n, /* @__PURE__ */ bytes(16)),
  /** 1: answered for one request at a time until its invoice is paid. */
  single_use: /* @__PURE__ */ field(6n, u8),
  /** Unix milliseconds at which it was disabled. */
  disabled: /* @__PURE__ */ field(8n, tu64),
  /** The user's name for it; never leaves the node. */
  label: /* @__PURE__ */ field(9n, utf8),
  /** The real nodes of each path, introduction node first, ourselves left out: how answers find their way back. */
  routes: /* @__PURE__ */ field(11n, /* @__PURE__ */ array(/* @__PURE__ */ counted(u8, point))),
  /** Unix milliseconds at which it was paid; of a single use alone, which is over then. */
  used: /* @__PURE__ */ field(13n, tu64),
}
export interface StoredOffer extends Partially<typeof STORED_OFFER> {}

export const storedOffer = /* @__PURE__ */ defineRecord('offer', STORED_OFFER)

/** An invoice that we promised, stored under `promise/<created>/<payment hash>` before it is sent. */
export const STORED_PROMISE = {
  /** Unix milliseconds. */
  created: /* @__PURE__ */ required(0n, tu64),
  /** The TLV stream of the invoice. */
  invoice: /* @__PURE__ */ required(2n, /* @__PURE__ */ bytes()),
  /** Id of the offer that it is for, or of the stand-alone request. */
  offer_id: /* @__PURE__ */ required(4n, hash256),
  /** SHA-256 of the request that it answers. */
  request_hash: /* @__PURE__ */ required(6n, hash256),
  /** Unix seconds after which it is not paid any more. */
  expires: /* @__PURE__ */ required(8n, tu64),
  /** Without a wallet: what its payment hash is the hash of. */
  preimage: /* @__PURE__ */ field(10n, /* @__PURE__ */ bytes(32)),
  /** Unix milliseconds at which it was paid. */
  paid: /* @__PURE__ */ field(12n, tu64),
  /** Times that it was sent. */
  sent: /* @__PURE__ */ field(13n, tu32),
  /** What the payer of a refund said against it, as it came; whether it is paid nevertheless is the payer's matter. */
  refused: /* @__PURE__ */ field(15n, utf8),
}
export interface StoredPromise extends Partially<typeof STORED_PROMISE> {}

export const storedPromise = /* @__PURE__ */ defineRecord('promise', STORED_PROMISE)
