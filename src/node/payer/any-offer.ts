import { decodeOffer } from '../../bolt12/decode.js'
import { decodeLegacyOffer } from '../../bolt12/legacy/decode.js'
import { isLegacyString } from '../../bolt12/legacy/form.js'
import type { LegacyOfferMessage } from '../../bolt12/legacy/offer.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { fromPasted } from '../../bolt12/pasted.js'

/** An offer in either form. */
export type AnyOfferMessage = OfferMessage | LegacyOfferMessage

/** True for one in the form of c-lightning v0.10.1 to v0.12.1. */
export function isLegacyOffer(offer: AnyOfferMessage): offer is LegacyOfferMessage {
  return 'form' in offer && offer.form === '2021'
}

/**
 * The offer in what people paste. Both forms have one prefix; only what stands behind it tells which it is.
 * @throws LnoError as `fromPasted`, `decodeOffer` and `decodeLegacyOffer`
 */
export function readOffer(pasted: string): AnyOfferMessage {
  const text = fromPasted(pasted)
  return isLegacyString(text) ? decodeLegacyOffer(text) : decodeOffer(text)
}
