import { describe, expect, test } from 'vitest'
import type { BlindedPath } from '../../../src/blinding/blinded-path.js'
import { MAX_REPLY_HOPS, type Reply, sendReply } from '../../../src/node/messenger/reply.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { node } from '../../support/keys.js'

const peer = node(0x42)

/** Who asks for an answer over so many hops, and what comes of it. */
function answer(generation: Reply['delivery']['generation'], hops: number) {
  const replyPath: BlindedPath = {
    first_node_id: { node_id: peer.id },
    first_path_key: peer.id,
    path: Array.from({ length: hops }, () => ({ blinded_node_id: peer.id, encrypted_recipient_data: peer.id })),
  }
  const told: string[] = []
  const from = Buffer.from(peer.id).toString('hex')
  sendReply(
    {
      introductionOf: () => from,
      routesTo: () => [[from]],
      send: ({ generation }) => {
        told.push(`sent ${generation.name}`)
        return { cancel: () => undefined }
      },
    },
    {
      delivery: { generation, from, pathId: undefined },
      replyPath,
      contents: { invoice: new Uint8Array([1]) },
      onNotSent: (code) => told.push(code),
    },
  )
  return told
}

describe.each(GENERATIONS)('an answer in form $name', (generation) => {
  test('is made over as many hops as anybody needs, and no work is done for more', () => {
    expect(answer(generation, MAX_REPLY_HOPS)).toEqual([`sent ${generation.name}`])
    for (const hops of [MAX_REPLY_HOPS + 1, 255, 900]) expect(answer(generation, hops)).toEqual(['REPLY_PATH_TOO_LONG'])
  })
})
