import { describe, expect, test } from 'vitest'
import { secondOpinion } from '../../interop/run/second-opinion.js'
import { encodeString } from '../../src/bolt12/string.js'
import { createTestNetwork } from '../../src/testing/index.js'

async function fetched() {
  const network = createTestNetwork()
  const shop = await network.addNode('shop')
  const payer = await network.addNode('payer')
  await network.connect(payer, shop)
  const { text } = await shop.createOffer({ description: 'tea', amountMsat: 10_000n })
  const other = await shop.createOffer({ description: 'coffee', amountMsat: 10_000n })
  const { invoice } = await payer.fetchInvoice(text)
  await network.close()
  return { text, other: other.text, invoice: encodeString('lni', invoice.bytes), bytes: invoice.bytes }
}

describe('what we think of an invoice that somebody else took', () => {
  test('nothing against one that is right', async () => {
    const { text, invoice } = await fetched()
    expect(secondOpinion(text, invoice)).toEqual([])
  })

  test('one for another offer, and one with a bit flipped', async () => {
    const { text, other, invoice, bytes } = await fetched()
    expect(secondOpinion(other, invoice)).toEqual([expect.stringContaining('IR7')])
    const flipped = bytes.slice()
    flipped[flipped.length - 1]! ^= 1
    expect(secondOpinion(text, encodeString('lni', flipped))).toEqual([
      expect.stringContaining('INVOICE_BAD_SIGNATURE'),
    ])
  })
})
