import { type BlindedPath, blindedPath } from '../../blinding/blinded-path.js'
import { ENCRYPTED_DATA } from '../../blinding/encrypted-data.js'
import { bytes } from '../../wire/codec.js'
import { field } from '../../wire/tlv.js'
import type { Generation } from '../generation.js'
import { KEY_LENGTH_PACKET } from '../onion-message.js'

/** `onionmsg_tlv` of today's BOLT 4. */
export const ONION_MESSAGE_PAYLOAD = {
  /**
   * The way back to the sender. BOLT 4 does not say whether an invoice may have one; LDK sends it for an invoice_error, and
   * it is delivered like any other.
   */
  reply_path: /* @__PURE__ */ field<BlindedPath>(2n, blindedPath),
  encrypted_recipient_data: /* @__PURE__ */ field(4n, /* @__PURE__ */ bytes()),
  invoice_request: /* @__PURE__ */ field(64n, /* @__PURE__ */ bytes()),
  invoice: /* @__PURE__ */ field(66n, /* @__PURE__ */ bytes()),
  invoice_error: /* @__PURE__ */ field(68n, /* @__PURE__ */ bytes()),
}

/** Type 513 as BOLT 4 has it: CLN since 22.11, Eclair since 0.9, LDK, LND. */
export const modern: Generation = {
  name: 'modern',
  messageType: 513,
  layout: KEY_LENGTH_PACKET,
  payloadTable: ONION_MESSAGE_PAYLOAD,
  relayFields: ['encrypted_recipient_data'],
  encryptedDataTable: ENCRYPTED_DATA,
  replyPathCodec: blindedPath,
  pathBlinding: 'every hop',
  // Core Lightning up to 24.05 sends its requests without, and all of its releases take them: nothing is hidden by demanding
  // what a stranger can make as well. We send it always, because Eclair and LDK demand it.
  finalDataRequired: false,
  pathProof: 'path_id',
  decrypted: 'beside the payload',
}
