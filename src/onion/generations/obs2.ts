import type { BlindedPath } from '../../blinding/blinded-path.js'
import { bytes, point } from '../../wire/codec.js'
import { field } from '../../wire/tlv.js'
import type { Generation } from '../generation.js'
import { KEY_LENGTH_PACKET } from '../onion-message.js'
import { uncountedPath } from './uncounted-path.js'

/** `onionmsg_payload` of type 387. */
export const OBS2_PAYLOAD = {
  reply_path: /* @__PURE__ */ field<BlindedPath>(2n, uncountedPath),
  encrypted_recipient_data: /* @__PURE__ */ field(10n, /* @__PURE__ */ bytes()),
  invoice_request: /* @__PURE__ */ field(64n, /* @__PURE__ */ bytes()),
  invoice: /* @__PURE__ */ field(66n, /* @__PURE__ */ bytes()),
  invoice_error: /* @__PURE__ */ field(68n, /* @__PURE__ */ bytes()),
}

/** `encmsg_tlvs` of type 387: the numbers differ from today's, and no hop is named by a channel. */
export const OBS2_ENCRYPTED_DATA = {
  padding: /* @__PURE__ */ field(1n, /* @__PURE__ */ bytes()),
  next_node_id: /* @__PURE__ */ field(4n, point),
  /** `next_blinding` there. */
  next_path_key_override: /* @__PURE__ */ field(12n, point),
  /** `self_id` there. */
  path_id: /* @__PURE__ */ field(14n, /* @__PURE__ */ bytes()),
}

/** Type 387, c-lightning v0.10.2 to v0.12.1: today's form in all but its numbers and the count of a reply path's hops. */
export const obs2: Generation = {
  name: 'obs2',
  messageType: 387,
  layout: KEY_LENGTH_PACKET,
  payloadTable: OBS2_PAYLOAD,
  relayFields: ['encrypted_recipient_data'],
  encryptedDataTable: OBS2_ENCRYPTED_DATA,
  replyPathCodec: uncountedPath,
  pathBlinding: 'every hop',
  finalDataRequired: false,
  pathProof: 'path_id',
  decrypted: 'beside the payload',
}
