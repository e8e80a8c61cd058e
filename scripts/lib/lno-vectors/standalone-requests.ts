import { toHex } from '../../../src/base/hex.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import {
  BITCOIN,
  BOB,
  BOB_ALICE,
  DAVE,
  EVE,
  INVREQ_PATH,
  messagePath,
  NOW,
  ODD_PAYER,
  pathsValue,
  REGTEST,
  TESTNET,
  withoutHops,
} from './cast.js'
import * as faults from './faults.js'
import { type StandaloneSpec, standaloneBytes } from './make-standalone.js'
import { type About, contextOf, shown, type Written, written } from './vector.js'

/** A path of Dave's over Bob, whom it names by his channel with Alice. */
const BY_CHANNEL = messagePath({
  via: [BOB],
  to: DAVE,
  seed: 0x0b,
  firstNodeId: { short_channel_id: BOB_ALICE.scid, direction: 1 },
}).path

type Line = readonly [rule: string, description: string, spec?: StandaloneSpec, more?: Pick<About, 'needs' | 'note'>]

const SIGNED_NOTE =
  'BOLT 12 contradicts itself: a writer must not sign such a request, a reader must refuse it without a good signature; here one may be missing, and must be good where it is'

function valid(): readonly Line[] {
  return [
    ['RR4', 'the least: what for, how much, who; not signed', {}, { note: SIGNED_NOTE }],
    ['RR4', 'signed', { signer: DAVE.secret }, { note: SIGNED_NOTE }],
    [
      'RR4',
      'signed with a key whose Y is odd',
      { own: [[88, ODD_PAYER.id]], signer: ODD_PAYER.secret },
      { note: SIGNED_NOTE },
    ],
    ['RR14', 'with a path for the invoice', { own: [[90, pathsValue(INVREQ_PATH.path)]] }],
    ['T5', 'with a path that begins at a channel and a direction', { own: [[90, pathsValue(BY_CHANNEL)]] }],
    [
      'RW7',
      'says who sends, and until when',
      {
        own: [
          [14, BigInt(NOW + 3600)],
          [18, 'shop@example.com'],
        ],
      },
    ],
    ['RW7', 'a description of several lines', { own: [[10, 'refund\nof order 17']] }],
    ['RR15', 'on another chain', { own: [[80, REGTEST]], context: { chains: [REGTEST] } }],
    ['RR15', 'on bitcoin, which is said', { own: [[80, BITCOIN]] }],
    [
      'RR9',
      'a quantity, which nobody forbids',
      { own: [[86, 2n]] },
      { note: 'RR9 speaks of requests that answer an offer' },
    ],
    [
      'RR13',
      'offer_amount, which its writer must not set and its reader need not refuse',
      { own: [[8, 50_000n]] },
      { note: 'RW8 forbids it to the writer; the list of the reader does not name it' },
    ],
    [
      'RR13',
      'offer_metadata, which its writer must not set and its reader need not refuse',
      { own: [[4, 'hex:c0ffee']] },
      { note: 'RW8 forbids it to the writer; the list of the reader does not name it' },
    ],
    ['RR3', 'an unknown odd feature bit', { own: [[84, 'hex:02']] }],
    [
      'RR2',
      'unknown odd types',
      {
        own: [
          [33, ''],
          [159, ''],
          [1_000_000_001, ''],
          [2_999_999_999, 'hex:01'],
        ],
      },
    ],
    ['T3', 'a note of the payer', { own: [[89, 'danke ☕']] }],
    ['M6', 'all bitcoin', { own: [[82, MAX_MSAT]] }],
  ]
}

function invalid(): readonly Line[] {
  return [
    ['RR1', 'no metadata', { without: [0] }],
    ['RR1', 'no payer id', { without: [88] }],
    ['RR2', 'a type of the range of invoices', { own: [[161, '']] }],
    ['RR2', 'an experimental type of invoices', { own: [[3_000_000_001, '']] }],
    ['RR3', 'an unknown even feature bit', { own: [[84, 'hex:01']] }],
    ['RR4', 'a signature of somebody else', { signer: EVE.secret }],
    ['RR4', 'a signature that is none', { own: [[240, new Uint8Array(64).fill(1)]] }],
    ['RR5', 'a list of paths with nothing in it', { own: [[90, '']] }],
    ['RR5', 'a path without hops', { own: [[90, pathsValue(withoutHops(INVREQ_PATH.path))]] }],
    ['RR13', 'offer_chains', { own: [[2, BITCOIN]] }],
    ['RR13', 'offer_features', { own: [[12, 'hex:02']] }],
    [
      'RR13',
      'offer_quantity_max',
      {
        own: [
          [20, 5n],
          [86, 1n],
        ],
      },
    ],
    ['RR13', 'no amount', { without: [82] }, { note: 'RR11 demands it as well' }],
    ['RR13', 'an offer_amount in place of the amount', { own: [[8, 50_000n]], without: [82] }],
    ['RR15', 'a chain that the reader does not have', { own: [[80, TESTNET]] }, { needs: ['context.chains'] }],
    [
      'RR15',
      'bitcoin, which the reader does not have',
      { context: { chains: [TESTNET] } },
      { needs: ['context.chains'] },
    ],
    ['RR16', 'a slash in a name', { own: [[91, 'hex:03612f62016f']] }],
    ['M6', 'a msat more than all bitcoin', { own: [[82, MAX_MSAT + 1n]] }],
    ['T2', 'a payer id that is no point', { own: [[88, `hex:02${'00'.repeat(31)}05`]] }],
    ['T3', 'a description that is not UTF-8', { own: [[10, 'hex:ff']] }],
    ['T5', 'a byte behind the last path', { own: [[90, Uint8Array.of(...pathsValue(INVREQ_PATH.path), 0)]] }],
    ['M4', 'an unknown even type', { own: [[92, '']] }],
    ['M4', 'records out of order', { altered: faults.outOfOrder }],
    ['M4', 'cut short within a value', { altered: faults.cutShort }],
  ]
}

/** `standalone-invoice-request-test.json`. */
export function standaloneVectors(): readonly Written[] {
  const of =
    (good: boolean) =>
    ([rule, description, spec = {}, more]: Line) =>
      written(
        { description, valid: good, rule, ...more },
        {
          ...shown('lnr', standaloneBytes(spec)),
          context: contextOf(spec.context ?? {}),
          keys: { payer: toHex(good && spec.signer ? spec.signer : DAVE.secret) },
        },
      )
  return [...valid().map(of(true)), ...invalid().map(of(false))]
}
