import fc from 'fast-check'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeInvoiceRequest, decodeOffer } from '../../src/bolt12/decode.js'
import { encodeString } from '../../src/bolt12/string.js'
import { joinRecords } from '../../src/wire/tlv.js'
import { answerOf, ask, draw, type Outcome, once, outcome, type Suite, unbuilt } from './asking.js'
import { mutated } from './mutations.js'
import { type Made, MESSAGES, NODES, secretOf, UNVERIFIED } from './objects.js'
import type { Kind, Oracle, Order, Question } from './oracle.js'
import { invoiceOrders, offerOrders, refundOrders, requestOrders } from './orders.js'
import { prefixOf, type ShownMessage } from './ours.js'

/** LDK reads text of offers and refunds alone; lightning-kmp text alone. */
const takesText = (oracle: Oracle, kind: Kind) => oracle.name === 'kmp' || kind === 'offer' || kind === 'refund'

function questionOf(oracle: Oracle, { kind, records }: Made): Question {
  const bytes = joinRecords(records)
  return {
    method: 'decode',
    item: takesText(oracle, kind) ? { kind, text: encodeString(prefixOf(kind), bytes) } : { kind, hex: toHex(bytes) },
  }
}

/** Valid messages of ours, read by them. */
export async function read(kind: Kind, suite: Suite): Promise<Outcome> {
  const all = once(kind, suite, () => draw(MESSAGES[kind], suite)).map((made) => ({
    question: questionOf(suite.oracle, made),
    origin: 'made by us',
  }))
  return ask(`${kind}: ours`, suite, all)
}

/** Damaged messages, read by both. */
export async function damaged(kind: Kind, suite: Suite): Promise<Outcome> {
  const asText = takesText(suite.oracle, kind)
  const all = once(`${kind} mutated ${asText}`, suite, () => draw(mutated(MESSAGES[kind], asText), suite))
  return ask(
    `${kind}: mutated`,
    suite,
    all.map(({ question, how }) => ({ question, origin: how })),
  )
}

/** Orders for messages of a kind; what they are about is made by us. */
function orders(kind: Kind, { oracle }: Suite): fc.Arbitrary<Order> | undefined {
  switch (kind) {
    case 'offer':
      return offerOrders(oracle.name)
    case 'refund':
      return oracle.name === 'ldk' ? refundOrders : undefined
    case 'invoice_request':
      return (
        MESSAGES.offer
          .map(({ records }) => decodeOffer(joinRecords(records)))
          // Required features that nobody knows, which builders refuse to answer.
          .filter(({ fields }) => fields.offer_features?.every((byte) => (byte & 0x55) === 0) ?? true)
          .filter(({ fields }) => isNamedChain(fields.offer_chains?.[0]))
          .filter(({ fields }) => oracle.name === 'ldk' || fields.offer_currency === undefined)
          .chain((offer) => requestOrders(oracle.name, offer, encodeString('lno', offer.bytes)))
      )
    case 'invoice': {
      const forRequests = MESSAGES.invoice_request
        .map(({ records }) => decodeInvoiceRequest(joinRecords(records), UNVERIFIED))
        .filter(({ fields }) => fields.invreq_features?.every((byte) => (byte & 0x55) === 0) ?? true)
        .filter(({ fields }) => fields.offer_issuer_id !== undefined && fields.invreq_amount !== undefined)
        .filter(({ fields }) => fields.invreq_paths === undefined)
        .chain((request) =>
          invoiceOrders(
            { request: oracle.name === 'ldk' ? toHex(request.bytes) : encodeString('lnr', request.bytes) },
            secretOf(request.fields.offer_issuer_id!),
          ),
        )
      const forRefunds = MESSAGES.refund
        .filter(({ records }) => records.every(({ type }) => type !== 240n))
        .filter(
          ({ records }) =>
            !records.some(({ type, value }) => type === 84n && value.some((byte) => (byte & 0x55) !== 0)),
        )
        .chain((refund) =>
          invoiceOrders({ refund: encodeString('lnr', joinRecords(refund.records)) }, NODES[0]!.secret),
        )
      return oracle.name === 'ldk' ? fc.oneof({ weight: 3, arbitrary: forRequests }, forRefunds) : forRequests
    }
  }
}

const NAMED = new Set(['6f', '43', 'f6', '06'])
const isNamedChain = (chain: Uint8Array | undefined) => chain === undefined || NAMED.has(toHex(chain.subarray(0, 1)))

/** Messages of theirs, read by us. */
export async function built(kind: Kind, suite: Suite): Promise<Outcome | undefined> {
  const { oracle } = suite
  const of = orders(kind, suite)
  if (of === undefined) return undefined
  const wanted = draw(of, suite)
  const made = await oracle.ask(wanted)
  const origin = `made by ${oracle.title}`
  const notMade = wanted.flatMap((order, i) => unbuilt(oracle, order, made[i]!, origin))
  const shown = made.flatMap((answer) => (answer.ok ? [answer] : []))
  const all = shown.map(({ value }) => {
    const { bytes } = value as ShownMessage
    const item = takesText(oracle, kind)
      ? { kind, text: encodeString(prefixOf(kind), fromHex(bytes)) }
      : { kind, hex: bytes }
    return { question: { method: 'decode', item } as const, origin }
  })
  const found = outcome(
    `${kind}: theirs`,
    oracle,
    all,
    all.map(({ question }) => answerOf(question)),
    shown,
  )
  return { ...found, asked: wanted.length, differences: [...notMade, ...found.differences] }
}
