import { describe, expect, test } from 'vitest'
import { createInvoice } from '../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { createOffer } from '../../src/bolt12/create-offer.js'
import { createLegacyInvoice } from '../../src/bolt12/legacy/create-invoice.js'
import { createLegacyInvoiceRequest } from '../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer } from '../../src/bolt12/legacy/create-offer.js'
import { encodeLegacy } from '../../src/bolt12/legacy/decode.js'
import { DETERMINISTIC_AUX } from '../../src/bolt12/signature.js'
import { encodeString } from '../../src/bolt12/string.js'
import { ALICE, pathOf } from '../bolt12/craft.js'
import { tempDir } from '../support/temp-dir.js'
import { lno, NOW, problemWith } from './run.js'

const random = (length: number) => new Uint8Array(length).fill(4)
const PAYINFO = {
  fee_base_msat: 0,
  fee_proportional_millionths: 0,
  cltv_expiry_delta: 18,
  htlc_minimum_msat: 1n,
  htlc_maximum_msat: 5n,
  features: new Uint8Array(0),
}

const { offer, text: OFFER } = createOffer({ description: 'tea', issuerId: ALICE.id, amountMsat: 5n })
const { request } = createInvoiceRequest(offer, { random })
const invoice = (createdAt: number) => {
  const { bytes } = createInvoice(request, {
    createdAt: BigInt(createdAt),
    paymentHash: random(32),
    paths: [{ path: pathOf(1), payinfo: PAYINFO }],
    expectedMsat: 5n,
    signingKey: ALICE.secret,
    aux: DETERMINISTIC_AUX,
  })
  return encodeString('lni', bytes)
}
const legacyOffer = createLegacyOffer({
  description: 'tea',
  amountMsat: 5n,
  // Long ago: that it may not be paid at all is the more important.
  absoluteExpiry: 1n,
  nodeKey: ALICE.secret,
  aux: DETERMINISTIC_AUX,
})
const legacyRequest = createLegacyInvoiceRequest(legacyOffer, { random }).request
const legacyInvoice = createLegacyInvoice(legacyRequest, {
  offer: legacyOffer,
  nodeKey: ALICE.secret,
  paymentHash: random(32),
  createdAt: BigInt(NOW),
  aux: DETERMINISTIC_AUX,
})

describe('lno pay', () => {
  test.each([
    ['an invoice that has expired', invoice(NOW - 7201), 'INVOICE_EXPIRED', /IR/],
    [
      'an offer of 2021',
      encodeLegacy(legacyOffer),
      'PAYMENT_UNBLINDED',
      /it can be fetched .lno fetch., but not paid: its invoice is paid in the clear/,
    ],
    ['an invoice of 2021', encodeLegacy(legacyInvoice), 'PAYMENT_UNBLINDED', /invoices of 2021 are paid in the clear/],
    ['a request', encodeString('lnr', request.bytes), 'STRING_WRONG_KIND', /lno refund claim/],
    ['a request of 2021', encodeLegacy(legacyRequest), 'STRING_WRONG_KIND', /lnr1/],
    ['nothing', ' ', 'STRING_NOT_FOUND', /no text/],
    ['half an offer', encodeString('lno', offer.bytes.slice(0, -5)), 'TLV_LENGTH', /offset/],
    ['half an offer of 2021', encodeString('lno', legacyOffer.bytes.slice(0, -5)), 'TLV_LENGTH', /offset/],
    ['a word', 'tea', 'STRING_UNKNOWN_PREFIX', /lno1/],
  ])('%s', async (_, text, code, words) => {
    const outcome = await lno(['pay', text])
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toMatch(new RegExp(`^lno: ${code}: `))
    expect(outcome.stderr).toMatch(words)
  })

  test.each([
    ['an offer', OFFER],
    ['an offer in a URI', `lightning:${OFFER.toUpperCase()}`],
    ['an invoice', invoice(NOW)],
  ])('%s that may be paid needs a node', async (_, text) => {
    const outcome = await lno(['pay', text, '--yes', '--data-dir', tempDir()])
    expect(problemWith(outcome)).toBeUndefined()
    expect([outcome.code, outcome.stderr]).toEqual([3, expect.stringMatching(/^lno: NODE_NOT_RUNNING: /)])
  })

  test('an offer for another network is told so', async () => {
    const outcome = await lno(['pay', OFFER, '--network', 'signet'])
    expect(outcome.stderr).toMatch(/^lno: OFFER_CHAIN_UNSUPPORTED: /)
  })

  test('broken strings are what lno fetch says that they are', async () => {
    for (const text of ['', 'lno1zz', OFFER.slice(0, -9), `${OFFER}b`, 'bitcoin:1abc', 'tea']) {
      const [paid, fetched] = [await lno(['pay', text]), await lno(['fetch', text])]
      expect([paid.stderr, paid.code]).toEqual([fetched.stderr, fetched.code])
    }
  })

  test('reads from a pipe, where something has to come out of it', async () => {
    const read = await lno(['pay', '-', '--yes', '--data-dir', tempDir()], { stdin: `${OFFER}\n` })
    expect([read.code, read.stderr]).toEqual([3, expect.stringMatching(/^lno: NODE_NOT_RUNNING: /)])
    const empty = await lno(['pay', '-'], { stdin: '' })
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringMatching(/^lno: NO_INPUT: /)])
    const none = await lno(['pay'])
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/STRING is missing/)])
  })

  test('with --json says it in a document', async () => {
    const outcome = await lno(['pay', encodeLegacy(legacyOffer), '--json'])
    expect(outcome.code).toBe(1)
    expect(outcome.json()).toMatchObject({ error: { code: 'PAYMENT_UNBLINDED' } })
  })

  test('the code explains itself', async () => {
    const { code, stdout } = await lno(['explain', 'PAYMENT_UNBLINDED'])
    expect(code).toBe(0)
    expect(stdout).toContain('blinded paths')
  })
})
