import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { fromHex, toHex } from '../../src/base/hex.js'
import { type BlindedPath, blindedPath } from '../../src/blinding/blinded-path.js'
import { decodeInvoiceRequest, decodeOffer } from '../../src/bolt12/decode.js'
import { encodeString } from '../../src/bolt12/string.js'
import { buildOnionMessage } from '../../src/onion/engine-build.js'
import { modern } from '../../src/onion/generations/modern.js'
import { encode } from '../../src/wire/codec.js'
import { joinRecords } from '../../src/wire/tlv.js'
import { arbitraryOf } from '../../test/support/arbitrary.js'
import { compare, type Difference } from './compare.js'
import { mutated } from './mutations.js'
import { type Made, MESSAGES, NODES, secretOf, UNVERIFIED } from './objects.js'
import type { Answer, Kind, Oracle, Order, Question } from './oracle.js'
import { invoiceOrders, offerOrders, refundOrders, requestOrders } from './orders.js'
import { ourAnswer, prefixOf, type ShownMessage } from './ours.js'
import { knownPath, secret, someNodes } from './routes.js'

/** What one suite is given. The same seed makes the same objects. */
export interface Suite {
  readonly oracle: Oracle
  readonly seed: number
  /** Objects to make. */
  readonly count: number
}

/** What came of it. */
export interface Outcome {
  readonly name: string
  /** Questions that both sides answered. */
  readonly asked: number
  /** How many both sides accepted. */
  readonly accepted: number
  readonly differences: readonly Difference[]
}

interface Asked {
  readonly question: Question
  readonly origin: string
}

const draw = <T>(of: fc.Arbitrary<T>, { seed, count }: Suite): readonly T[] => fc.sample(of, { seed, numRuns: count })

/** What is asked of both oracles is made once. */
const kept = new Map<string, readonly unknown[]>()

function once<T>(name: string, { seed, count }: Suite, make: () => readonly T[]): readonly T[] {
  const key = `${name} ${seed} ${count}`
  if (!kept.has(key)) kept.set(key, make())
  return kept.get(key) as readonly T[]
}

/** Our answers: both oracles are asked much the same, and an answer may cost a dozen multiplications. */
const answers = new Map<string, Answer>()

function answerOf(question: Question): Answer {
  const key = createHash('sha256').update(JSON.stringify(question)).digest('base64')
  const answer = answers.get(key) ?? ourAnswer(question)
  answers.set(key, answer)
  return answer
}

/** Asks both sides the same and compares. */
async function ask(name: string, { oracle }: Suite, all: readonly Asked[]): Promise<Outcome> {
  // Theirs are on their way while ours are worked out.
  const pending = oracle.ask(all.map(({ question }) => question))
  const ours = all.map(({ question }) => answerOf(question))
  const theirs = await pending
  return outcome(name, oracle, all, ours, theirs)
}

function outcome(
  name: string,
  oracle: Oracle,
  all: readonly Asked[],
  ours: readonly Answer[],
  theirs: readonly Answer[],
): Outcome {
  return {
    name,
    asked: all.length,
    accepted: all.filter((_, i) => ours[i]!.ok && theirs[i]?.ok).length,
    differences: all.flatMap(({ question, origin }, i) =>
      compare(oracle.name, question, ours[i]!, theirs[i] ?? { ok: false, reason: 'no answer' }, origin),
    ),
  }
}

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
async function read(kind: Kind, suite: Suite): Promise<Outcome> {
  const all = once(kind, suite, () => draw(MESSAGES[kind], suite)).map((made) => ({
    question: questionOf(suite.oracle, made),
    origin: 'made by us',
  }))
  return ask(`${kind}: ours`, suite, all)
}

/** Damaged messages, read by both. */
async function damaged(kind: Kind, suite: Suite): Promise<Outcome> {
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
async function built(kind: Kind, suite: Suite): Promise<Outcome | undefined> {
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

/** An order that the other side's builder refuses: nothing is asked for that it should. */
function unbuilt({ name }: Oracle, question: Order, answer: Answer, origin: string): readonly Difference[] {
  if (answer.ok) return []
  return [{ oracle: name, question, origin, what: 'build', ours: 'asked for', codes: [], theirs: answer.reason }]
}

const pathHex = (path: BlindedPath) => toHex(encode(blindedPath, path))

/** Any blinded path that can be written, those that lead nowhere included. */
async function codedPaths(suite: Suite): Promise<Outcome> {
  const all = draw(arbitraryOf(blindedPath), suite).map((path) => ({
    question: { method: 'path', item: { hex: pathHex(path) } } as const,
    origin: 'made by us',
  }))
  return ask('blinded path: coded', suite, all)
}

/** LDK lets the path keep a hop; lightning-kmp reads all. */
const walkers = ({ name }: Oracle, nodes: readonly { readonly secret: Uint8Array }[]) =>
  nodes.slice(0, name === 'ldk' ? -1 : undefined).map(({ secret }) => toHex(secret))

const knownPaths = (suite: Suite) => once('paths', suite, () => draw(knownPath(someNodes(2, 5)), suite))

/** Paths of ours, each hop read by its node. */
async function walkedPaths(suite: Suite): Promise<Outcome> {
  const all = knownPaths(suite).map(({ hex, nodes, channels }) => ({
    question: { method: 'walk', item: { hex, secrets: walkers(suite.oracle, nodes), channels } } as const,
    origin: 'made by us',
  }))
  return ask('blinded path: walked', suite, all)
}

/** Paths of theirs, written again and walked by both; lightning-kmp makes exactly ours from the same secret. */
async function builtPaths(suite: Suite): Promise<Outcome> {
  const { oracle } = suite
  const origin = `made by ${oracle.title}`
  const known = knownPaths(suite)
  const wanted = known.map((path): Order => {
    const ids = path.nodes.map(({ id }) => toHex(id))
    const scids = Object.entries(path.channels)
    const item =
      oracle.name === 'ldk'
        ? {
            nodes: ids.slice(0, -1).map((id, i) => {
              const scid = scids.find(([, to]) => to === ids[i + 1])?.[0]
              return { id, ...(scid !== undefined && { scid }) }
            }),
            recipient: ids.at(-1),
            dummy_hops: path.data[0]!.length % 3,
            context: toHex(path.sessionKey),
            seed: toHex(path.sessionKey),
          }
        : { session_key: toHex(path.sessionKey), nodes: ids, data: path.data.map(toHex) }
    return { method: 'make_path', item }
  })
  const made = await oracle.ask(wanted)
  const shown = made.flatMap((answer, i) => (answer.ok ? [{ answer, path: known[i]! }] : []))
  const asked = shown.map(({ answer }) => ({
    question: { method: 'path', item: { hex: (answer.value as { readonly bytes: string }).bytes } } as const,
    origin,
  }))
  const coded = outcome(
    '',
    oracle,
    asked,
    asked.map(({ question }) => answerOf(question)),
    shown.map(({ answer }) => answer),
  )
  const walked = await ask(
    '',
    suite,
    shown.map(({ path: { nodes, channels } }, i) => ({
      question: { method: 'walk', item: { ...asked[i]!.question.item, secrets: walkers(oracle, nodes), channels } },
      origin,
    })),
  )
  // From the same session key and data there is one path only.
  const other = shown.flatMap(({ path }, i): Difference[] => {
    const { question } = asked[i]!
    const named = pathHex({ ...path.path, first_node_id: { node_id: path.nodes[0]!.id } })
    if (oracle.name === 'ldk' || question.item.hex === named) return []
    return [{ oracle: oracle.name, question, origin, what: 'made', ours: named, codes: [], theirs: question.item.hex }]
  })
  return {
    name: 'blinded path: theirs',
    asked: wanted.length,
    accepted: walked.accepted,
    differences: [
      ...wanted.flatMap((order, i) => unbuilt(oracle, order, made[i]!, origin)),
      ...coded.differences,
      ...walked.differences,
      ...other,
    ],
  }
}

const other = fc.constantFrom('65', '77', '4001')

/** A message to be sent, with all nodes that it goes through. */
const letters = fc
  .record({
    route: someNodes(2, 5),
    behind: fc.nat(5),
    toPath: fc.boolean(),
    contents: fc.oneof(
      {
        weight: 2,
        arbitrary: MESSAGES.invoice_request.map(({ records }) => ({ type: '64', value: joinRecords(records) })),
      },
      { weight: 1, arbitrary: MESSAGES.invoice.map(({ records }) => ({ type: '66', value: joinRecords(records) })) },
      { weight: 3, arbitrary: fc.record({ type: other, value: fc.uint8Array({ maxLength: 200 }) }) },
      // Too much for the small packet.
      {
        weight: 2,
        arbitrary: fc.record({
          type: other,
          value: fc.integer({ min: 1_300, max: 20_000 }).map((n) => new Uint8Array(n).fill(n)),
        }),
      },
    ),
    reply: fc.option(knownPath(someNodes(1, 3)), { nil: undefined }),
    sessionKey: secret,
    pathSecret: secret,
  })
  .chain((letter) => {
    const own = letter.toPath ? 1 + (letter.behind % (letter.route.length - 1)) : letter.route.length
    const via = letter.toPath ? letter.route.slice(0, letter.route.length - own) : letter.route.slice(0, -1)
    return knownPath(fc.constant(letter.route.slice(letter.toPath ? -own : -1))).map((path) => ({
      ...letter,
      via,
      path,
    }))
  })
type Letter = typeof letters extends fc.Arbitrary<infer T> ? T : never

const startsAtChannel = ({ first_node_id }: BlindedPath) => 'short_channel_id' in first_node_id

const written = new WeakMap<Letter, string>()

function builtByUs(letter: Letter): string {
  const message = written.get(letter) ?? buildOurs(letter)
  written.set(letter, message)
  return message
}

function buildOurs(letter: Letter): string {
  const { via, path, reply, sessionKey, pathSecret, toPath } = letter
  const { type, value } = letter.contents
  const contents =
    type === '64'
      ? { invoice_request: value }
      : type === '66'
        ? { invoice: value }
        : { records: [{ type: BigInt(type), value }] }
  const { message } = buildOnionMessage({
    generation: modern,
    via: via.map(({ id }) => id),
    to: toPath ? path.path : path.nodes[0]!.id,
    ...(toPath && startsAtChannel(path.path) && { introductionNode: path.nodes[0]!.id }),
    contents: { ...contents, ...(reply && { reply_path: reply.path }) },
    sessionKey,
    pathSecret,
  })
  return toHex(message.subarray(2))
}

/** The questions of all hops of a message: each gets what we make of the one before. */
function hops(message: string, nodes: readonly { readonly secret: Uint8Array }[], origin: string): readonly Asked[] {
  const all: Asked[] = []
  let next: string | undefined = message
  for (const { secret } of nodes) {
    if (next === undefined) break
    const question: Question = { method: 'peel', item: { secret: toHex(secret), message: next } }
    all.push({ question, origin })
    const answer = answerOf(question)
    const value = answer.ok ? (answer.value as { readonly forward?: { readonly message: string } }) : undefined
    next = value?.forward?.message
  }
  return all
}

const allLetters = (suite: Suite) => once('letters', suite, () => draw(letters, suite))

const routeOf = ({ via, path }: Letter) => [...via, ...path.nodes]

/** Messages of ours, peeled by them at each hop. */
async function peeled(suite: Suite): Promise<Outcome> {
  const all = once('peeled', suite, () =>
    allLetters(suite).flatMap((letter) => hops(builtByUs(letter), routeOf(letter), 'made by us')),
  )
  return ask('onion message: peeled', suite, all)
}

/** Messages of theirs, peeled by us at each hop; lightning-kmp makes exactly ours from the same secrets. */
async function builtMessages(suite: Suite): Promise<Outcome> {
  const { oracle } = suite
  const origin = `made by ${oracle.title}`
  // Their builders would need a graph for a path that begins at a channel.
  const all = allLetters(suite).filter(({ path, toPath }) => !(toPath && startsAtChannel(path.path)))
  const wanted = all.map((letter): Order => {
    const { via, path, toPath, contents, reply, sessionKey, pathSecret } = letter
    return {
      method: 'message',
      item: {
        via: via.map(({ id }) => toHex(id)),
        ...(toPath ? { path: path.hex } : { node: toHex(path.nodes[0]!.id) }),
        type: contents.type,
        value: toHex(contents.value),
        ...(reply && { reply_path: reply.hex }),
        ...(oracle.name === 'ldk'
          ? { seed: toHex(sessionKey) }
          : { session_key: toHex(sessionKey), path_secret: toHex(pathSecret) }),
      },
    }
  })
  const made = await oracle.ask(wanted)
  const differences: Difference[] = []
  let accepted = 0
  all.forEach((letter, i) => {
    const answer = made[i]!
    differences.push(...unbuilt(oracle, wanted[i]!, answer, origin))
    if (!answer.ok) return
    const { message } = answer.value as { readonly message: string }
    const asked = hops(message, routeOf(letter), origin)
    const last = asked.at(-1)!.question
    const arrived = answerOf(last)
    if (asked.length === routeOf(letter).length && arrived.ok) accepted++
    const { type, value, reply_path } = wanted[i]!.item
    const sent = { type, value, ...(reply_path !== undefined && { reply_path }), ...pathIdOf(arrived, letter) }
    // Under the order, which says what was sent: what arrived may be another's rewriting of it.
    const found = compare(oracle.name, last, arrived, { ok: true, value: { deliver: sent } }, origin)
    differences.push(...found.map((difference) => ({ ...difference, question: wanted[i]! })))
    const ours = oracle.name === 'kmp' ? builtByUs(letter) : message
    if (ours !== message) {
      differences.push({
        oracle: oracle.name,
        question: wanted[i]!,
        origin,
        what: 'made',
        ours,
        codes: [],
        theirs: message,
      })
    }
  })
  return { name: 'onion message: theirs', asked: wanted.length, accepted, differences }
}

/** The path's own, where one was sent to: only its maker knows it. */
function pathIdOf(arrived: Answer, { toPath, path }: Letter): { readonly path_id?: unknown } {
  const { deliver } = (arrived.ok ? arrived.value : {}) as { readonly deliver?: { readonly path_id?: string } }
  if (deliver?.path_id === undefined || !toPath) return {}
  return toHex(path.data.at(-1)!).includes(deliver.path_id) ? { path_id: deliver.path_id } : {}
}

const KINDS: readonly Kind[] = ['offer', 'invoice_request', 'invoice', 'refund']

const SUITES: readonly (readonly [name: string, run: (suite: Suite) => Promise<Outcome | undefined>])[] = [
  ...KINDS.flatMap((kind) => [
    [`${kind}: ours`, (suite: Suite) => read(kind, suite)] as const,
    [`${kind}: theirs`, (suite: Suite) => built(kind, suite)] as const,
    [`${kind}: mutated`, (suite: Suite) => damaged(kind, suite)] as const,
  ]),
  ['blinded path: coded', codedPaths],
  ['blinded path: walked', walkedPaths],
  ['blinded path: theirs', builtPaths],
  ['onion message: peeled', peeled],
  ['onion message: theirs', builtMessages],
]

/** All suites whose name holds the text, one after the other. */
export async function* suites(suite: Suite, part = ''): AsyncGenerator<Outcome> {
  for (const [name, run] of SUITES) {
    const outcome = name.includes(part) ? await run(suite) : undefined
    if (outcome !== undefined) yield outcome
  }
}
