import { sameRecords } from '../../wire/tlv.js'
import type { InvoiceRequestMessage } from '../invoice-request.js'
import type { OfferMessage } from '../offer.js'
import { OFFER_RANGES, recordsIn } from '../ranges.js'
import type { MatchRule } from './rule.js'

/** What the issuer knows about a request besides its bytes. */
export interface RequestArrival {
  /** The offer that it is held against: one of ours. */
  readonly offer: OfferMessage
  /**
   * Over what it came. Every onion message is blinded; what BOLT 12 means by "a blinded path" is one that we have made,
   * which shows in the path_id of its last hop. `offer_path`: a path of this very offer. `other_path`: a path of ours made
   * for something else. `no_path`: to our node id, with no path_id of ours.
   */
  readonly arrivedOn: 'offer_path' | 'other_path' | 'no_path'
}

/** The rules of a request that need its offer and its way here. A request that breaks one gets no answer at all (pitfall 23). */
export const REQUEST_MATCH_RULES: readonly MatchRule<InvoiceRequestMessage, RequestArrival>[] = [
  {
    id: 'RR7',
    code: 'INVREQ_OFFER_MISMATCH',
    phase: 'match',
    check: ({ records }, { offer }) =>
      sameRecords(recordsIn(records, OFFER_RANGES), offer.records)
        ? undefined
        : 'the fields of the offer in the request are not those of the offer',
  },
  {
    id: 'RR8',
    code: 'INVREQ_WRONG_PATH',
    phase: 'match',
    check(_, { offer, arrivedOn }) {
      if (offer.fields.offer_paths !== undefined) {
        return arrivedOn === 'offer_path' ? undefined : 'the offer has paths, and the request came over none of them'
      }
      return arrivedOn === 'no_path' ? undefined : 'the offer has no paths, and the request came over a blinded path'
    },
  },
]
