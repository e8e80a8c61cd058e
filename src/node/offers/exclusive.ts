import { concatBytes } from '../../base/bytes.js'
import { encodeUtf8 } from '../../base/utf8.js'
import { sha256 } from '../../crypto/hash.js'

/**
 * What invoices share of which one is paid (`ReceiveOptions.exclusive`): those for one request, or where the metadata is left
 * out, all for a single-use offer or a refund.
 * @param offerId of the offer, or of the stand-alone request; 32 bytes
 * @param metadataHash of the request, 32 bytes
 * @returns 32 bytes
 */
export function exclusiveOf(offerId: Uint8Array, metadataHash: Uint8Array = new Uint8Array(0)): Uint8Array {
  return sha256(concatBytes(encodeUtf8('lno: one payment for'), offerId, metadataHash))
}
