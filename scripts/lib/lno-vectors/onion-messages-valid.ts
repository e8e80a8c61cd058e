import { exactPacketSize } from '../../../src/onion/sphinx.js'
import { encodeRecord } from '../../../src/wire/tlv.js'
import {
  ALICE,
  BOB,
  BOB_ALICE,
  CAROL,
  DAVE,
  INVREQ_PATH,
  INVREQ_PATH_ID,
  messagePath,
  OFFER_PATH,
  OFFER_PATH_ID,
  SCID_PATH,
  SECOND_PATH,
  SECOND_PATH_ID,
} from './cast.js'
import { invoiceBytes } from './make-invoice.js'
import { requestBytes } from './make-request.js'
import * as offers from './offers.js'
import { craftFully } from './onion-craft.js'
import {
  direct,
  FOR_OFFER,
  FOR_OPEN_OFFER,
  FOR_REPLY,
  INVOICE,
  INVOICE_ERROR,
  intoPath,
  last,
  type MessageLine,
  OPEN_REQUEST,
  over,
  REPLY_PATH,
  REPLY_PATH_BY_CHANNEL,
  REQUEST,
  relay,
} from './onion-parts.js'

const LONG_REQUEST = requestBytes({ own: [[89, 'x'.repeat(2000)]] })
const asked = { invoice_request: OPEN_REQUEST, reply_path: REPLY_PATH }

/** Messages that arrive. */
export function validMessages(): readonly MessageLine[] {
  const forOpen = { purpose: FOR_OPEN_OFFER }
  const dummies = messagePath({ via: [BOB], to: ALICE, pathId: OFFER_PATH_ID, seed: 0x0d, dummyHops: 3 }).path
  const ownDummies = messagePath({ to: ALICE, pathId: OFFER_PATH_ID, seed: 0x0e, dummyHops: 4 }).path
  const byChannelWithin = messagePath({
    via: [CAROL, BOB],
    to: ALICE,
    pathId: OFFER_PATH_ID,
    seed: 0x0f,
    channels: [undefined, BOB_ALICE.scid],
  }).path
  const sized = (size: number) => direct([BOB, ALICE], asked, [], size)
  const exact = exactPacketSize(sized(2000).onion.map(({ payload }) => payload.length))
  const allowed = (allowed_features: Uint8Array) =>
    craftFully([
      relay(BOB, ALICE, { allowed_features }),
      { node_id: ALICE.id, data: { allowed_features }, payload: last(asked) },
    ])
  const unknownOdd = (hex: readonly number[]) => encodeRecord(561n, Uint8Array.from(hex))
  return [
    [
      'O3',
      'to a neighbour, no relay between',
      { at: ALICE, message: direct([ALICE], asked), does: ['deliver'], ...forOpen },
    ],
    [
      'O13',
      'over one relay',
      { at: BOB, message: direct([BOB, ALICE], asked), does: ['forward', 'deliver'], ...forOpen },
    ],
    [
      'O13',
      'over two relays',
      { at: CAROL, message: direct([CAROL, BOB, ALICE], asked), does: ['forward', 'forward', 'deliver'], ...forOpen },
    ],
    [
      'B6',
      'over the path of the offer, whose introduction node is a neighbour',
      {
        at: BOB,
        message: over(OFFER_PATH.path, { invoice_request: REQUEST, reply_path: REPLY_PATH }),
        path: OFFER_PATH.path,
        does: ['forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'B2',
      'over a relay of the sender into the path of the offer',
      {
        at: CAROL,
        message: over(OFFER_PATH.path, { invoice_request: REQUEST, reply_path: REPLY_PATH }, [
          intoPath(CAROL, BOB, OFFER_PATH.path),
        ]),
        path: OFFER_PATH.path,
        does: ['forward', 'forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'B2',
      'over two relays of the sender into the path of the offer',
      {
        at: DAVE,
        message: over(OFFER_PATH.path, { invoice_request: REQUEST, reply_path: REPLY_PATH }, [
          relay(DAVE, CAROL),
          intoPath(CAROL, BOB, OFFER_PATH.path),
        ]),
        path: OFFER_PATH.path,
        does: ['forward', 'forward', 'forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'B1',
      'over a path of three hops',
      {
        at: CAROL,
        message: over(SECOND_PATH.path, {
          invoice_request: requestBytes({ offer: offers.HIDDEN_TWICE }),
          reply_path: REPLY_PATH,
        }),
        path: SECOND_PATH.path,
        does: ['forward', 'forward', 'deliver'],
        purpose: { pathId: SECOND_PATH_ID, contents: [64] },
      },
    ],
    [
      'T5',
      'over a path that begins at a channel and a direction',
      {
        at: BOB,
        message: over(SCID_PATH, {
          invoice_request: requestBytes({ offer: offers.BY_CHANNEL }),
          reply_path: REPLY_PATH,
        }),
        path: SCID_PATH,
        channels: true,
        does: ['forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'B2',
      'over a relay into a path that begins at a channel and a direction',
      {
        at: CAROL,
        message: over(
          SCID_PATH,
          { invoice_request: requestBytes({ offer: offers.BY_CHANNEL }), reply_path: REPLY_PATH },
          [intoPath(CAROL, BOB, SCID_PATH)],
        ),
        path: SCID_PATH,
        channels: true,
        does: ['forward', 'forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'O2',
      'a relay is told the channel to go on over',
      {
        at: CAROL,
        message: over(byChannelWithin, { invoice_request: REQUEST, reply_path: REPLY_PATH }),
        path: byChannelWithin,
        channels: true,
        does: ['forward', 'forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'B3',
      'three dummy hops behind the recipient',
      {
        at: BOB,
        message: over(dummies, { invoice_request: REQUEST, reply_path: REPLY_PATH }),
        path: dummies,
        does: ['forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'B3',
      'four dummy hops of a recipient that is its own introduction node',
      {
        at: ALICE,
        message: over(ownDummies, { invoice_request: REQUEST, reply_path: REPLY_PATH }),
        path: ownDummies,
        does: ['deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'B3',
      'padding, which is ignored',
      {
        at: BOB,
        message: craftFully([
          relay(BOB, ALICE, { padding: new Uint8Array(40) }),
          { node_id: ALICE.id, data: { padding: new Uint8Array(73).fill(1) }, payload: last(asked) },
        ]),
        does: ['forward', 'deliver'],
        ...forOpen,
      },
    ],
    [
      'B8',
      'a relay hands on the key that it is told',
      {
        at: BOB,
        message: over(ownDummies, { invoice_request: REQUEST, reply_path: REPLY_PATH }, [
          intoPath(BOB, ALICE, ownDummies),
        ]),
        path: ownDummies,
        does: ['forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'O11',
      'allowed_features of no bytes',
      { at: BOB, message: allowed(new Uint8Array(0)), does: ['forward', 'deliver'], ...forOpen },
    ],
    [
      'O11',
      'allowed_features without a bit',
      { at: BOB, message: allowed(new Uint8Array(3)), does: ['forward', 'deliver'], ...forOpen },
    ],
    [
      'B7',
      'an unknown odd type in the data of a relay and of the last hop',
      {
        at: BOB,
        message: craftFully([
          { node_id: BOB.id, data: withRecord(4n, ALICE.id) },
          { node_id: ALICE.id, data: unknownOdd([0x12, 0x34, 0x56]).bytes, payload: last(asked) },
        ]),
        does: ['forward', 'deliver'],
        ...forOpen,
      },
    ],
    [
      'O10',
      'unknown odd types in the payload of the last hop',
      {
        at: ALICE,
        message: direct([ALICE], asked, [encodeRecord(1n, Uint8Array.of(0xab)), encodeRecord(63n, new Uint8Array(0))]),
        does: ['deliver'],
        ...forOpen,
      },
      { note: 'Eclair refuses them' },
    ],
    [
      'O16',
      'one payload of an unknown odd type',
      {
        at: ALICE,
        message: direct([ALICE], {}, [encodeRecord(65n, Uint8Array.of(1, 2, 3))]),
        does: ['deliver'],
      },
    ],
    ['O16', 'no payload at all', { at: BOB, message: direct([BOB, ALICE], {}), does: ['forward', 'deliver'] }],
    [
      'O7',
      'no reply path: no answer is wanted',
      { at: BOB, message: direct([BOB, ALICE], { invoice_error: INVOICE_ERROR }), does: ['forward', 'deliver'] },
    ],
    [
      'O15',
      'an invoice over the reply path',
      {
        at: BOB,
        message: over(REPLY_PATH, { invoice: INVOICE }),
        path: REPLY_PATH,
        does: ['forward', 'deliver'],
        purpose: FOR_REPLY,
      },
    ],
    [
      'O15',
      'an invoice_error over the reply path',
      {
        at: BOB,
        message: over(REPLY_PATH, { invoice_error: INVOICE_ERROR }),
        path: REPLY_PATH,
        does: ['forward', 'deliver'],
        purpose: FOR_REPLY,
      },
    ],
    [
      'O17',
      'an invoice over a relay of the issuer into the reply path',
      {
        at: CAROL,
        message: over(REPLY_PATH, { invoice: INVOICE }, [intoPath(CAROL, BOB, REPLY_PATH)]),
        path: REPLY_PATH,
        does: ['forward', 'forward', 'deliver'],
        purpose: FOR_REPLY,
      },
    ],
    [
      'O17',
      'a request whose reply path begins at a channel and a direction',
      {
        at: BOB,
        message: over(OFFER_PATH.path, { invoice_request: REQUEST, reply_path: REPLY_PATH_BY_CHANNEL }),
        path: OFFER_PATH.path,
        does: ['forward', 'deliver'],
        purpose: FOR_OFFER,
      },
    ],
    [
      'O17',
      'an invoice over that reply path',
      {
        at: BOB,
        message: over(REPLY_PATH_BY_CHANNEL, { invoice: INVOICE }),
        path: REPLY_PATH_BY_CHANNEL,
        channels: true,
        does: ['forward', 'deliver'],
        purpose: FOR_REPLY,
      },
    ],
    [
      'RR14',
      'an invoice for a request that stands alone, over its path',
      {
        at: CAROL,
        message: over(INVREQ_PATH.path, { invoice: invoiceBytes({ standalone: {}, own: [[170, 50_000n]] }) }),
        path: INVREQ_PATH.path,
        does: ['forward', 'deliver'],
        purpose: { pathId: INVREQ_PATH_ID, contents: [66] },
      },
    ],
    [
      'O4',
      'the larger standard size, because the request is long',
      {
        at: BOB,
        message: direct([BOB, ALICE], { ...asked, invoice_request: LONG_REQUEST }, [], 32834),
        does: ['forward', 'deliver'],
        ...forOpen,
      },
    ],
    [
      'O4',
      'the larger standard size, though the smaller one would do',
      {
        at: ALICE,
        message: direct([ALICE], asked, [], 32834),
        does: ['deliver'],
        ...forOpen,
      },
    ],
    [
      'O4',
      'a packet just as large as it needs to be',
      { at: BOB, message: sized(exact), does: ['forward', 'deliver'], ...forOpen },
      SIZE_NOTE,
    ],
    [
      'O4',
      'a packet a byte larger than the smaller standard size',
      { at: BOB, message: sized(1367), does: ['forward', 'deliver'], ...forOpen },
      SIZE_NOTE,
    ],
    [
      'O4',
      'a packet of 4000 bytes',
      { at: BOB, message: sized(4000), does: ['forward', 'deliver'], ...forOpen },
      SIZE_NOTE,
    ],
    [
      'O10',
      'bytes behind the packet, which are ignored',
      {
        at: ALICE,
        message: Uint8Array.of(...direct([ALICE], asked).message, 0x0f, 0x01, 0x01),
        does: ['deliver'],
        ...forOpen,
      },
      { note: 'BOLT 1: room for extensions' },
    ],
  ]
}

const SIZE_NOTE = { note: 'a writer should keep to 1366 and 32834; a reader is not told to refuse other sizes' }

/** Data with an unknown odd record behind it. */
function withRecord(type: bigint, value: Uint8Array): Uint8Array {
  return Uint8Array.of(...encodeRecord(type, value).bytes, ...encodeRecord(561n, Uint8Array.of(0x12, 0x34)).bytes)
}
