import { equalBytes } from '../../base/bytes.js'
import { sameRecords, type TlvRecord } from '../../wire/tlv.js'
import type { InvoiceMessage } from '../invoice.js'
import { type InvoiceRequestMessage, isStandalone } from '../invoice-request.js'
import type { OfferMessage } from '../offer.js'
import { MIRRORED_RANGES, OFFER_RANGES, recordsIn } from '../ranges.js'
import type { MatchRule } from './rule.js'

/** Over what an invoice came to us, as its path_id tells. */
export type InvoiceArrival =
  /** The reply path that we put into the message with this very request. */
  | 'reply_path'
  /** One of the `invreq_paths` of this very request. */
  | 'invreq_path'
  /** A path of ours that was made for something else. */
  | 'other_path'
  /** No path of ours: sent to our node id. */
  | 'no_path'

/** What the payer knows about an invoice besides its bytes. */
export interface InvoiceExpectation {
  /** The offer that was answered; none for a stand-alone request. */
  readonly offer?: OfferMessage | undefined
  /** The request exactly as it was sent. */
  readonly request: InvoiceRequestMessage
  /**
   * The key that must sign: of an offer without issuer id, the last `blinded_node_id` of the path that the request was
   * sent over, 33 bytes. For a stand-alone request: who the invoice is expected from, if that is known.
   */
  readonly sentTo?: Uint8Array | undefined
  readonly arrivedOn: InvoiceArrival
  /** The most that the user agreed to pay, in msat. Without it, nothing above `invreq_amount` is. */
  readonly authorisedMsat?: bigint | undefined
}

/** The lowest type that stands in one list only, or with other bytes in the other. Both ascend: one pass finds it. */
function firstDifference(a: readonly TlvRecord[], b: readonly TlvRecord[]): bigint | undefined {
  const at = a.findIndex((record, i) => b[i] === undefined || !equalBytes(record.bytes, b[i].bytes))
  if (at < 0) return b[a.length]?.type
  const [one, other] = [a[at]!.type, b[at]?.type]
  return other === undefined || one < other ? one : other
}

/** The rules that hold an invoice against what was asked for: each is a reason not to pay. */
export const INVOICE_MATCH_RULES: readonly MatchRule<InvoiceMessage, InvoiceExpectation>[] = [
  {
    // The caller's own mistake rather than the issuer's, but one that would get a wrong thing paid.
    id: 'RW1',
    code: 'REQUEST_OFFER_MISMATCH',
    phase: 'match',
    applies: (_, { offer }) => offer !== undefined,
    check: (_, { offer, request }) =>
      sameRecords(recordsIn(request.records, OFFER_RANGES), offer?.records ?? [])
        ? undefined
        : 'the request was not made for this offer',
  },
  {
    id: 'IR7',
    code: 'INVOICE_REQUEST_MISMATCH',
    phase: 'match',
    check({ records }, { request }) {
      const type = firstDifference(recordsIn(request.records, MIRRORED_RANGES), recordsIn(records, MIRRORED_RANGES))
      return type === undefined ? undefined : { message: `type ${type} is not as it was asked for`, tlvType: type }
    },
  },
  {
    // Compared as 33 bytes: 02… and 03… with the same x are two keys, though a signature of one verifies for both (pitfall 9).
    id: 'IR8',
    code: 'INVOICE_WRONG_SIGNER',
    phase: 'match',
    field: 'invoice_node_id',
    applies: (_, { request }) => !isStandalone(request),
    check({ fields }, { request, sentTo }) {
      const issuer = request.fields.offer_issuer_id
      const signer = issuer ?? sentTo
      if (signer !== undefined && fields.invoice_node_id !== undefined && equalBytes(signer, fields.invoice_node_id)) {
        return undefined
      }
      return `invoice_node_id is not ${issuer ? 'the offer_issuer_id' : 'the end of the path that the request was sent over'}`
    },
  },
  {
    // BOLT 12 lets a reader refuse an invoice for a stand-alone request whose signer cannot be confirmed; it is refused when
    // the signer is known and another.
    id: 'IR9',
    code: 'INVOICE_SIGNER_UNCONFIRMED',
    phase: 'match',
    field: 'invoice_node_id',
    applies: (_, { request, sentTo }) => isStandalone(request) && sentTo !== undefined,
    check: ({ fields }, { sentTo }) =>
      sentTo !== undefined && fields.invoice_node_id !== undefined && equalBytes(sentTo, fields.invoice_node_id)
        ? undefined
        : 'invoice_node_id is not who the invoice was expected from',
  },
  {
    id: 'IR13',
    code: 'INVOICE_AMOUNT_DIFFERS',
    phase: 'match',
    field: 'invoice_amount',
    applies: (_, { request }) => request.fields.invreq_amount !== undefined,
    check: ({ fields }, { request }) =>
      fields.invoice_amount === request.fields.invreq_amount
        ? undefined
        : `${fields.invoice_amount} msat, ${request.fields.invreq_amount} msat were asked for`,
  },
  {
    // Nothing is authorised by silence: without a stated limit, the amount of the request is the limit (pitfall 13).
    id: 'IR13',
    code: 'INVOICE_AMOUNT_UNAUTHORISED',
    phase: 'match',
    field: 'invoice_amount',
    check({ fields }, { request, authorisedMsat }) {
      const most = authorisedMsat ?? request.fields.invreq_amount
      if (most === undefined) return 'no amount was authorised'
      return fields.invoice_amount !== undefined && fields.invoice_amount <= most
        ? undefined
        : `${fields.invoice_amount} msat, at most ${most} msat were authorised`
    },
  },
  {
    id: 'IR15',
    code: 'INVOICE_WRONG_PATH',
    phase: 'match',
    check(_, { request, arrivedOn }) {
      if (request.fields.invreq_paths !== undefined) {
        return arrivedOn === 'invreq_path' ? undefined : 'it did not come over one of the paths of the request'
      }
      if (isStandalone(request)) {
        return arrivedOn === 'no_path' ? undefined : 'the request has no paths, and the invoice came over one'
      }
      return arrivedOn === 'reply_path' ? undefined : 'it did not come over the reply path of the request'
    },
  },
]
