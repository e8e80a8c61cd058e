import { DETERMINISTIC_AUX, signRecords } from '../../../src/bolt12/signature.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import { readRecords } from '../../../src/wire/tlv.js'
import { BITCOIN, EVE, INVREQ_PATH, PAYER, pathsValue, TESTNET, withoutHops } from './cast.js'
import * as faults from './faults.js'
import { bip353 } from './invoice-requests-valid.js'
import type { RequestLine, RequestSpec } from './make-request.js'
import * as offers from './offers.js'
import { merged, sorted } from './records.js'

const EMPTY_CHAIN_NOTE = 'the chain of a request that names none is bitcoin'

/** Signs with the tag of another message, or over other records. */
const signedAs =
  (of: readonly ['invoice', 'signature'] | readonly ['invoice_request', 'signature'], drop?: bigint) =>
  (bytes: Uint8Array): Uint8Array => {
    const { records } = readRecords(bytes)
    const leaves = records.filter(({ type }) => type !== drop)
    const rest = records.filter(({ type }) => type !== 240n).map(({ type, value }) => [Number(type), value] as const)
    return sorted([...rest, [240, signRecords(of, leaves, PAYER.secret, DETERMINISTIC_AUX)]])
  }

/** The amount is another one than was signed. */
const amountAltered = (bytes: Uint8Array): Uint8Array => {
  const { offset } = readRecords(bytes).records.find(({ type }) => type === 82n)!
  return bytes.map((byte, at) => (at === offset + 4 ? byte ^ 1 : byte))
}

const field = (
  rule: string,
  description: string,
  type: number,
  value: string | Uint8Array,
  more: RequestSpec = {},
): RequestLine => [rule, description, { ...more, own: merged(more.own ?? [], [[type, value]]) }]

/** Requests that get no invoice. */
export function invalidRequests(): readonly RequestLine[] {
  const read = { needs: ['context.chains'] }
  const arrival = { needs: ['context.arrived_on'] }
  const against = { needs: ['offer'] }
  return [
    ['RR1', 'no metadata', { without: [0] }],
    ['RR1', 'no payer id', { without: [88] }],
    ['RR2', 'a type of the range of invoices', { own: [[161, '']] }],
    ['RR2', 'the last type before the signatures', { own: [[239, '']] }],
    ['RR2', 'a type between the signatures and the experimental ones', { own: [[1001, '']] }],
    ['RR2', 'the last type before the experimental ones', { own: [[999_999_999, '']] }],
    ['RR2', 'an experimental type of invoices', { own: [[3_000_000_001, '']] }],
    ['RR3', 'an unknown even feature bit', { own: [[84, 'hex:01']] }],
    ['RR3', 'an unknown even feature bit far up', { own: [[84, `hex:04${'00'.repeat(15)}`]] }],
    ['RR4', 'no signature', { signer: 'none' }],
    ['RR4', 'a signature that is none', { own: [[240, new Uint8Array(64).fill(1)]] }],
    ['RR4', 'a signature of somebody else', { signer: EVE.secret }],
    ['RR4', 'an amount that was altered', { altered: amountAltered }],
    ['RR4', 'a signature with the tag of an invoice', { altered: signedAs(['invoice', 'signature']) }],
    [
      'RR4',
      'a signature that leaves an unknown field out of the tree',
      { own: [[2_000_000_001, 'hex:cafe']], altered: signedAs(['invoice_request', 'signature'], 2_000_000_001n) },
    ],
    ['RR5', 'a list of paths with nothing in it', { own: [[90, '']] }],
    ['RR5', 'a path without hops', { own: [[90, pathsValue(withoutHops(INVREQ_PATH.path))]] }],
    [
      'RR5',
      'the second path without hops',
      { own: [[90, pathsValue(INVREQ_PATH.path, withoutHops(INVREQ_PATH.path))]] },
    ],
    ['RR7', 'another description than that of the offer', { copied: [[10, 'coffee'], offers.OPEN[1]!] }, against],
    ['RR7', 'a field of the offer is left out', { offer: offers.WITH_METADATA, copied: offers.OPEN }, against],
    ['RR7', 'an unknown field of the offer is left out', { offer: offers.WITH_UNKNOWN, copied: offers.OPEN }, against],
    ['RR7', 'a field that the offer has not', { copied: [...offers.OPEN, [18, 'tea house']] }, against],
    ['RR7', 'an experimental field that the offer has not', { copied: [...offers.OPEN, [1_000_000_001, '']] }, against],
    [
      'RR7',
      'a lower price than that of the offer',
      { offer: offers.PRICED, copied: [[8, 1n], ...offers.OPEN] },
      against,
    ],
    ['RR7', 'an offer that has expired', { offer: offers.EXPIRED }, { needs: ['context.now'] }],
    [
      'RR8',
      'an offer with a path, and it came over none',
      { offer: offers.HIDDEN, context: { arrived_on: 'no_path' } },
      arrival,
    ],
    [
      'RR8',
      'an offer with a path, and it came over the path of something else',
      { offer: offers.HIDDEN, context: { arrived_on: 'other_path' } },
      arrival,
    ],
    [
      'RR8',
      'an offer with path and issuer id, and it came over no path',
      { offer: offers.BOTH, context: { arrived_on: 'no_path' } },
      arrival,
    ],
    ['RR8', 'an offer without a path, and it came over one', { context: { arrived_on: 'other_path' } }, arrival],
    ['RR9', 'no quantity where one is asked for', { offer: offers.COUNTED }],
    ['RR9', 'a quantity of 0', { offer: offers.COUNTED, own: [[86, 0n]] }],
    [
      'RR9',
      'a quantity of 0 where there is no maximum',
      { offer: offers.UNLIMITED, own: [[86, 0n]] },
      { note: 'BOLT 12 asks a writer for more than 0 (RW6) and does not say what a reader does' },
    ],
    ['RR9', 'a quantity above the maximum', { offer: offers.COUNTED, own: [[86, 6n]], without: [82] }],
    ['RR9', 'a quantity where none is asked for', { offer: offers.PRICED, own: [[86, 1n]] }],
    ['RR10', 'a msat less than the price', { offer: offers.PRICED, own: [[82, 99_999n]] }],
    ['RR10', 'nothing at all for a price', { offer: offers.PRICED, own: [[82, 0n]] }],
    ['RR10', 'the price of one for three', { offer: offers.COUNTED, own: [[86, 3n]] }],
    [
      'RR10',
      'a msat less than the price of three',
      {
        offer: offers.COUNTED,
        own: [
          [82, 299_999n],
          [86, 3n],
        ],
      },
    ],
    [
      'RR10',
      'a price that does not fit 64 bits when it is multiplied',
      {
        offer: offers.DEAR,
        own: [
          [82, 2_000_000_000_000_000_000n],
          [86, 10n],
        ],
      },
    ],
    ['RR11', 'no amount where the payer chooses it', { without: [82] }],
    ['RR15', 'a chain that the reader does not have', { offer: offers.ON_TESTNET, own: [[80, TESTNET]] }, read],
    [
      'RR15',
      'bitcoin, which the reader does not have',
      { context: { chains: [TESTNET] } },
      { ...read, note: EMPTY_CHAIN_NOTE },
    ],
    ['RR15', 'a chain that the offer does not list', { own: [[80, TESTNET]], context: { chains: [BITCOIN, TESTNET] } }],
    [
      'RR15',
      'bitcoin, which the offer does not list',
      { offer: offers.ON_TESTNET, context: { chains: [BITCOIN, TESTNET] } },
      { note: EMPTY_CHAIN_NOTE },
    ],
    ['RR16', 'a slash in the name', { own: [[91, bip353('a/b', 'example.com')]] }],
    ['RR16', 'a space in the domain', { own: [[91, bip353('alice', 'example .com')]] }],
    ['RR16', 'the sign of bitcoin in the name', { own: [[91, bip353('₿alice', 'example.com')]] }],
    ['RR16', 'a letter beyond ASCII in the domain', { own: [[91, bip353('alice', 'bücher.example')]] }],
    ['M6', 'a msat more than all bitcoin', { own: [[82, MAX_MSAT + 1n]] }],
    ['T1', 'an amount with a leading zero byte', { own: [[82, 'hex:00ffff']] }],
    ['T1', 'an amount of nine bytes', { own: [[82, 'hex:010000000000000000']] }],
    ['T1', 'a quantity with a leading zero byte', { offer: offers.UNLIMITED, own: [[86, 'hex:0001']], without: [82] }],
    ...(
      [
        ['a payer id with the prefix 04', `04${'22'.repeat(32)}`],
        ['a payer id whose X is on no point of the curve', `02${'00'.repeat(31)}05`],
        ['a payer id whose X is not below the prime', `02${'ff'.repeat(32)}`],
      ] as const
    ).map(([description, hex]) => field('T2', description, 88, `hex:${hex}`)),
    field('T2', 'a payer id of 32 bytes', 88, PAYER.id.subarray(0, 32)),
    field('T2', 'a payer id of 34 bytes', 88, Uint8Array.of(...PAYER.id, 0)),
    field('T2', 'a blinded node id that is no point', 90, withBadLastId()),
    field('T3', 'a note that ends within a character', 89, 'hex:74e69d'),
    field('T3', 'a note with a character in too many bytes', 89, 'hex:c0af'),
    field('T3', 'a note with half a surrogate pair', 89, 'hex:eda080'),
    [
      'T4',
      'offer_chains of 33 bytes',
      {
        offer: offers.ON_TESTNET,
        copied: [[2, Uint8Array.of(...TESTNET, 0)], ...offers.OPEN],
        own: [[80, TESTNET]],
        context: { chains: [TESTNET] },
      },
    ],
    field('T5', 'a byte behind the last path', 90, Uint8Array.of(...pathsValue(INVREQ_PATH.path), 0)),
    field('T5', 'a path that is cut short', 90, pathsValue(INVREQ_PATH.path).subarray(0, -1)),
    field(
      'T5',
      'a path that begins with the byte 04',
      90,
      Uint8Array.of(4, ...pathsValue(INVREQ_PATH.path).subarray(1)),
    ),
    field('T7', 'a byte behind the domain', 91, Uint8Array.of(...bip353('alice', 'example.com'), 0)),
    field('T7', 'a domain longer than the field', 91, bip353('alice', 'example.com').subarray(0, -1)),
    field('T9', 'a signature of 63 bytes', 240, new Uint8Array(63).fill(1)),
    field('T9', 'a signature of 65 bytes', 240, new Uint8Array(65).fill(1)),
    ['M4', 'an unknown even type', { own: [[92, '']] }],
    ['M4', 'an unknown even signature element', { altered: (bytes) => Uint8Array.of(...bytes, 0xf2, 0) }],
    ['M4', 'records out of order', { altered: faults.outOfOrder }],
    ['M4', 'a record twice', { altered: faults.firstTwice }],
    ['M4', 'cut short within a value', { altered: faults.cutShort }],
    ['M4', 'a type without a length at the end', { altered: faults.typeAlone }],
    ['M4', 'a length beyond the end', { altered: faults.lengthBeyond }],
    ['M4', 'a length in more bytes than it needs', { altered: faults.longLength }],
    ['M4', 'a type in more bytes than it needs', { altered: faults.longType }],
    ...faults.stringFaults('lnr').map(([rule, what, text]): RequestLine => [rule, `the string: ${what}`, { text }]),
  ]
}

/** A path whose last blinded node id is on no curve. */
function withBadLastId(): Uint8Array {
  const [first, last] = INVREQ_PATH.path.path
  const bytes = pathsValue({ ...INVREQ_PATH.path, path: [first!] })
  const hop = Uint8Array.of(
    2,
    ...new Uint8Array(31),
    5,
    0,
    last!.encrypted_recipient_data.length,
    ...last!.encrypted_recipient_data,
  )
  const counted = 33 + 33
  return Uint8Array.of(...bytes.subarray(0, counted), 2, ...bytes.subarray(counted + 1), ...hop)
}
