import { encodeString } from '../../../src/bolt12/string.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import { BITCOIN, INVREQ_PATH, PAYER, pathsValue, REGTEST, TESTNET } from './cast.js'
import { BY_ODD_PAYER, METADATA, type RequestLine } from './make-request.js'
import * as offers from './offers.js'

/** A payer id with the other Y: its signature still verifies, for only the X of a key counts (rule A2.6). */
function otherY(id: Uint8Array): Uint8Array {
  const other = id.slice()
  other[0]! ^= 1
  return other
}

/** Requests that their issuer answers with an invoice. */
export function validRequests(): readonly RequestLine[] {
  return [
    ['RR1', 'the least request: metadata, amount, payer id, signature', { offer: offers.BARE }],
    ['RW1', 'an offer with a description, whose amount the payer chooses'],
    ['RW1', 'offer_metadata is repeated', { offer: offers.WITH_METADATA }],
    ['RW1', 'unknown odd fields of the offer are repeated, experimental ones too', { offer: offers.WITH_UNKNOWN }],
    ['RW1', 'offer_features with an odd bit are repeated', { offer: offers.WITH_FEATURES }],
    ['RR10', 'the price of the offer goes without saying', { offer: offers.PRICED, without: [82] }],
    ['RR10', 'exactly the price', { offer: offers.PRICED }],
    ['RR10', 'more than the price', { offer: offers.PRICED, own: [[82, 150_000n]] }],
    [
      'RR10',
      'exactly the price of three items',
      {
        offer: offers.COUNTED,
        own: [
          [82, 300_000n],
          [86, 3n],
        ],
      },
    ],
    [
      'RR10',
      'a price in another currency, and no amount',
      { offer: offers.EURO, without: [82] },
      { note: 'the issuer needs an exchange rate to make the invoice, not to read the request' },
    ],
    ['RR9', 'one item', { offer: offers.COUNTED, own: [[86, 1n]], without: [82] }],
    ['RR9', 'as many items as there may be', { offer: offers.COUNTED, own: [[86, 5n]], without: [82] }],
    ['RR9', 'a maximum of 0 is none', { offer: offers.UNLIMITED, own: [[86, 1_000_000n]], without: [82] }],
    ['RR15', 'bitcoin, said though it goes without saying', { own: [[80, BITCOIN]] }],
    ['RR15', 'another chain', { offer: offers.ON_TESTNET, own: [[80, TESTNET]], context: { chains: [TESTNET] } }],
    [
      'RW2',
      'the second chain of the offer',
      { offer: offers.ON_TWO_CHAINS, own: [[80, TESTNET]], context: { chains: [BITCOIN, TESTNET] } },
    ],
    ['RW2', 'bitcoin is one of the chains of the offer', { offer: offers.ON_TWO_CHAINS }],
    ['RR15', 'regtest', { offer: offers.ON_REGTEST, own: [[80, REGTEST]], context: { chains: [REGTEST] } }],
    ['RR3', 'an unknown odd feature bit is ignored', { own: [[84, 'hex:02']] }],
    ['RR3', 'an unknown odd feature bit far up is ignored', { own: [[84, `hex:08${'00'.repeat(15)}`]] }],
    ['RR3', 'features without a bit, and of no bytes', { own: [[84, '']] }],
    ['T3', 'a note with characters of two, three and four bytes', { own: [[89, 'Grüße, 東京 ☕ 🍵']] }],
    ['T3', 'a note that begins with a byte order mark keeps it', { own: [[89, 'hex:efbbbf746561']] }],
    ['T3', 'an empty note', { own: [[89, '']] }],
    ['RR16', 'a name under which the offer was found', { own: [[91, bip353('alice', 'example.com')]] }],
    [
      'RR16',
      'every kind of character that a name may have',
      { own: [[91, bip353('A-z_0.9', 'xn--0.Example-1_.com')]] },
    ],
    ['RR8', 'it came over the path of the offer', { offer: offers.HIDDEN }],
    ['RR8', 'it came over one of the two paths of the offer', { offer: offers.HIDDEN_TWICE }],
    ['RR8', 'an offer with path and issuer id, over the path', { offer: offers.BOTH }],
    ['T5', 'a path of the offer begins at a channel and a direction', { offer: offers.BY_CHANNEL }],
    [
      'RR5',
      'paths of the payer beside an offer',
      { own: [[90, pathsValue(INVREQ_PATH.path)]] },
      { note: 'BOLT 12 speaks of them for requests that stand alone and does not forbid them here; LDK does' },
    ],
    ['RR7', 'in the last second of the offer', { offer: offers.UNTIL_NOW }],
    [
      'RR2',
      'unknown odd types at the ends of both ranges',
      {
        own: [
          [81, ''],
          [159, 'hex:01'],
          [2_000_000_001, 'hex:02'],
          [2_999_999_999, ''],
        ],
      },
    ],
    ['RR1', 'metadata of one byte', { own: [[0, 'hex:01']] }, { note: 'RW10 asks the writer for more' }],
    ['RR1', 'metadata of 300 bytes, so that its length takes three', { own: [[0, new Uint8Array(300).fill(7)]] }],
    ['M6', 'as much as all bitcoin', { own: [[82, MAX_MSAT]] }],
    ['A2.6', 'a payer id with an odd Y', BY_ODD_PAYER],
    ['A2.6', 'the payer id with the other Y than that of the key which signed', { own: [[88, otherY(PAYER.id)]] }],
    [
      'A2.2',
      'an unknown signature element is no leaf of the tree that is signed',
      { altered: (bytes) => Uint8Array.of(...bytes, 0xf1, 0x02, 0xca, 0xfe) },
    ],
    ['A2.2', 'a field of type 1001 or above is a leaf', { own: [[2_000_000_001, 'hex:cafe']] }],
    [
      'A2.3',
      'nine leaves: one without a partner, twice',
      { own: [METADATA, [86, 2n], [89, 'x'], [2_000_000_001, '']], offer: offers.UNLIMITED, without: [82] },
    ],
    ['A1.4', 'in upper case', { text: (bytes) => encodeString('lnr', bytes, { uppercase: true }) }],
    ['A1.5', 'broken into lines', { text: (bytes) => encodeString('lnr', bytes, { lineLength: 60 }) }],
  ]
}

/** The value of invreq_bip_353_name. */
export function bip353(name: string, domain: string): Uint8Array {
  const [a, b] = [new TextEncoder().encode(name), new TextEncoder().encode(domain)]
  return Uint8Array.of(a.length, ...a, b.length, ...b)
}
