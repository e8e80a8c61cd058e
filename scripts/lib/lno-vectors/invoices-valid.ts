import { encodeString } from '../../../src/bolt12/string.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import {
  ALICE,
  BITCOIN,
  BOB,
  BOB_ALICE,
  INVREQ_PATH,
  lastId,
  NOW,
  OFFER_PATH,
  PAY_BOB,
  PAY_CAROL,
  PAY_DAVE,
  pathsValue,
  payinfo,
  payinfos,
  SECOND_PATH,
  TESTNET,
} from './cast.js'
import { hidden, type InvoiceLine } from './make-invoice.js'
import { BY_ODD_PAYER } from './make-request.js'
import * as offers from './offers.js'
import type { Records } from './records.js'

/** The value of invoice_fallbacks. */
export function fallbacks(...addresses: readonly (readonly [version: number, length: number])[]): Uint8Array {
  return Uint8Array.from(
    addresses.flatMap(([version, length]) => [version, 0, length, ...new Uint8Array(length).fill(0x11)]),
  )
}

/** Of a request with paths that answers an offer. */
export const PATHS_NOTE =
  'BOLT 12 speaks of invreq_paths for requests that stand alone and does not forbid them elsewhere; LDK does'

/** Three paths with these features in their costs. */
export const threePaths = (...features: readonly (readonly number[])[]): Records => [
  [160, pathsValue(PAY_BOB, PAY_CAROL, PAY_DAVE)],
  [162, payinfos(...features.map((bits) => payinfo(bits)))],
]

/** Invoices that are paid. */
export function validInvoices(): readonly InvoiceLine[] {
  return [
    ['IR1', 'the least invoice', { request: { offer: offers.BARE }, expect: { usable_paths: [0], parts: 'single' } }],
    ['IR7', 'for an offer whose amount the payer chooses'],
    [
      'IR13',
      'the price of the offer, which the request left out',
      { request: { offer: offers.PRICED, without: [82] } },
    ],
    [
      'IR13',
      'less than what the user agreed to',
      { request: { offer: offers.PRICED, without: [82] }, context: { authorised_msat: 200_000n } },
    ],
    [
      'IR13',
      'the price of three items',
      {
        request: { offer: offers.COUNTED, own: [[86, 3n]], without: [82] },
        own: [[170, 300_000n]],
        context: { authorised_msat: 300_000n },
      },
    ],
    [
      'IR13',
      'a price that was converted',
      {
        request: { offer: offers.EURO, without: [82] },
        own: [[170, 2_612_345n]],
        context: { authorised_msat: 2_700_000n },
      },
    ],
    [
      'M6',
      'as much as all bitcoin',
      {
        request: { own: [[82, MAX_MSAT]] },
        own: [[170, MAX_MSAT]],
        context: { authorised_msat: MAX_MSAT },
      },
    ],
    ['IR8', 'of an offer without issuer id: the end of its path signs', hidden(OFFER_PATH)],
    [
      'IR8',
      'of an offer with two paths: the end of the second, which was used',
      hidden(SECOND_PATH, offers.HIDDEN_TWICE),
    ],
    ['IR8', 'of an offer whose path begins at a channel', hidden(OFFER_PATH, offers.BY_CHANNEL)],
    [
      'IR8',
      'of an offer with path and issuer id: the issuer signs',
      { request: { offer: offers.BOTH }, context: { sent_to: lastId(OFFER_PATH) } },
    ],
    [
      'A2.6',
      'an issuer whose id has an odd Y',
      { request: { offer: offers.BOBS }, own: [[176, BOB.id]], signer: BOB.secret },
    ],
    ['A2.6', 'a payer whose id has an odd Y', { request: BY_ODD_PAYER }],
    [
      'IR7',
      'every field of the payer is repeated',
      {
        request: {
          own: [
            [84, 'hex:02'],
            [89, 'bitte 🍵'],
            [90, pathsValue(INVREQ_PATH.path)],
            [91, 'hex:05616c6963650b6578616d706c652e636f6d'],
          ],
        },
        context: { arrived_on: 'invreq_path' },
      },
      { note: PATHS_NOTE },
    ],
    [
      'IR7',
      'unknown fields of offer and request are repeated',
      {
        request: {
          offer: offers.WITH_UNKNOWN,
          own: [
            [159, 'hex:05'],
            [2_000_000_001, 'hex:06'],
            [2_999_999_999, ''],
          ],
        },
      },
    ],
    [
      'T8',
      'unknown odd types of its own, experimental ones too',
      {
        own: [
          [161, ''],
          [239, 'hex:01'],
          [3_000_000_001, ''],
          [3_999_999_999, 'hex:02'],
        ],
      },
    ],
    ['IR9', 'for a request that stands alone', { standalone: {}, own: [[170, 50_000n]] }],
    [
      'IR9',
      'for a request that stands alone, by whom it was expected from',
      { standalone: {}, own: [[170, 50_000n]], context: { sent_to: ALICE.id } },
    ],
    [
      'IR15',
      'for a request that stands alone, over its path',
      {
        standalone: { own: [[90, pathsValue(INVREQ_PATH.path)]] },
        own: [[170, 50_000n]],
        context: { arrived_on: 'invreq_path' },
      },
    ],
    ['IR4', 'in its last second, two hours after it was made', { own: [[164, BigInt(NOW - 7200)]] }],
    ['IR4', 'in the last second of the life that it states', { own: [[166, 100n]] }],
    [
      'IR4',
      'made at this second, and good for no other',
      {
        own: [
          [164, BigInt(NOW)],
          [166, 0n],
        ],
      },
    ],
    [
      'IR4',
      'a life beyond two hours',
      {
        own: [
          [164, BigInt(NOW - 86_400)],
          [166, 86_400n],
        ],
      },
    ],
    ['IR4', 'made in the future', { own: [[164, BigInt(NOW + 60)]] }],
    [
      'IR4',
      'a time of making at the end of 64 bits, whose expiry must not wrap around',
      {
        own: [
          [164, (1n << 64n) - 1n],
          [166, 0xffff_ffffn],
        ],
      },
    ],
    ['IR2', 'bitcoin, which is said', { request: { own: [[80, BITCOIN]] } }],
    [
      'IR2',
      'another chain',
      { request: { offer: offers.ON_TESTNET, own: [[80, TESTNET]] }, context: { chains: [TESTNET] } },
    ],
    ['IR3', 'an unknown odd feature bit', { own: [[174, 'hex:02']], expect: { parts: 'single' } }],
    ['IR3', 'features of no bytes', { own: [[174, '']], expect: { parts: 'single' } }],
    ['IR12', 'must be paid in several parts', { own: [[174, 'hex:010000']], expect: { parts: 'required' } }],
    ['IR12', 'may be paid in several parts', { own: [[174, 'hex:020000']], expect: { parts: 'allowed' } }],
    ['IR11', 'three paths, the best first', { own: threePaths([], [], []), expect: { usable_paths: [0, 1, 2] } }],
    [
      'IR6',
      'the first path demands an unknown feature, the others do not',
      { own: threePaths([1], [], []), expect: { usable_paths: [1, 2] } },
    ],
    [
      'IR6',
      'the second path demands an unknown feature',
      { own: threePaths([], [0x40, 0], []), expect: { usable_paths: [0, 2] } },
    ],
    [
      'IR6',
      'a path may use an unknown odd feature',
      { own: threePaths([2], [1], [0x80, 0]), expect: { usable_paths: [0, 2] } },
    ],
    [
      'T5',
      'a path that begins at a channel and a direction',
      {
        own: [[160, pathsValue({ ...PAY_BOB, first_node_id: { short_channel_id: BOB_ALICE.scid, direction: 1 } })]],
      },
    ],
    [
      'T6',
      'the largest costs that can be written',
      {
        own: [
          [
            162,
            payinfos(
              payinfo([], {
                fee_base_msat: 0xffff_ffff,
                fee_proportional_millionths: 0xffff_ffff,
                cltv_expiry_delta: 0xffff,
                htlc_minimum_msat: 0n,
                htlc_maximum_msat: (1n << 64n) - 1n,
              }),
            ),
          ],
        ],
      },
    ],
    [
      'IR14',
      'an address of each kind',
      {
        own: [[172, fallbacks([0, 20], [0, 32], [1, 32])]],
        expect: { usable_fallbacks: [0, 1, 2] },
      },
    ],
    [
      'IR14',
      'addresses that are none are ignored',
      {
        own: [[172, fallbacks([17, 32], [0, 20], [0, 21], [2, 1], [2, 2], [2, 41], [16, 40], [1, 33])]],
        expect: { usable_fallbacks: [1, 4, 6] },
      },
    ],
    ['IR14', 'a list of addresses with nothing in it', { own: [[172, '']], expect: { usable_fallbacks: [] } }],
    ['A1.4', 'in upper case', { text: (bytes) => encodeString('lni', bytes, { uppercase: true }) }],
    ['A1.5', 'broken into lines', { text: (bytes) => encodeString('lni', bytes, { lineLength: 80 }) }],
  ]
}
