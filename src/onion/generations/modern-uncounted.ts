import type { BlindedPath } from '../../blinding/blinded-path.js'
import { field } from '../../wire/tlv.js'
import type { Generation } from '../generation.js'
import { modern, ONION_MESSAGE_PAYLOAD } from './modern.js'
import { uncountedPath } from './uncounted-path.js'

/** Today's payload but for the one byte that counts the hops of a reply path. */
export const UNCOUNTED_PAYLOAD = {
  ...ONION_MESSAGE_PAYLOAD,
  reply_path: /* @__PURE__ */ field<BlindedPath>(2n, uncountedPath),
}

/** Type 513 of c-lightning v0.11.0 to v0.12.1 and Eclair v0.7.0 and v0.8.0. */
export const modernUncounted: Generation = {
  ...modern,
  name: 'modern-uncounted',
  payloadTable: UNCOUNTED_PAYLOAD,
  replyPathCodec: uncountedPath,
}
