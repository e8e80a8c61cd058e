import { DETERMINISTIC_AUX, signRecords } from '../../../src/bolt12/signature.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import { readRecords } from '../../../src/wire/tlv.js'
import {
  ALICE,
  BOB,
  EVE,
  INVREQ_PATH,
  lastId,
  NOW,
  OFFER_PATH,
  PAY_BOB,
  PAY_CAROL,
  pathsValue,
  payinfo,
  payinfos,
  SECOND_PATH,
  TESTNET,
  withoutHops,
} from './cast.js'
import * as faults from './faults.js'
import { fallbacks, PATHS_NOTE, threePaths } from './invoices-valid.js'
import { hidden, type InvoiceLine, type InvoiceSpec } from './make-invoice.js'
import * as offers from './offers.js'
import { sorted } from './records.js'

/** Signed as an invoice_request would be. */
const asRequest = (bytes: Uint8Array): Uint8Array => {
  const { records } = readRecords(bytes)
  const rest = records.filter(({ type }) => type !== 240n).map(({ type, value }) => [Number(type), value] as const)
  const signature = signRecords(['invoice_request', 'signature'], records, ALICE.secret, DETERMINISTIC_AUX)
  return sorted([...rest, [240, signature]])
}

/** One bit of a field's last byte is another one than was signed. */
const flipped =
  (type: bigint) =>
  (bytes: Uint8Array): Uint8Array => {
    const record = readRecords(bytes).records.find((each) => each.type === type)!
    const last = record.offset + record.bytes.length - 1
    return bytes.map((byte, at) => (at === last ? byte ^ 1 : byte))
  }

/** The other point with that X. */
function otherY(id: Uint8Array): Uint8Array {
  return id.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
}

const own = (rule: string, description: string, type: number, value: string | bigint | Uint8Array): InvoiceLine => [
  rule,
  description,
  { own: [[type, value]] },
]

/** The forms of an invoice that no reader takes. */
function malformed(): readonly InvoiceLine[] {
  const costs = payinfos(payinfo())
  return [
    own('T8', 'a type behind the signatures', 1001, ''),
    [
      'T8',
      'a type behind the experimental ones',
      { own: [[4_000_000_001, '']] },
      { note: 'only the text on payer proofs says where the types of an invoice end; LDK takes this one' },
    ],
    own('T1', 'an amount with a leading zero byte', 170, 'hex:000186a0'),
    own('T1', 'a time of making of nine bytes', 164, 'hex:010000000000000000'),
    own('T1', 'a life of five bytes', 166, 'hex:0100000000'),
    own('T2', 'a node id whose X is on no point of the curve', 176, `hex:02${'00'.repeat(31)}05`),
    own('T2', 'a node id with the prefix 05', 176, `hex:05${'22'.repeat(32)}`),
    own('T2', 'a node id of 32 bytes', 176, ALICE.id.subarray(0, 32)),
    own(
      'T2',
      'a path_key that is no point',
      160,
      pathsValue(PAY_BOB).map((byte, at) => (at === 33 ? 5 : byte)),
    ),
    own('T5', 'a byte behind the last path', 160, Uint8Array.of(...pathsValue(PAY_BOB), 0)),
    own('T5', 'a path that is cut short', 160, pathsValue(PAY_BOB).subarray(0, -1)),
    own(
      'T5',
      'a path that begins with the byte 04',
      160,
      pathsValue(PAY_BOB).map((byte, at) => (at === 0 ? 4 : byte)),
    ),
    own('T6', 'costs that are cut short', 162, costs.subarray(0, -1)),
    own('T6', 'a byte behind the costs', 162, Uint8Array.of(...costs, 0)),
    own('T6', 'features longer than the field', 162, Uint8Array.of(...costs.subarray(0, -2), 0, 1)),
    own('T7', 'an address that is cut short', 172, fallbacks([0, 20]).subarray(0, -1)),
    own('T7', 'a version without an address', 172, 'hex:00'),
    own('T9', 'a signature of 63 bytes', 240, new Uint8Array(63).fill(1)),
    own('T9', 'a signature of 65 bytes', 240, new Uint8Array(65).fill(1)),
    own('M6', 'a msat more than all bitcoin', 170, MAX_MSAT + 1n),
    own('M4', 'an unknown even type', 178, ''),
    own('M4', 'an unknown even experimental type', 3_000_000_000, ''),
    ['M4', 'records out of order', { altered: faults.outOfOrder }],
    ['M4', 'a record twice', { altered: faults.firstTwice }],
    ['M4', 'cut short within a value', { altered: faults.cutShort }],
    ['M4', 'a type without a length at the end', { altered: faults.typeAlone }],
    ['M4', 'a length beyond the end', { altered: faults.lengthBeyond }],
    ['M4', 'a length in more bytes than it needs', { altered: faults.longLength }],
    ['M4', 'a type in more bytes than it needs', { altered: faults.longType }],
    ...faults.stringFaults('lni').map(([rule, what, text]): InvoiceLine => [rule, `the string: ${what}`, { text }]),
  ]
}

/** Invoices that are complete, and yet not paid by anybody. */
function unpayable(): readonly InvoiceLine[] {
  const bare = withoutHops(PAY_BOB)
  const now = { needs: ['context.now'] }
  return [
    ['IR1', 'no amount', { without: [170] }],
    ['IR1', 'no time of making', { without: [164] }],
    ['IR1', 'no payment hash', { without: [168] }],
    ['IR1', 'no node id', { without: [176] }],
    [
      'IR1',
      'an amount of 0',
      { request: { without: [82], offer: offers.PRICED }, own: [[170, 0n]] },
      { note: 'BOLT 12 does not say so, but no payment carries 0 msat' },
    ],
    [
      'IR2',
      'a chain that the payer does not have',
      { request: { offer: offers.ON_TESTNET, own: [[80, TESTNET]] } },
      { needs: ['context.chains'] },
    ],
    [
      'IR2',
      'bitcoin, which the payer does not have',
      { context: { chains: [TESTNET] } },
      { needs: ['context.chains'] },
    ],
    ['IR3', 'an unknown even feature bit', { own: [[174, 'hex:01']] }],
    ['IR3', 'an unknown even feature bit beside a known one', { own: [[174, 'hex:050000']] }],
    ['IR4', 'a second after two hours', { own: [[164, BigInt(NOW - 7201)]] }, now],
    ['IR4', 'a second after the life that it states', { own: [[166, 99n]] }, now],
    ['IR4', 'a life of 0 seconds', { own: [[166, 0n]] }, now],
    ['IR5', 'no paths', { without: [160] }],
    [
      'IR5',
      'a list of paths with nothing in it',
      {
        own: [
          [160, ''],
          [162, ''],
        ],
      },
    ],
    ['IR5', 'a path without hops', { own: [[160, pathsValue(bare)]] }],
    [
      'IR5',
      'the second path without hops',
      {
        own: [
          [160, pathsValue(PAY_CAROL, bare)],
          [162, payinfos(payinfo(), payinfo())],
        ],
      },
    ],
    ['IR5', 'no costs of the paths', { without: [162] }],
    ['IR5', 'costs of one path for two', { own: [[160, pathsValue(PAY_BOB, PAY_CAROL)]] }],
    ['IR5', 'costs of two paths for one', { own: [[162, payinfos(payinfo(), payinfo())]] }],
    ['IR6', 'the only path demands an unknown feature', { own: [[162, payinfos(payinfo([1]))]] }],
    ['IR6', 'all three paths demand unknown features', { own: threePaths([1], [4], [1, 0]) }],
    ['IR10', 'no signature', { signer: 'none' }],
    ['IR10', 'a signature that is none', { own: [[240, new Uint8Array(64).fill(1)]] }],
    ['IR10', 'a signature of somebody else under the name of the issuer', { signer: EVE.secret }],
    ['IR10', 'a payment hash that was altered', { altered: flipped(168n) }],
    ['IR10', 'a path that was altered', { altered: flipped(160n) }],
    ['IR10', 'a signature that was altered', { altered: flipped(240n) }],
    [
      'IR10',
      'an unknown field that was altered',
      { own: [[3_000_000_001, 'hex:01']], altered: flipped(3_000_000_001n) },
    ],
    ['IR10', 'a signature with the tag of an invoice_request', { altered: asRequest }],
  ]
}

/** Invoices that somebody may pay, but not who asked for something else, or got it another way. */
function unfitting(): readonly InvoiceLine[] {
  const asked = { needs: ['invoice_request'] }
  const sent = { needs: ['context.sent_to'] }
  const arrival = { needs: ['context.arrived_on'] }
  const authority = { needs: ['context.authorised_msat'] }
  const unpriced: InvoiceSpec = { request: { offer: offers.PRICED, without: [82] } }
  const alone = (arrived_on: 'no_path' | 'reply_path' | 'other_path' | 'invreq_path', path: boolean): InvoiceSpec => ({
    standalone: path ? { own: [[90, pathsValue(INVREQ_PATH.path)]] } : {},
    own: [[170, 50_000n]],
    context: { arrived_on },
  })
  return [
    ['IR7', 'another metadata', { mirrored: [[0, `hex:${'aa'.repeat(16)}`]] }, asked],
    ['IR7', 'another payer id', { mirrored: [[88, EVE.id]] }, asked],
    ['IR7', 'another description', { mirrored: [[10, 'coffee']] }, asked],
    [
      'IR7',
      'invreq_amount left out, though the amount is right',
      { request: { offer: offers.PRICED }, unmirrored: [82] },
      asked,
    ],
    ['IR7', 'a note left out', { request: { own: [[89, 'x']] }, unmirrored: [89] }, asked],
    ['IR7', 'a note that nobody wrote', { mirrored: [[89, 'x']] }, asked],
    [
      'IR7',
      'an unknown field of the offer left out',
      { request: { offer: offers.WITH_UNKNOWN }, unmirrored: [79] },
      asked,
    ],
    ['IR7', 'an unknown field added at the end of the range', { mirrored: [[159, '']] }, asked],
    ['IR7', 'an experimental field added', { mirrored: [[1_000_000_001, '']] }, asked],
    [
      'IR7',
      'an experimental field left out',
      { request: { own: [[2_999_999_999, 'hex:01']] }, unmirrored: [2_999_999_999] },
      asked,
    ],
    [
      'IR7',
      'an experimental field altered',
      { request: { own: [[2_999_999_999, 'hex:01']] }, mirrored: [[2_999_999_999, 'hex:02']] },
      asked,
    ],
    ['IR8', 'signed by another than the issuer', { own: [[176, EVE.id]], signer: EVE.secret }],
    ['IR8', 'the issuer id with the other Y', { own: [[176, otherY(ALICE.id)]] }],
    [
      'IR8',
      'the node at the end of the path signs with its own id',
      { ...hidden(OFFER_PATH), own: [[176, ALICE.id]], signer: ALICE.secret },
    ],
    [
      'IR8',
      'the end of another path signs than was used',
      { ...hidden(SECOND_PATH, offers.HIDDEN_TWICE), context: { sent_to: lastId(OFFER_PATH) } },
      sent,
    ],
    ['IR8', 'a relay on the path signs', { ...hidden(OFFER_PATH), own: [[176, BOB.id]], signer: BOB.secret }],
    ['IR8', 'the end of the path signs, where the offer has an issuer id', { ...hidden(OFFER_PATH, offers.BOTH) }],
    [
      'IR9',
      'for a request that stands alone, by another than was expected',
      { standalone: {}, own: [[170, 50_000n]], context: { sent_to: EVE.id } },
      { ...sent, note: 'BOLT 12 lets a reader refuse it' },
    ],
    ['IR13', 'a msat less than was asked for', { own: [[170, 99_999n]] }],
    [
      'IR13',
      'a msat more than was asked for, though the user agreed to more',
      { own: [[170, 100_001n]], context: { authorised_msat: 200_000n } },
    ],
    [
      'IR13',
      'a converted price, a msat more than the user agreed to',
      { request: { offer: offers.EURO, without: [82] }, own: [[170, 100_001n]] },
      authority,
    ],
    [
      'IR13',
      'the price, and the user agreed to less',
      { ...unpriced, context: { authorised_msat: 99_999n } },
      authority,
    ],
    ['IR15', 'over another path than the reply path', { context: { arrived_on: 'other_path' } }, arrival],
    ['IR15', 'over no path', { context: { arrived_on: 'no_path' } }, arrival],
    [
      'IR15',
      'over the reply path, though the request has paths of its own',
      { request: { own: [[90, pathsValue(INVREQ_PATH.path)]] } },
      { ...arrival, note: PATHS_NOTE },
    ],
    ['IR15', 'for a request that stands alone without a path, over one', alone('other_path', false), arrival],
    ['IR15', 'for a request that stands alone with a path, over none', alone('no_path', true), arrival],
    ['IR15', 'for a request that stands alone with a path, over another', alone('other_path', true), arrival],
  ]
}

/** Invoices that are not paid. */
export function invalidInvoices(): readonly InvoiceLine[] {
  return [...unpayable(), ...unfitting(), ...malformed()]
}
