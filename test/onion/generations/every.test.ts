import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { buildOnionMessage, type MessageContents } from '../../../src/onion/engine.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { buildReplyPath } from '../../../src/onion/reply-path.js'
import { decode, encode } from '../../../src/wire/codec.js'
import { arrived, candidatesFor, carry, ids, nodes, of, secretFrom } from './cast.js'

const typeOf = (message: Uint8Array) => message[0]! * 256 + message[1]!
const MOST_RELAYS = 5

test('each has a name and each type of message is one of the three', () => {
  expect(GENERATIONS.map(({ name, messageType }) => [name, messageType])).toEqual([
    ['modern', 513],
    ['modern-uncounted', 513],
    ['obs2', 387],
    ['obs', 385],
  ])
})

describe.each(GENERATIONS)('$name', (generation) => {
  const candidates = candidatesFor(generation)
  const secrets = (...seed: number[]) => ({ sessionKey: secretFrom(1, ...seed), pathSecret: secretFrom(2, ...seed) })
  const request = of(8, 1, 5)

  /** From node 0 over the nodes behind it to the one at `relays + 1`, which may answer to the asker over the same relays. */
  function ask(relays: number) {
    const route = nodes.slice(1, relays + 2)
    const pathId = secretFrom(3, relays)
    const way = [...route].reverse().slice(1)
    const reply = buildReplyPath({
      generation,
      nodeIds: ids([...way, nodes[0]!]),
      pathId,
      sessionKey: secretFrom(4, relays),
    })
    const built = buildOnionMessage({
      generation,
      via: ids(route.slice(0, -1)),
      to: route.at(-1)!.node_id,
      contents: { invoice_request: request, reply_path: reply.path },
      ...secrets(relays),
    })
    return { route, pathId, reply, built }
  }

  test.each(Array.from({ length: MOST_RELAYS + 1 }, (_, relays) => relays))(
    'a request over %i relays, and its answer over the reply path that came with it',
    (relays) => {
      const { route, pathId, reply, built } = ask(relays)
      expect(built.firstNode).toEqual(route[0]!.node_id)
      const out = carry(candidates, built.firstNode, built.message)
      expect(out.at).toBe(route.at(-1))
      expect(out.seen.map(typeOf)).toEqual(route.map(() => generation.messageType))
      if (out.decision.kind !== 'deliver') throw new Error(out.decision.why)
      const here = out.decision
      expect(here.contents).toEqual({ type: generation.payloadTable.invoice_request.type, value: request })
      expect(here.path_id).toBeUndefined()
      expect(here.generation).toBe(generation)
      // What is read is what was meant: the same bytes, the first id of an `obs` path being real.
      expect(encode(generation.replyPathCodec, here.reply_path!)).toEqual(encode(generation.replyPathCodec, reply.path))

      const answer = buildOnionMessage({
        generation: here.generation,
        to: here.reply_path!,
        contents: { invoice: of(9) },
        ...secrets(relays, 1),
      })
      const back = carry(candidates, answer.firstNode, answer.message)
      expect(back.at).toBe(nodes[0])
      expect(back.seen.map(typeOf)).toEqual(Array(relays + 1).fill(generation.messageType))
      expect(back.decision).toMatchObject({ kind: 'deliver', path_id: reply.proof, contents: { value: of(9) } })
      if (generation.pathProof === 'path_id') expect(reply.proof).toEqual(pathId)
    },
  )

  test('an answer that must first reach the beginning of the path goes over relays of its own', () => {
    const [asker, a, b, c, d] = nodes.slice(0, 5)
    const { path, proof } = buildReplyPath({
      generation,
      nodeIds: ids([a!, asker!]),
      pathId: secretFrom(7),
      sessionKey: secretFrom(8),
    })
    for (const via of [[], [b!], [c!, b!], [d!, c!, b!]]) {
      const built = buildOnionMessage({
        generation,
        via: ids(via),
        to: path,
        contents: { invoice_error: of(5, 1, 33) },
        ...secrets(9, via.length),
      })
      expect(built.firstNode).toEqual((via[0] ?? a!).node_id)
      const { at, seen, decision } = carry(candidates, built.firstNode, built.message)
      expect(at).toBe(asker)
      expect(seen).toHaveLength(via.length + 2)
      expect(decision).toMatchObject({ kind: 'deliver', path_id: proof, contents: { value: of(5, 1, 33) } })
    }
  })

  test('a path that begins at its maker is one hop, and its proof comes with what came over it', () => {
    const { path, proof } = buildReplyPath({
      generation,
      nodeIds: ids([nodes[0]!]),
      pathId: secretFrom(7),
      sessionKey: secretFrom(8),
    })
    expect(path.path).toHaveLength(1)
    const built = buildOnionMessage({ generation, to: path, contents: { invoice: of(1) }, ...secrets(3) })
    expect(arrived(candidates, built.firstNode, built.message)).toMatchObject({ path_id: proof })
  })

  test('a path to ourselves tells its makers’ paths apart', () => {
    const make = (seed: number) =>
      buildReplyPath({
        generation,
        nodeIds: ids([nodes[1]!, nodes[0]!]),
        pathId: secretFrom(20, seed),
        sessionKey: secretFrom(21, seed),
      })
    const proofs = [make(1), make(2)].map(({ path, proof }) => {
      const built = buildOnionMessage({ generation, to: path, contents: { invoice: of(1) }, ...secrets(5) })
      const { path_id } = arrived(candidates, built.firstNode, built.message)
      expect(path_id).toEqual(proof)
      return proof
    })
    expect(proofs[0]).not.toEqual(proofs[1])
  })

  test('a reply path without hops is not written, and one is not read', () => {
    const { path } = buildReplyPath({
      generation,
      nodeIds: ids([nodes[0]!]),
      pathId: secretFrom(7),
      sessionKey: secretFrom(8),
    })
    const contents: MessageContents = { invoice_request: request, reply_path: { ...path, path: [] } }
    expect(() => buildOnionMessage({ generation, to: nodes[1]!.node_id, contents, ...secrets(1) })).toThrow(
      expect.objectContaining({ code: 'BLINDED_PATH_EMPTY' }),
    )
    expect(() => buildReplyPath({ generation, nodeIds: [], pathId: secretFrom(7), sessionKey: secretFrom(8) })).toThrow(
      expect.objectContaining({ code: 'BLINDED_PATH_EMPTY' }),
    )
    const whole = encode(generation.replyPathCodec, path)
    const hop = 33 + 2 + path.path[0]!.encrypted_recipient_data.length
    expect(decode(generation.replyPathCodec, whole).path).toHaveLength(1)
    for (let cut = 1; cut <= hop; cut++) {
      expect(() => decode(generation.replyPathCodec, whole.subarray(0, whole.length - cut))).toThrow(
        expect.objectContaining({ code: expect.any(String) }),
      )
    }
  })
})
