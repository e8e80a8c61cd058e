import { describe, expect, test } from 'vitest'
import { secondOpinion, secondOpinionOfRefund } from '../../interop/run/second-opinion.js'
import { encodeString } from '../../src/bolt12/string.js'
import { createTestNetwork } from '../../src/testing/index.js'

async function fetched(seed = 'lno') {
  const network = createTestNetwork({ seed })
  const shop = await network.addNode('shop')
  const payer = await network.addNode('payer')
  await network.connect(payer, shop)
  const { text } = await shop.createOffer({ description: 'tea', amountMsat: 10_000n })
  const other = await shop.createOffer({ description: 'coffee', amountMsat: 10_000n })
  const { invoice, request } = await payer.fetchInvoice(text, { payerNote: 'no sugar' })
  await network.close()
  const asked = { amountMsat: 10_000n, note: 'no sugar', request: encodeString('lnr', request.bytes) }
  return { text, other: other.text, asked, invoice: encodeString('lni', invoice.bytes), bytes: invoice.bytes }
}

describe('what we think of an invoice that somebody else took', () => {
  test('nothing against one that is right', async () => {
    const { text, invoice, asked } = await fetched()
    expect(secondOpinion(text, invoice, asked)).toEqual([])
  })

  test('one for another offer, and one with a bit flipped', async () => {
    const { text, other, invoice, asked, bytes } = await fetched()
    expect(secondOpinion(other, invoice, asked)).toEqual([expect.stringContaining('IR7')])
    const flipped = bytes.slice()
    flipped[flipped.length - 1]! ^= 1
    expect(secondOpinion(text, encodeString('lni', flipped), asked)).toEqual([
      expect.stringContaining('INVOICE_BAD_SIGNATURE'),
    ])
  })

  test('one that is not for what was asked', async () => {
    const { text, invoice, asked } = await fetched()
    const against = (change: object) => secondOpinion(text, invoice, { ...asked, ...change })
    expect(against({ note: 'two sugars' })).toEqual(['it does not have the note of the payer'])
    expect(against({ quantity: 2n })).toEqual(['it is for a quantity of undefined'])
    expect(against({ amountMsat: 9n })).toEqual(['it is over 10000 msat, and its payer speaks of 9'])
    expect(against({ request: (await fetched('another')).asked.request })).toEqual([
      'the fields of the request in the invoice are not those of the request (IR7)',
    ])
  })

  test('the invoice of a refund: another refund, another invoice', async () => {
    const network = createTestNetwork()
    const [payer, shop] = [await network.addNode('payer'), await network.addNode('shop')]
    await network.connect(payer, shop)
    const refund = await payer.createRefund({ description: 'sorry', amountMsat: 7n })
    const other = await payer.createRefund({ description: 'sorry', amountMsat: 7n })
    const [{ invoice }, { invoice: second }] = [await shop.claimRefund(refund.text), await shop.claimRefund(other.text)]
    await network.close()
    const text = encodeString('lni', invoice.bytes)
    expect(secondOpinionOfRefund(refund.text, text, 7n, text)).toEqual([])
    expect(secondOpinionOfRefund(other.text, text, 7n, text)).toEqual([expect.stringContaining('IR7')])
    expect(secondOpinionOfRefund(refund.text, text, 8n, undefined)).toHaveLength(1)
    expect(secondOpinionOfRefund(refund.text, text, 7n, encodeString('lni', second.bytes))).toEqual([
      'the invoice that was taken is not the one that was sent',
    ])
  })
})
