import { equalBytes } from '../../base/bytes.js'
import { MAX_MSAT } from '../../wire/amount.js'
import { chainName, chainsOf } from '../chains.js'
import type { OfferMessage } from '../offer.js'
import { OFFER_RANGES } from '../ranges.js'
import { featuresRule, hopsRule, listRule, rangeRule } from './common.js'
import type { Rule } from './rule.js'

/**
 * What makes a reader leave an offer alone (BOLT 12, "Requirements For Offers"). OR2, the form of the stream, is the TLV
 * layer's; OR11-OR13 are about what a payer does.
 */
export const OFFER_RULES: readonly Rule<OfferMessage>[] = [
  /* @__PURE__ */ rangeRule('OR1', 'OFFER_TYPE_OUT_OF_RANGE', 'an offer', OFFER_RANGES),
  /* @__PURE__ */ listRule('OR4', 'OFFER_CHAINS_EMPTY', 'offer_chains', 'chain'),
  {
    id: 'OR5',
    code: 'OFFER_AMOUNT_WITHOUT_DESCRIPTION',
    phase: 'form',
    field: 'offer_amount',
    reads: ['offer_description'],
    applies: ({ fields }) => fields.offer_amount !== undefined,
    check: ({ fields }) =>
      fields.offer_description === undefined ? 'offer_amount is set, but offer_description is not' : undefined,
  },
  {
    id: 'OR6',
    code: 'OFFER_AMOUNT_ZERO',
    phase: 'form',
    field: 'offer_amount',
    applies: ({ fields }) => fields.offer_amount !== undefined,
    check: ({ fields }) => (fields.offer_amount === 0n ? 'offer_amount is 0' : undefined),
  },
  {
    // BOLT 12 gives offer_amount no upper bound, BOLT 1 gives one to every amount in msat. Refused: nobody could pay it,
    // and what multiplies it may rely on the bound. An amount in another currency has no such bound.
    id: 'M6',
    code: 'AMOUNT_ABOVE_SUPPLY',
    phase: 'form',
    field: 'offer_amount',
    reads: ['offer_currency'],
    applies: ({ fields }) => fields.offer_amount !== undefined && fields.offer_currency === undefined,
    check: ({ fields }) =>
      (fields.offer_amount ?? 0n) > MAX_MSAT ? `offer_amount is above ${MAX_MSAT} msat` : undefined,
  },
  {
    // Any text is read as a currency: CLN does so too, and an offer one cannot pay can still be shown. Whoever pays needs
    // a rate for exactly this code (rule OR11), whoever writes one gives three capital letters (rule OW4).
    id: 'OR7',
    code: 'OFFER_CURRENCY_WITHOUT_AMOUNT',
    phase: 'form',
    field: 'offer_currency',
    reads: ['offer_amount'],
    applies: ({ fields }) => fields.offer_currency !== undefined,
    check: ({ fields }) =>
      fields.offer_amount === undefined ? 'offer_currency is set, but offer_amount is not' : undefined,
  },
  {
    id: 'OR8',
    code: 'OFFER_UNREACHABLE',
    phase: 'form',
    field: 'offer_issuer_id',
    reads: ['offer_paths'],
    check: ({ fields }) =>
      fields.offer_issuer_id === undefined && fields.offer_paths === undefined
        ? 'neither offer_issuer_id nor offer_paths is set'
        : undefined,
  },
  /* @__PURE__ */ listRule('OR9', 'OFFER_PATHS_EMPTY', 'offer_paths', 'path'),
  /* @__PURE__ */ hopsRule('OR9', 'OFFER_PATH_WITHOUT_HOPS', 'offer_paths'),
  // BOLT 12 defines no bit for offers: every even one is unknown unless the reader says that it knows it.
  /* @__PURE__ */ featuresRule('OR3', 'OFFER_FEATURE_UNKNOWN', 'offer_features', []),
  {
    id: 'OR4',
    code: 'OFFER_CHAIN_UNSUPPORTED',
    phase: 'read',
    field: 'offer_chains',
    check({ fields }, { chains }) {
      const wanted = chainsOf(fields.offer_chains)
      if (wanted.some((chain) => chains.some((ours) => equalBytes(chain, ours)))) return undefined
      return `the offer is for ${wanted.map((chain) => chainName(chain) ?? 'a chain without a name here').join(', ')} only`
    },
  },
  {
    id: 'OR10',
    code: 'OFFER_EXPIRED',
    phase: 'read',
    field: 'offer_absolute_expiry',
    applies: ({ fields }) => fields.offer_absolute_expiry !== undefined,
    check({ fields }, { now }) {
      const expiry = fields.offer_absolute_expiry
      return expiry !== undefined && now > expiry ? `expired at ${expiry}, it is ${now} now` : undefined
    },
  },
]
