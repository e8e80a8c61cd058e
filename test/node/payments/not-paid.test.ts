import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { isLnoError } from '../../../src/base/error.js'
import { createInvoice, type InvoiceOptions } from '../../../src/bolt12/create-invoice.js'
import { decodeInvoice } from '../../../src/bolt12/decode.js'
import type { InvoiceMessage } from '../../../src/bolt12/invoice.js'
import { MIRRORED_RANGES, recordsIn } from '../../../src/bolt12/ranges.js'
import { DETERMINISTIC_AUX } from '../../../src/bolt12/signature.js'
import type { BlindedPayinfo } from '../../../src/bolt12/subtypes.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { identityOf } from '../../../src/node/identity.js'
import { FetchError } from '../../../src/node/payer/fetch.js'
import type { PayOptions } from '../../../src/node/payments/pay.js'
import { coffee, lab } from '../lab.js'
import { fakeBank } from './fake-wallet.js'

const keyOf = (name: string) => identityOf(sha256(new TextEncoder().encode(name))).keys
type Lie = (invoice: InvoiceMessage) => Uint8Array

/** A payer, and a merchant whose answers are changed on their way out. */
async function places() {
  const world = lab()
  const bank = fakeBank(world.clock.now)
  const wallets = {
    payer: bank.wallet('payer', keyOf('payer').publicKey),
    merchant: bank.wallet('merchant', keyOf('merchant').publicKey),
  }
  const merchant = await world.start('merchant', { wallet: wallets.merchant })
  const payer = await world.start('payer', { wallet: wallets.payer })
  await world.connect(payer, merchant, true)
  const take = payer.node.payer.take.bind(payer.node.payer)
  let lie: Lie = ({ bytes }) => bytes
  payer.node.payer.take = (delivery) => take({ ...delivery, value: lie(decodeInvoice(delivery.value)) })

  /** Pays an offer, is lied to, and must not pay. @returns why, as it is told and as it is kept */
  const refused = async (options: PayOptions, answer?: Lie) => {
    if (answer !== undefined) lie = answer
    const error: unknown = await world.until(payer.node.pay(options)).catch((error: unknown) => error)
    if (!isLnoError(error)) throw new Error('it was not refused')
    expect(wallets.payer.asked).toEqual([])
    const [view] = await payer.node.payments.list(1)
    expect(view).toMatchObject({ status: 'failed', parts: [], failure: { code: error.code } })
    const rule = error instanceof FetchError ? error.issues[0]?.rule : error.rule
    return { code: error.code, rule, why: error.message }
  }
  return { world, payer, merchant, wallets, refused }
}

/** The same invoice made otherwise, by the key of the merchant. */
function again(change: Partial<InvoiceOptions>, amountAsked?: bigint): Lie {
  return ({ fields: all, records, bytes }) => {
    const fields = { ...all, ...(amountAsked !== undefined && { invreq_amount: amountAsked }) }
    const request = { kind: 'invoice_request' as const, fields, records: recordsIn(records, MIRRORED_RANGES), bytes }
    return createInvoice(request, {
      createdAt: all.invoice_created_at!,
      paymentHash: all.invoice_payment_hash!,
      paths: all.invoice_paths!.map((path, i) => ({ path, payinfo: all.invoice_blindedpay![i]! })),
      signingKey: keyOf('merchant').secret,
      aux: DETERMINISTIC_AUX,
      ...(fields.invreq_amount === undefined && { expectedMsat: all.invoice_amount! }),
      ...change,
    }).bytes
  }
}

describe('the answer to a request is not paid, and the rule is named', () => {
  test('above the authorised amount, or over another amount than was asked for', { tags: ['IR13'] }, async () => {
    const { merchant, refused } = await places()
    const string = (await merchant.node.issuer.create(coffee())).text
    expect(await refused({ string }, again({ expectedMsat: 10_001n }))).toMatchObject({ rule: 'IR13' })
    expect(await refused({ string, amountMsat: 12_000n }, again({}, 11_000n))).toMatchObject({ rule: 'IR13' })
  })

  test('expired when it comes', { tags: ['IR4'] }, async () => {
    const { merchant, refused } = await places()
    const string = (await merchant.node.issuer.create(coffee())).text
    expect(await refused({ string }, again({ createdAt: 1n }))).toMatchObject({ rule: 'IR4' })
  })

  test('for another offer of the same issuer, or another request for the same', { tags: ['IR7'] }, async () => {
    const { world, payer, merchant, refused } = await places()
    const [own, tea] = [
      await merchant.node.issuer.create(coffee()),
      await merchant.node.issuer.create(coffee({ description: 'tea' })),
    ]
    const others = [(await world.fetch(payer, tea)).invoice, (await world.fetch(payer, own)).invoice]
    for (const { bytes } of others) {
      expect(await refused({ string: own.text }, () => bytes)).toMatchObject({ rule: 'IR7' })
    }
  })

  test('badly signed', { tags: ['IR10'] }, async () => {
    const { merchant, refused } = await places()
    const string = (await merchant.node.issuer.create(coffee())).text
    const broken: Lie = ({ bytes }) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))
    expect(await refused({ string }, broken)).toMatchObject({ rule: 'IR10' })
  })

  const priced = (change: Partial<BlindedPayinfo>): Lie => {
    const made = (invoice: InvoiceMessage) =>
      invoice.fields.invoice_paths!.map((path, i) => ({
        path,
        payinfo: { ...invoice.fields.invoice_blindedpay![i]!, ...change },
      }))
    return (invoice) => again({ paths: made(invoice) })(invoice)
  }

  test('with a fee above the limit, or one that is with the amount more than all bitcoin', {
    tags: ['P4'],
  }, async () => {
    const { merchant, refused } = await places()
    const string = (await merchant.node.issuer.create(coffee())).text
    expect(await refused({ string }, priced({ fee_base_msat: 5001 }))).toMatchObject({
      code: 'PAYMENT_FEE_LIMIT',
      rule: 'P4',
    })
    const dear = (await merchant.node.issuer.create(coffee({ amountMsat: 10n ** 15n }))).text
    const most = { fee_base_msat: 0xffff_ffff, fee_proportional_millionths: 0xffff_ffff }
    expect(await refused({ string: dear, maxFeeMsat: (1n << 64n) - 1n }, priced(most))).toMatchObject({
      code: 'PAYMENT_FEE_LIMIT',
      rule: 'P4',
      why: expect.stringContaining('all bitcoin'),
    })
  })

  test('with a path that locks the money up for longer than two weeks', { tags: ['P4'] }, async () => {
    const { merchant, refused } = await places()
    const string = (await merchant.node.issuer.create(coffee())).text
    expect(await refused({ string }, priced({ cltv_expiry_delta: 0xffff }))).toMatchObject({
      code: 'PAYMENT_DELAY_LIMIT',
      rule: 'P4',
    })
  })
})
