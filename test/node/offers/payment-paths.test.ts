import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { decodeEncryptedData, openData, sharePath } from '../../../src/blinding/index.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { openPaymentPathId, unroutablePaths } from '../../../src/node/offers/payment-paths.js'
import { ALICE } from '../../bolt12/craft.js'

const preimageSecret = new Uint8Array(32).fill(1)
let drawn = 0
const random = (length: number) => new Uint8Array(length).fill((++drawn % 100) + 1)
const asked = {
  requestHash: new Uint8Array(32).fill(2),
  offerId: new Uint8Array(32).fill(3),
  amountMsat: 1234n,
  createdAt: 1_700_000_000n,
  expiresAt: 1_700_007_200n,
}

async function made() {
  const receivable = await unroutablePaths({ nodeId: ALICE.id, preimageSecret, random }).receive(asked)
  const { path } = receivable.paths[0]!
  const share = sharePath(ALICE.secret, path.first_path_key)
  const data = decodeEncryptedData(openData(share, path.path[0]!.encrypted_recipient_data)!).fields
  return { receivable, path, data }
}

describe('payment paths of a node without a wallet', () => {
  test('one path with ourselves as introduction node, with constraints and a path id in its data', {
    tags: ['IW9'],
  }, async () => {
    const { receivable, path, data } = await made()
    expect(receivable.paths).toHaveLength(1)
    expect(path.first_node_id).toEqual({ node_id: ALICE.id })
    expect(data.payment_constraints).toMatchObject({ htlc_minimum_msat: 1n })
    expect(data.payment_relay).toBeUndefined()
    expect(data.path_id!.length).toBeLessThan(200)
    expect(receivable.paths[0]!.payinfo).toMatchObject({ htlc_maximum_msat: 1234n, features: new Uint8Array(0) })
  })

  test('the payment hash is that of a preimage which only we know', { tags: ['IW3'] }, async () => {
    const { receivable } = await made()
    expect(receivable.paymentHash).toEqual(sha256(receivable.preimage!))
    const again = await made()
    expect(again.receivable.paymentHash).not.toEqual(receivable.paymentHash)
  })

  test('promise and preimage are derived again from the path id alone', async () => {
    const { receivable, data } = await made()
    expect(openPaymentPathId(preimageSecret, data.path_id!)).toEqual({
      preimage: receivable.preimage,
      promise: {
        nonce: expect.any(Uint8Array),
        offer_id: asked.offerId,
        request_hash: asked.requestHash,
        amount: asked.amountMsat,
        created: asked.createdAt,
        expires: asked.expiresAt,
      },
    })
  })

  test('a path id that was altered, cut or made by somebody else opens nothing', async () => {
    const pathId = (await made()).data.path_id!
    for (let i = 0; i < pathId.length; i++) {
      const altered = pathId.slice()
      altered[i]! ^= 1
      expect(openPaymentPathId(preimageSecret, altered), `byte ${i}`).toBeUndefined()
    }
    expect(openPaymentPathId(preimageSecret, pathId.subarray(1))).toBeUndefined()
    expect(openPaymentPathId(preimageSecret, new Uint8Array(0))).toBeUndefined()
    expect(openPaymentPathId(new Uint8Array(32).fill(9), pathId)).toBeUndefined()
  })
})
