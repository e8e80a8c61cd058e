import { equalBytes } from '../../base/bytes.js'
import { chainName, chainsOf } from '../chains.js'
import { type InvoiceRequest, type InvoiceRequestMessage, isStandalone } from '../invoice-request.js'
import { INVREQ_RANGES } from '../ranges.js'
import { featuresRule, hopsRule, listRule, presentRule, rangeRule, signatureRule, supplyRule } from './common.js'
import type { Rule } from './rule.js'

type Subject = InvoiceRequestMessage

/** BIP 353 allows these in names and domains that a request repeats (rule RR16). */
function isDnsText(text: string): boolean {
  return /^[0-9A-Za-z._-]*$/.test(text)
}

/** Items asked for: what is not asked for in numbers is one. */
function quantityOf(fields: InvoiceRequest): bigint {
  return fields.invreq_quantity ?? 1n
}

/**
 * What makes a reader refuse an invoice_request (BOLT 12, "Requirements For Invoice Requests"). Quantity, amount and chain
 * are judged in phase `read`, though the bytes alone decide some of them: a request that breaks them is well made, and the
 * issuer answers it with an invoice_error that says what to change. Which offer it answers and how it arrived: `match`,
 * in `request-match.ts`.
 */
export const INVOICE_REQUEST_RULES: readonly Rule<Subject>[] = [
  /* @__PURE__ */ rangeRule('RR2', 'INVREQ_TYPE_OUT_OF_RANGE', 'an invoice_request', INVREQ_RANGES),
  /* @__PURE__ */ presentRule('RR1', 'INVREQ_METADATA_MISSING', 'invreq_metadata'),
  /* @__PURE__ */ presentRule('RR1', 'INVREQ_PAYER_ID_MISSING', 'invreq_payer_id'),
  /* @__PURE__ */ listRule('RR5', 'INVREQ_PATHS_EMPTY', 'invreq_paths', 'path'),
  /* @__PURE__ */ hopsRule('RR5', 'INVREQ_PATH_WITHOUT_HOPS', 'invreq_paths'),
  {
    id: 'RR16',
    code: 'INVREQ_BIP353_CHARACTERS',
    phase: 'form',
    field: 'invreq_bip_353_name',
    applies: ({ fields }) => fields.invreq_bip_353_name !== undefined,
    check({ fields }) {
      const { name = '', domain = '' } = fields.invreq_bip_353_name ?? {}
      const bad = !isDnsText(name) ? 'name' : !isDnsText(domain) ? 'domain' : undefined
      return (
        bad && { message: `the ${bad} has characters outside 0-9 A-Z a-z . _ -`, path: ['invreq_bip_353_name', bad] }
      )
    },
  },
  {
    // BOLT 12 lets the writer of a stand-alone request leave these out and does not let its reader accept them; on
    // offer_metadata, offer_amount and offer_currency, which the writer must not set either, it says nothing to the reader:
    // they are shown and not refused.
    id: 'RR13',
    code: 'INVREQ_STANDALONE_FIELD',
    phase: 'form',
    reads: ['offer_chains', 'offer_features', 'offer_quantity_max', 'offer_issuer_id', 'offer_paths'],
    applies: isStandalone,
    check({ fields }) {
      const found = (['offer_chains', 'offer_features', 'offer_quantity_max'] as const).find(
        (name) => fields[name] !== undefined,
      )
      return found && { message: `${found} has no place in a request that answers no offer`, path: [found] }
    },
  },
  {
    id: 'RR13',
    code: 'INVREQ_STANDALONE_WITHOUT_AMOUNT',
    phase: 'form',
    field: 'invreq_amount',
    reads: ['offer_issuer_id', 'offer_paths'],
    applies: isStandalone,
    check: ({ fields }) =>
      fields.invreq_amount === undefined ? 'a request that answers no offer must say how much it sends' : undefined,
  },
  {
    // BOLT 12 contradicts itself on a stand-alone request: its writer must not sign it, its reader must refuse it without a
    // good signature. Here: none is fine, one that is there must be good. LDK's refunds are unsigned, CLN's are signed.
    id: 'RR4',
    code: 'INVREQ_SIGNATURE_MISSING',
    phase: 'form',
    field: 'signature',
    reads: ['offer_issuer_id', 'offer_paths'],
    applies: (subject) => !isStandalone(subject),
    check: ({ fields }) =>
      fields.signature === undefined ? 'a request that answers an offer must be signed' : undefined,
  },
  /* @__PURE__ */ signatureRule('RR4', 'INVREQ_BAD_SIGNATURE', ['invoice_request', 'signature'], 'invreq_payer_id'),
  /* @__PURE__ */ supplyRule('invreq_amount'),
  // BOLT 12 defines no bit for requests: every even one is unknown unless the reader says that it knows it.
  /* @__PURE__ */ featuresRule('RR3', 'INVREQ_FEATURE_UNKNOWN', 'invreq_features', []),
  {
    id: 'RR9',
    code: 'INVREQ_QUANTITY_MISSING',
    phase: 'read',
    field: 'invreq_quantity',
    reads: ['offer_quantity_max'],
    applies: ({ fields }) => fields.offer_quantity_max !== undefined,
    check: ({ fields }) => (fields.invreq_quantity === undefined ? 'the offer asks for a number of items' : undefined),
  },
  {
    // By the letter a reader refuses 0 only where the maximum is another; but no writer may ask for 0 items (rule RW6), and
    // the price of none is no price (pitfall 17).
    id: 'RR9',
    code: 'INVREQ_QUANTITY_ZERO',
    phase: 'read',
    field: 'invreq_quantity',
    reads: ['offer_quantity_max'],
    applies: ({ fields }) => fields.offer_quantity_max !== undefined,
    check: ({ fields }) => (fields.invreq_quantity === 0n ? 'invreq_quantity is 0' : undefined),
  },
  {
    id: 'RR9',
    code: 'INVREQ_QUANTITY_ABOVE_MAX',
    phase: 'read',
    field: 'invreq_quantity',
    reads: ['offer_quantity_max'],
    // A maximum of 0 means that there is none.
    applies: ({ fields }) => fields.offer_quantity_max !== undefined && fields.offer_quantity_max !== 0n,
    check({ fields }) {
      const most = fields.offer_quantity_max ?? 0n
      return quantityOf(fields) > most ? `${quantityOf(fields)} items, the offer allows ${most}` : undefined
    },
  },
  {
    id: 'RR9',
    code: 'INVREQ_QUANTITY_UNEXPECTED',
    phase: 'read',
    field: 'invreq_quantity',
    reads: ['offer_quantity_max'],
    applies: (subject) => !isStandalone(subject) && subject.fields.offer_quantity_max === undefined,
    check: ({ fields }) =>
      fields.invreq_quantity === undefined ? undefined : 'the offer is for one item and takes no number of items',
  },
  {
    id: 'RR11',
    code: 'INVREQ_AMOUNT_MISSING',
    phase: 'read',
    field: 'invreq_amount',
    reads: ['offer_amount', 'offer_issuer_id', 'offer_paths'],
    applies: (subject) => !isStandalone(subject) && subject.fields.offer_amount === undefined,
    check: ({ fields }) =>
      fields.invreq_amount === undefined ? 'the offer leaves the amount to the payer' : undefined,
  },
  {
    // A price in another currency needs a rate: the issuer judges it then (`expectedAmount`).
    id: 'RR10',
    code: 'INVREQ_AMOUNT_TOO_LOW',
    phase: 'read',
    field: 'invreq_amount',
    reads: ['offer_amount', 'offer_currency', 'invreq_quantity'],
    applies: ({ fields }) =>
      fields.invreq_amount !== undefined && fields.offer_amount !== undefined && fields.offer_currency === undefined,
    check({ fields }) {
      const expected = (fields.offer_amount ?? 0n) * quantityOf(fields)
      const given = fields.invreq_amount ?? 0n
      return given < expected ? `${given} msat, the offer asks for ${expected} msat` : undefined
    },
  },
  {
    id: 'RR15',
    code: 'INVREQ_CHAIN_UNSUPPORTED',
    phase: 'read',
    field: 'invreq_chain',
    check({ fields }, { chains }) {
      const chain = requestChain(fields)
      return chains.some((ours) => equalBytes(ours, chain))
        ? undefined
        : `the request is for ${chainName(chain) ?? 'a chain without a name here'}`
    },
  },
  {
    id: 'RR15',
    code: 'INVREQ_CHAIN_NOT_OFFERED',
    phase: 'read',
    field: 'invreq_chain',
    reads: ['offer_chains'],
    applies: (subject) => !isStandalone(subject),
    check({ fields }) {
      const chain = requestChain(fields)
      return chainsOf(fields.offer_chains).some((offered) => equalBytes(offered, chain))
        ? undefined
        : `the offer is not for ${chainName(chain) ?? 'the chain of the request'}`
    },
  },
]

/** The chain that a request is to be paid on: `invreq_chain`, or bitcoin. */
export function requestChain(fields: InvoiceRequest): Uint8Array {
  return fields.invreq_chain ?? chainsOf(undefined)[0]!
}
