import { toHex } from '../../src/base/hex.js'
import { type BlindedPath, blindedPath } from '../../src/blinding/blinded-path.js'
import { encode } from '../../src/wire/codec.js'
import { arbitraryOf } from '../../test/support/arbitrary.js'
import { answerOf, ask, draw, type Outcome, once, outcome, type Suite, unbuilt } from './asking.js'
import type { Difference } from './compare.js'
import type { Oracle, Order } from './oracle.js'
import { knownPath, someNodes } from './routes.js'

const pathHex = (path: BlindedPath) => toHex(encode(blindedPath, path))

/** Any blinded path that can be written, those that lead nowhere included. */
export async function codedPaths(suite: Suite): Promise<Outcome> {
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
export async function walkedPaths(suite: Suite): Promise<Outcome> {
  const all = knownPaths(suite).map(({ hex, nodes, channels }) => ({
    question: { method: 'walk', item: { hex, secrets: walkers(suite.oracle, nodes), channels } } as const,
    origin: 'made by us',
  }))
  return ask('blinded path: walked', suite, all)
}

/** Paths of theirs, written again and walked by both; lightning-kmp makes exactly ours from the same secret. */
export async function builtPaths(suite: Suite): Promise<Outcome> {
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
