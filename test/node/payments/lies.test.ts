import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { isLnoError } from '../../../src/base/error.js'
import { createInvoice, type InvoiceOptions } from '../../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../../src/bolt12/create-invoice-request.js'
import { decodeInvoiceRequest } from '../../../src/bolt12/decode.js'
import { INVOICE } from '../../../src/bolt12/invoice.js'
import { type InvoiceRequestMessage, SIGNATURE } from '../../../src/bolt12/invoice-request.js'
import { DETERMINISTIC_AUX, signRecords } from '../../../src/bolt12/signature.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { identityOf } from '../../../src/node/identity.js'
import { sendReply } from '../../../src/node/messenger/reply.js'
import { FetchError } from '../../../src/node/payer/fetch.js'
import type { PayOptions } from '../../../src/node/payments/pay.js'
import { encodeRecords, joinRecords, readRecords } from '../../../src/wire/tlv.js'
import { coffee, type LabNode, lab } from '../lab.js'
import { type FakeWallet, fakeBank } from './fake-wallet.js'

const keyOf = (name: string) => identityOf(sha256(new TextEncoder().encode(name))).keys
const MERCHANT = keyOf('merchant')
const random = (length: number) => new Uint8Array(length).fill(9)

/** What a lying issuer makes of a request. */
type Lie = (
  request: InvoiceRequestMessage,
  honest: InvoiceOptions,
  merchant: LabNode,
) => Uint8Array | Promise<Uint8Array>

/** Pays a merchant who answers with `lie`: the error, and what the wallet was told of it. */
async function paying(lie: Lie, options: Partial<PayOptions> = {}, price: bigint | undefined = 10_000n) {
  const world = lab()
  const bank = fakeBank(world.clock.now)
  const wallets: Record<'payer' | 'merchant', FakeWallet> = {
    payer: bank.wallet('payer', keyOf('payer').publicKey),
    merchant: bank.wallet('merchant', MERCHANT.publicKey),
  }
  const merchant = await world.start('merchant', { wallet: wallets.merchant })
  const payer = await world.start('payer', { wallet: wallets.payer })
  await world.connect(payer, merchant)
  const own = await merchant.node.issuer.create({ ...coffee(), ...{ amountMsat: price } })
  const { messenger } = merchant.node
  messenger.handle(64n, async (delivery) => {
    const request = decodeInvoiceRequest(delivery.value)
    const now = BigInt(Math.floor(world.clock.now() / 1000))
    const receivable = await wallets.merchant.receive({
      requestHash: random(32),
      offerId: random(32),
      amountMsat: 10_000n,
      createdAt: now,
      expiresAt: now + 7200n,
    })
    const invoice = await lie(
      request,
      {
        createdAt: now,
        paymentHash: receivable.paymentHash,
        paths: receivable.paths,
        expectedMsat: price ?? 10_000n,
        signingKey: MERCHANT.secret,
        aux: DETERMINISTIC_AUX,
      },
      merchant,
    )
    const { replyPath } = delivery
    if (replyPath === undefined) throw new Error('nobody asked')
    sendReply(messenger, { delivery, replyPath, contents: { invoice }, onNotSent: () => undefined })
  })
  const work = payer.node.pay({ string: own.text, attempts: 1, ...options })
  const result = await world.until(work).catch((error: unknown) => error)
  return { result, asked: wallets.payer.asked, listed: await payer.node.payments.list(10) }
}

/** The rule by which it is refused: that of the invoice, or of the payment. */
function refusalOf(error: unknown): { readonly code: string; readonly rule: string | undefined } {
  if (error instanceof FetchError && error.issues[0] !== undefined) {
    const { code, rule } = error.issues[0]
    return { code, rule }
  }
  if (isLnoError(error)) return { code: error.code, rule: error.rule }
  throw new Error('it was not refused')
}

const honest: Lie = (request, options) => createInvoice(request, options).bytes

/** An honest invoice, changed and signed again. */
const forged =
  ({ amountMsat = 10_000n, key = MERCHANT }): Lie =>
  (request, options) => {
    const { records } = readRecords(createInvoice(request, options).bytes)
    const others = records.filter(({ type }) => ![170n, 176n, 240n].includes(type))
    const unsigned = encodeRecords(INVOICE, { invoice_amount: amountMsat, invoice_node_id: key.publicKey }, others)
    const signature = signRecords(['invoice', 'signature'], unsigned, key.secret, DETERMINISTIC_AUX)
    return joinRecords(encodeRecords(SIGNATURE, { signature }, unsigned))
  }

const priced =
  (payinfo: Partial<InvoiceOptions['paths'][number]['payinfo']>): Lie =>
  (request, options) =>
    createInvoice(request, {
      ...options,
      paths: options.paths.map((path) => ({ ...path, payinfo: { ...path.payinfo, ...payinfo } })),
    }).bytes

const MOST = 2 ** 32 - 1

describe('an issuer who lies is not paid, and the rule is named', () => {
  test('one who does not is', async () => {
    const { result, asked } = await paying(honest)
    expect(result).toMatchObject({ status: 'paid' })
    expect(asked).toHaveLength(1)
  })

  test.each<[string, string, string, Lie, Partial<PayOptions>?, (bigint | undefined)?]>([
    ['above the price', 'INVOICE_AMOUNT_UNAUTHORISED', 'IR13', forged({ amountMsat: 10_001n })],
    ['above what was said', 'INVOICE_AMOUNT_DIFFERS', 'IR13', forged({ amountMsat: 12_001n }), { amountMsat: 12_000n }],
    [
      'below what was asked',
      'INVOICE_AMOUNT_DIFFERS',
      'IR13',
      forged({ amountMsat: 11_999n }),
      { amountMsat: 12_000n },
    ],
    [
      'expired',
      'INVOICE_EXPIRED',
      'IR4',
      (request, options) => createInvoice(request, { ...options, createdAt: options.createdAt - 100_000n }).bytes,
    ],
    [
      'for another offer',
      'INVOICE_REQUEST_MISMATCH',
      'IR7',
      async (_, options, merchant) => {
        const other = await merchant.node.issuer.create(coffee({ description: 'gold' }))
        return createInvoice(createInvoiceRequest(other.offer, { random }).request, options).bytes
      },
    ],
    [
      'badly signed',
      'INVOICE_BAD_SIGNATURE',
      'IR10',
      (request, options) =>
        createInvoice(request, options).bytes.map((byte, i, all) => (i === all.length - 1 ? byte ^ 1 : byte)),
    ],
    ['signed by somebody else', 'INVOICE_WRONG_SIGNER', 'IR8', forged({ key: keyOf('mallory') })],
    ['over a path that costs too much', 'PAYMENT_FEE_LIMIT', 'P4', priced({ fee_base_msat: 5001 })],
    [
      'over a path that costs more than fits',
      'PAYMENT_FEE_LIMIT',
      'P4',
      priced({ fee_base_msat: MOST, fee_proportional_millionths: MOST, htlc_maximum_msat: 2n ** 64n - 1n }),
      { amountMsat: 10n ** 15n, maxFeeMsat: 2n ** 64n - 1n },
      undefined,
    ],
    ['over a path that binds it too long', 'PAYMENT_DELTA_LIMIT', 'P2', priced({ cltv_expiry_delta: 65_535 })],
  ])('an invoice %s', async (_, code, rule, lie, options, ...price) => {
    const { result, asked, listed } = await paying(lie, options, ...(price.length === 0 ? [] : [price[0]]))
    expect(refusalOf(result)).toEqual({ code, rule })
    expect(asked).toEqual([])
    expect(listed).toMatchObject([{ status: 'failed', parts: [] }])
  })
})
