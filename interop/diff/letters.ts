import fc from 'fast-check'
import { toHex } from '../../src/base/hex.js'
import type { BlindedPath } from '../../src/blinding/blinded-path.js'
import { buildOnionMessage } from '../../src/onion/engine-build.js'
import { modern } from '../../src/onion/generations/modern.js'
import { joinRecords } from '../../src/wire/tlv.js'
import { type Asked, answerOf, ask, draw, type Outcome, once, type Suite, unbuilt } from './asking.js'
import { compare, type Difference } from './compare.js'
import { MESSAGES } from './objects.js'
import type { Answer, Order, Question } from './oracle.js'
import { knownPath, secret, someNodes } from './routes.js'

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
export async function peeled(suite: Suite): Promise<Outcome> {
  const all = once('peeled', suite, () =>
    allLetters(suite).flatMap((letter) => hops(builtByUs(letter), routeOf(letter), 'made by us')),
  )
  return ask('onion message: peeled', suite, all)
}

/** Messages of theirs, peeled by us at each hop; lightning-kmp makes exactly ours from the same secrets. */
export async function builtMessages(suite: Suite): Promise<Outcome> {
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
