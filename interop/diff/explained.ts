import { toHex } from '../../src/base/hex.js'
import { isSignatureType, MIRRORED_RANGES, OFFER_RANGES, recordsIn } from '../../src/bolt12/ranges.js'
import { blindedPayinfo } from '../../src/bolt12/subtypes.js'
import { MAX_MSAT } from '../../src/wire/amount.js'
import { array, decode, tu64 } from '../../src/wire/codec.js'
import { joinRecords } from '../../src/wire/tlv.js'
import { ACCEPTED, type Difference } from './compare.js'
import { encryptedDataOf } from './encrypted.js'
import { delivered, kindOf, pathOf, recordsOf, textOf, valueAt } from './looks.js'
import { ourAnswer } from './ours.js'

/** A difference that is understood. */
export interface Explained {
  readonly id: string
  /** Whose it is. `ours` is one that we keep on purpose: a defect of ours would be mended. */
  readonly fault: 'ours' | 'theirs' | 'spec unclear'
  readonly title: string
  /** Why, and what comes of it. */
  readonly text: string
  matches(difference: Difference): boolean
}

const ldk = ({ oracle }: Difference) => oracle === 'ldk'
const kmp = ({ oracle }: Difference) => oracle === 'kmp'

/** We accept, they refuse with such a reason. */
const onlyTheyRefuse = (difference: Difference, reason: RegExp) =>
  difference.what === 'acceptance' && difference.ours === ACCEPTED && reason.test(difference.theirs)

/** We refuse with such a code, they accept. */
const onlyWeRefuse = (difference: Difference, ...codes: readonly string[]) =>
  difference.what === 'acceptance' && difference.theirs === ACCEPTED && codes.includes(difference.ours)

const EVEN_AND_ODD = [12n, 84n, 174n]
/** Both bits of a pair, or zeros in front. */
const isNotCanonical = (bitmap: Uint8Array) =>
  bitmap[0] === 0 || bitmap.some((byte) => (byte & (byte >> 1) & 0x55) !== 0)

const TRUNCATED = new Set([8n, 14n, 20n, 82n, 86n, 164n, 170n])
const isAboveSigned = (difference: Difference) =>
  recordsOf(difference).some(({ type, value }) => TRUNCATED.has(type) && value.length === 8 && value[0]! >= 0x80)

/** What is left of shown fallbacks without those of version 1 that have not 32 bytes. */
function withoutOddTaproot(shown: string): string {
  const all = JSON.parse(shown) as readonly { readonly version: string; readonly address: string }[]
  const left = all.filter(({ version, address }) => version !== '1' || address.length === 64)
  return left.length === 0 ? 'absent' : JSON.stringify(left.map(({ version, address }) => ({ version, address })))
}

/** The bitmaps of blinded_payinfo. */
function payinfosOf(value: Uint8Array): readonly Uint8Array[] {
  try {
    return decode(array(blindedPayinfo), value).map(({ features }) => features)
  } catch {
    return []
  }
}

/** Whether the offer that a request repeats would be one by itself. */
function isOfferFine(difference: Difference): boolean {
  const hex = toHex(joinRecords(recordsIn(recordsOf(difference), OFFER_RANGES)))
  return ourAnswer({ method: 'decode', item: { kind: 'offer', hex } }).ok
}

/** Whether the request that an invoice repeats would be refused for its name (rule RR16). */
function isNameRefused(difference: Difference): boolean {
  const hex = toHex(joinRecords(recordsIn(recordsOf(difference), MIRRORED_RANGES)))
  const answer = ourAnswer({ method: 'decode', item: { kind: 'invoice_request', hex } })
  return !answer.ok && answer.reason === 'INVREQ_BIP353_CHARACTERS'
}

export const EXPLAINED: readonly Explained[] = [
  {
    id: 'ldk-currency',
    fault: 'theirs',
    title: 'LDK reads no request and no invoice for an offer in a currency',
    text: 'An offer with offer_currency decodes; an invoice_request or invoice for it is refused with UnsupportedCurrency when it is read, whatever amounts it states, and its builder makes none. An issuer on LDK cannot price in a currency, and nobody can pay one from LDK.',
    matches: (d) =>
      ldk(d) &&
      (/UnsupportedCurrency/.test(d.theirs) ||
        (delivered(d) !== undefined && valueAt(d, 6n) !== undefined && d.ours === ACCEPTED)),
  },
  {
    id: 'ldk-currency-code',
    fault: 'ours',
    title: 'offer_currency is any text for us, three capital letters for LDK',
    text: 'BOLT 12 wants a writer to use an ISO 4217 code and does not tell a reader to refuse others. We decode the offer, so that it can be shown, and refuse to pay it without a rate for exactly that code; CLN decodes it too. LDK refuses to decode it.',
    matches: (d) => {
      const value = ldk(d) ? valueAt(d, 6n) : undefined
      const isCode = value !== undefined && /^[A-Z]{3}$/.test(String.fromCharCode(...value))
      return value !== undefined && !isCode && onlyTheyRefuse(d, /InvalidCurrencyCode|UnsupportedCurrency|^Decode/)
    },
  },
  {
    id: 'path-without-hops',
    fault: 'spec unclear',
    title: 'A blinded path without hops: refused when it is read, or by a rule',
    text: 'BOLT 4 does not say that num_hops is at least 1. LDK and lightning-kmp refuse the bytes; we read them, and each message that holds such a path is refused by its own rule (OFFER_PATH_WITHOUT_HOPS, INVREQ_PATH_WITHOUT_HOPS, INVOICE_PATH_WITHOUT_HOPS), so that the reader learns which path it is. Nobody accepts a message with one.',
    matches: (d) => d.question.method === 'path' && pathOf(d)?.path.length === 0 && d.ours === ACCEPTED,
  },
  {
    id: 'ldk-allowed-features',
    fault: 'theirs',
    title: 'LDK passes on no message over a hop with allowed_features',
    text: 'encrypted_data_tlv may hold allowed_features (14) in any hop, and an empty one allows nothing that anybody uses. LDK does not know the type in paths for messages; it is even, so that the hop is refused. We write none in paths for messages.',
    matches: (d) =>
      ldk(d) &&
      d.ours === ACCEPTED &&
      (d.question.method === 'walk' || d.question.method === 'peel') &&
      encryptedDataOf(d).some((types) => types.has(14n)),
  },
  {
    id: 'ldk-path-id',
    fault: 'theirs',
    title: 'LDK reads the last hop of its own paths only',
    text: 'The last hop of our paths holds path_id (6). LDK keeps its context in type 65537 instead, authenticates it with a key of its own, and does not know type 6, which is even. It makes no difference in use: a node reads only the ends of paths that it made.',
    matches: (d) => ldk(d) && d.what === 'acceptance' && delivered(d)?.path_id !== undefined,
  },
  {
    id: 'ldk-invoice-with-request',
    fault: 'ours',
    title: 'LDK judges the request inside an invoice, we hold it against the one we sent',
    text: 'An invoice repeats the whole invoice_request. LDK applies the rules of offers and requests to the copy, and compares amount and signer with it, when it decodes. We decode by the rules of invoices alone, so that any invoice can be shown, and verifyInvoiceFor compares the copy byte for byte with the request that was sent (rule IR7), then amount and signer: nothing else is ever paid.',
    matches: (d) =>
      ldk(d) &&
      kindOf(d) === 'invoice' &&
      (onlyTheyRefuse(
        d,
        /^InvalidSemantics\((Invalid(Amount|Quantity|SigningPubkey|CurrencyCode)|Unsupported(Chain|Currency)|Missing(Amount|Quantity|Description|PayerMetadata|PayerSigningPubkey|IssuerSigningPubkey|Paths)|InsufficientAmount|Unexpected\w+)\)$/,
      ) ||
        (onlyTheyRefuse(d, /^Decode/) && isNameRefused(d))),
  },
  {
    id: 'ldk-offer-in-request',
    fault: 'ours',
    title: 'LDK judges the offer inside a request, we hold it against our own',
    text: 'An invoice_request repeats the whole offer. LDK applies the rules of offers to the copy when it decodes. We do not: the issuer answers a request only if the copy is one of its own offers, byte for byte (rule RR7), and those keep the rules.',
    matches: (d) => ldk(d) && kindOf(d) === 'invoice_request' && onlyTheyRefuse(d, /./) && !isOfferFine(d),
  },
  {
    id: 'ldk-price-above-supply',
    fault: 'ours',
    title: 'A quantity that makes the price larger than all bitcoin',
    text: 'A request without invreq_amount asks for so many items that their price is above 21 million bitcoin. LDK refuses to decode it; we decode it, and its issuer answers with an invoice_error (AMOUNT_ABOVE_SUPPLY), so that the payer hears what is wrong.',
    matches: (d) => {
      const [price, quantity] = [valueAt(d, 8n), valueAt(d, 86n)]
      if (!ldk(d) || !onlyTheyRefuse(d, /InvalidAmount/) || price === undefined || quantity === undefined) return false
      return decode(tu64, price) * decode(tu64, quantity) > MAX_MSAT
    },
  },
  {
    id: 'ldk-invoice-types',
    fault: 'spec unclear',
    title: 'Types from 4 000 000 000 on in an invoice',
    text: 'The chapter on invoices names no range of types; only the text on payer proofs says that those of an invoice end at 3 999 999 999. We refuse what lies above, LDK takes it.',
    matches: (d) =>
      ldk(d) && onlyWeRefuse(d, 'INVOICE_TYPE_OUT_OF_RANGE') && recordsOf(d).some(({ type }) => type >= 4_000_000_000n),
  },
  {
    id: 'ldk-fallbacks',
    fault: 'theirs',
    title: 'LDK shows fallback addresses of version 1 that are no addresses',
    text: 'A witness program of version 1 has 32 bytes (BIP 341); what has another length can be spent by anybody. BOLT 12 has a reader ignore fallbacks that are no valid addresses (rule IR14). LDK takes any length from 2 to 40.',
    matches: (d) =>
      ldk(d) &&
      d.what === 'fields.invoice_fallbacks' &&
      /"version":"1"/.test(d.theirs) &&
      withoutOddTaproot(d.theirs) === d.ours,
  },
  {
    id: 'ldk-refund-fields',
    fault: 'spec unclear',
    title: 'A stand-alone request with fields of an offer, or without a description',
    text: 'BOLT 12 forbids the writer of a request that answers no offer to set offer_metadata, offer_amount, offer_currency and a name, makes it set offer_description, and says nothing of either to its reader. We show what is there, LDK refuses.',
    matches: (d) =>
      ldk(d) &&
      kindOf(d) === 'refund' &&
      onlyTheyRefuse(d, /Unexpected(Amount|Metadata|HumanReadableName)|MissingDescription/),
  },
  {
    id: 'ldk-refund-signature',
    fault: 'spec unclear',
    title: 'A stand-alone request with a signature element',
    text: 'BOLT 12 tells the writer of a request that answers no offer not to sign it, and its reader to refuse one without a good signature. LDK refuses any type from 240 to 1000 there, CLN signs; we take both, and refuse a signature that is not good.',
    matches: (d) =>
      ldk(d) &&
      kindOf(d) === 'refund' &&
      recordsOf(d).some(({ type }) => isSignatureType(type)) &&
      onlyTheyRefuse(d, /^Decode/),
  },
  {
    id: 'ldk-payer-paths',
    fault: 'spec unclear',
    title: 'invreq_paths in a request that answers an offer',
    text: 'BOLT 12 defines the field for requests that answer no offer and does not tell a reader to refuse it elsewhere. We ignore it there, LDK refuses the request.',
    matches: (d) =>
      ldk(d) &&
      kindOf(d) !== 'refund' &&
      valueAt(d, 90n) !== undefined &&
      (/UnexpectedPaths/.test(d.theirs) || (delivered(d) !== undefined && d.ours === ACCEPTED)),
  },
  {
    id: 'ldk-padding',
    fault: 'theirs',
    title: 'LDK takes a character too many at the end of a string',
    text: 'A last character that adds no byte is no proper encoding of five bits a character (the specification has invalid vectors for it); LDK does not look at what is left over.',
    matches: (d) =>
      ldk(d) && textOf(d) !== undefined && onlyWeRefuse(d, 'STRING_PADDING_TOO_LONG', 'STRING_PADDING_NOT_ZERO'),
  },
  {
    id: 'ldk-white-space',
    fault: 'spec unclear',
    title: 'White space behind a + is all of Unicode for LDK',
    text: 'BOLT 12 says "whitespace" and not which. We take space, tab, line feed and carriage return, which line breaks and mail programs insert; LDK what Unicode calls white space, CLN what C does.',
    matches: (d) =>
      ldk(d) &&
      /\+[^+]*[\v\f\u0085\u00a0\u2028]/.test(textOf(d) ?? '') &&
      onlyWeRefuse(d, 'STRING_BAD_CHARACTER', 'STRING_BAD_CONTINUATION'),
  },
  {
    id: 'ldk-empty-lists',
    fault: 'theirs',
    title: 'LDK takes empty lists of chains and of paths',
    text: 'A reader must not answer an offer whose offer_chains or offer_paths lists nothing (rules OR4, OR9), nor a request whose invreq_paths does (RR5). LDK decodes all three and shows an empty list of paths as none.',
    matches: (d) =>
      ldk(d) &&
      (onlyWeRefuse(d, 'OFFER_CHAINS_EMPTY', 'OFFER_PATHS_EMPTY', 'INVREQ_PATHS_EMPTY') ||
        (d.what === 'fields.offer_paths' && d.ours === '[]')),
  },
  {
    id: 'kmp-signed-numbers',
    fault: 'theirs',
    title: 'lightning-kmp takes 64-bit numbers from 2^63 on for badly written',
    text: 'It reads truncated integers into a signed number and compares: "truncated integer is not minimally-encoded". No amount is that large; an offer_quantity_max or an expiry of "for ever" (2^64-1) may be, and then the message cannot be read.',
    matches: (d) => kmp(d) && /truncated integer/.test(d.theirs) && isAboveSigned(d),
  },
  {
    id: 'kmp-signed-payinfo',
    fault: 'theirs',
    title: 'lightning-kmp reads fees of blinded_payinfo as signed',
    text: 'fee_base_msat and fee_proportional_millionths of 2^31 and more come out negative. It writes them back unchanged.',
    matches: (d) => kmp(d) && d.what === 'fields.invoice_blindedpay' && /"-\d+"/.test(d.theirs),
  },
  {
    id: 'kmp-feature-pairs',
    fault: 'theirs',
    title: 'lightning-kmp hashes feature bits as it would write them',
    text: 'It decodes a bitmap and writes it anew before it hashes: where both bits of a pair are set it keeps the even one alone, and zeros in front are gone. The merkle root, and with it the id of an offer and the signature of a request or invoice, are then those of another message; good signatures count as bad. Writers had better not set both bits of a pair, and never do.',
    matches: (d) =>
      kmp(d) &&
      recordsOf(d).some(
        ({ type, value }) =>
          (EVEN_AND_ODD.includes(type) && isNotCanonical(value)) ||
          (type === 162n && payinfosOf(value).some(isNotCanonical)),
      ),
  },
  {
    id: 'kmp-stand-alone',
    fault: 'theirs',
    title: 'lightning-kmp knows no request that answers no offer',
    text: 'An invoice_request without offer_issuer_id and offer_paths is refused ("missing required tlv (tag=22)"), and so is an invoice for one; invreq_paths (90) is unknown and even.',
    matches: (d) => kmp(d) && /missing required tlv \(tag=22\)|unknown even tag \(90\)/.test(d.theirs),
  },
  {
    id: 'kmp-inner-messages',
    fault: 'ours',
    title: 'lightning-kmp judges the offer inside a request and the request inside an invoice',
    text: 'As LDK does (ldk-offer-in-request, ldk-invoice-with-request): it wants the fields that the inner message must have. We hold the copy against the message itself.',
    matches: (d) =>
      kmp(d) &&
      (kindOf(d) === 'invoice_request' || kindOf(d) === 'invoice') &&
      onlyTheyRefuse(d, /missing required tlv \(tag=(0|8|10|88)\)/),
  },
  {
    id: 'kmp-signature-range',
    fault: 'theirs',
    title: 'lightning-kmp takes type 240 alone for a signature element',
    text: 'Types 240 to 1000 are signature elements and stay out of the merkle tree. lightning-kmp refuses 241 and above in a request ("forbidden tlv") and hashes them in an invoice, where a good signature then counts as bad. Nobody sets one yet.',
    matches: (d) =>
      kmp(d) &&
      onlyTheyRefuse(d, /forbidden tlv|bad signature/) &&
      recordsOf(d).some(({ type }) => isSignatureType(type) && type !== 240n),
  },
  {
    id: 'kmp-continuations',
    fault: 'theirs',
    title: 'lightning-kmp 1.8.4 does not join continued strings',
    text: 'A + between two characters is an invalid character for it.',
    matches: (d) => kmp(d) && (textOf(d)?.includes('+') ?? false) && onlyTheyRefuse(d, /./),
  },
]
