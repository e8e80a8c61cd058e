import type { BlindedPath } from '../blinding/blinded-path.js'
import { type InvoiceRequestMessage, isStandalone } from './invoice-request.js'
import type { Offer } from './offer.js'

/** Where a request for an offer may go, and who then signs the invoice. */
export interface Destination {
  /** The path to send it over; without it the request goes to `node_id` itself. */
  readonly path?: BlindedPath
  /** Who is addressed, 33 bytes: the last blinded node id of the path, or the issuer. */
  readonly node_id: Uint8Array
}

/**
 * All the places that a request may be sent to: the offer's paths, and only where it has none, its issuer id (rule OR12). A
 * payer may try several of them, one after the other or at once (rule OR13).
 * @returns none for an offer that nobody can answer (rules OR8, OR9)
 */
export function destinationsOf(offer: Offer): readonly Destination[] {
  const { offer_paths: paths, offer_issuer_id: issuer } = offer
  if (paths !== undefined) {
    return paths.flatMap((path) => {
      const last = path.path.at(-1)
      return last ? [{ path, node_id: last.blinded_node_id }] : []
    })
  }
  return issuer === undefined ? [] : [{ node_id: issuer }]
}

/**
 * Where the invoice for a stand-alone request may be sent: over its paths, and only where it has none, to its payer id
 * (rule RR14). A request that answers an offer is answered over the reply path of its message and nowhere else (rule RR12).
 * @returns none for a request that answers an offer
 */
export function answerDestinationsOf(request: InvoiceRequestMessage): readonly Destination[] {
  if (!isStandalone(request)) return []
  const { invreq_paths, invreq_payer_id } = request.fields
  return destinationsOf({ offer_paths: invreq_paths, offer_issuer_id: invreq_payer_id })
}
