import { toHex } from '../../../src/base/hex.js'
import { encodeOffer } from '../../../src/bolt12/create-offer.js'
import { decodeOffer } from '../../../src/bolt12/decode.js'
import { checkOffer, inspectOffer } from '../../../src/bolt12/inspect.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { codeOf } from '../../support/code-of.js'
import { defineReplay } from '../replay.js'

type Vector = {
  readonly description: string
  readonly valid: boolean
  readonly bolt12: string
  readonly fields?: readonly { readonly type: number; readonly length: number; readonly hex: string }[]
}

/**
 * The code for each refused offer. Where it is not what the description says, the bytes of the file break an outer layer
 * first: five "blinded_path" and two "type" vectors are streams whose lengths are wrong.
 */
const CODES: Readonly<Record<string, string>> = {
  'Malformed: fields out of order': 'TLV_ORDER',
  'Malformed: unknown even TLV type 78': 'TLV_UNKNOWN_EVEN',
  'Malformed: empty': 'STRING_EMPTY_DATA',
  'Malformed: truncated at type': 'WIRE_TRUNCATED',
  'Malformed: truncated in length': 'WIRE_TRUNCATED',
  'Malformed: truncated after length': 'TLV_LENGTH',
  'Malformed: truncated in description': 'TLV_LENGTH',
  'Malformed: invalid offer_chains length': 'WIRE_TRUNCATED',
  'Malformed: truncated currency UTF-8': 'WIRE_BAD_UTF8',
  'Malformed: invalid currency UTF-8': 'WIRE_BAD_UTF8',
  'Malformed: truncated description UTF-8': 'WIRE_BAD_UTF8',
  'Malformed: invalid description UTF-8': 'WIRE_BAD_UTF8',
  'Malformed: truncated offer_paths': 'WIRE_TRUNCATED',
  'Malformed: zero num_hops in blinded_path': 'TLV_ORDER',
  'Malformed: truncated onionmsg_hop in blinded_path': 'TLV_ORDER',
  'Malformed: bad first_node_id in blinded_path': 'TLV_ORDER',
  'Malformed: bad path_key in blinded_path': 'TLV_ORDER',
  'Malformed: bad blinded_node_id in onionmsg_hop': 'TLV_ORDER',
  'Malformed: truncated issuer UTF-8': 'WIRE_BAD_UTF8',
  'Malformed: invalid issuer UTF-8': 'WIRE_BAD_UTF8',
  'Malformed: invalid offer_issuer_id': 'WIRE_BAD_POINT',
  'Contains type >= 80': 'OFFER_TYPE_OUT_OF_RANGE',
  'Contains type > 1999999999': 'TLV_LENGTH',
  'Contains unknown even type (1000000002)': 'TLV_LENGTH',
  'Contains unknown feature 122': 'OFFER_FEATURE_UNKNOWN',
  'Missing offer_description, but has offer_amount': 'OFFER_AMOUNT_WITHOUT_DESCRIPTION',
  'Missing offer_amount with offer_currency': 'OFFER_CURRENCY_WITHOUT_AMOUNT',
  'Invalid: zero offer_amount': 'OFFER_AMOUNT_ZERO',
  'Invalid: zero offer_amount with currency': 'OFFER_AMOUNT_ZERO',
  'Missing offer_issuer_id and no offer_path': 'OFFER_UNREACHABLE',
  'Second offer_path is empty': 'OFFER_PATH_WITHOUT_HOPS',
  'offer_chains with zero entries': 'OFFER_CHAINS_EMPTY',
  'Bech32 padding exceeds 4-bit limit': 'STRING_PADDING_TOO_LONG',
}

const context = { now: 1_700_000_000n, chains: [chainHashOf('bitcoin'), chainHashOf('testnet')] }

/** What a reader on bitcoin and testnet makes of it: `accepted`, or the first code. */
function verdict(text: string): string {
  const decoded = codeOf(() => decodeOffer(text))
  return decoded === 'accepted' ? (checkOffer(decodeOffer(text), context).issues[0]?.code ?? 'accepted') : decoded
}

function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`)
}

export default defineReplay('bolt12/offers-test.json', (json) =>
  (json as readonly Vector[]).map(({ description, valid, bolt12, fields }) => ({
    name: description,
    run: () => {
      expectEqual(verdict(bolt12), valid ? 'accepted' : CODES[description], 'verdict')
      expectEqual(inspectOffer(bolt12, context).issues[0]?.code, valid ? undefined : CODES[description], 'inspected')
      if (!valid) return
      const offer = decodeOffer(bolt12)
      const records = offer.records.map(({ type, value }) => ({
        type: Number(type),
        length: value.length,
        hex: toHex(value),
      }))
      expectEqual(records, fields, 'fields')
      expectEqual(encodeOffer(offer), bolt12, 'encoded again')
    },
  })),
)
