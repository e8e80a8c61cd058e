import { beforeAll, expect, test } from 'vitest'
import type { BlindedPath } from '../../src/blinding/blinded-path.js'
import { createInvoice } from '../../src/bolt12/create-invoice.js'
import { createStandaloneRequest } from '../../src/bolt12/create-invoice-request.js'
import { decodeInvoice, decodeInvoiceError, decodeInvoiceRequest, decodeOffer } from '../../src/bolt12/decode.js'
import { decodeString, encodeString } from '../../src/bolt12/string.js'
import { randomSecret } from '../../src/crypto/group.js'
import { systemRandom } from '../../src/node/random.js'
import { modern } from '../../src/onion/generations/modern.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { jsonOf, type TestNode, useLab } from '../support/e2e/lab.js'
import { testPeer } from '../support/e2e/test-peer.js'

/** A shop that refunds, a relay, and two guests: one knows the shop, one the relay only. All are processes. */

const lab = useLab()
let shop: TestNode
let relay: TestNode
let near: TestNode
let far: TestNode
/** What is paid is in `pay.test.ts`. */
const noWallet = { more: ['--wallet', 'none'] }

beforeAll(async () => {
  ;[shop, relay, near, far] = await Promise.all([
    lab.startNode('shop', noWallet),
    lab.startNode('relay'),
    lab.startNode('near', { listen: ['none'] }),
    lab.startNode('far', { listen: ['none'] }),
  ])
  await Promise.all([near.connect(shop), shop.connect(relay), far.connect(relay)])
})

/** Makes a refund at the shop. */
async function refund(...argv: readonly string[]): Promise<{ readonly id: string; readonly text: string }> {
  const made = await shop.json('refund', 'create', '--amount', '7sat', ...argv)
  return { id: `${made.refund_id}`, text: made.bolt12 }
}

const came = (id: string) => shop.events.next('refund_invoice_received', ({ refund_id }) => refund_id === id)
const invoiceOf = async (id: string) => (await shop.json('refund', 'show', id)).invoice

test('directly: a refund that names the node brings a verified invoice, which both sides list', async () => {
  const { id, text } = await refund('--description', 'Order 1', '--issuer', 'shop', '--note', 'sorry')
  const claimed = await near.json('refund', 'claim', text, '--timeout', '500ms')
  await came(id)
  expect(claimed).toMatchObject({ refund_id: id, amount_msat: '7000', again: false, attempts: 1, waited_ms: 500 })
  const shown = await shop.json('refund', 'show', id.slice(0, 12))
  expect(shown).toMatchObject({
    status: 'answered',
    payer_id: shop.id,
    refusals: [],
    invoice: { bolt12: claimed.bolt12 },
  })
  expect(decodeInvoice(claimed.bolt12).fields).toMatchObject({
    invoice_amount: 7000n,
    offer_description: 'Order 1',
    invreq_payer_note: 'sorry',
  })
  const [issued, fetched, explained] = await Promise.all([
    near.json('invoice', 'list'),
    shop.json('invoice', 'list'),
    lab.lno(['explain', claimed.bolt12]),
  ])
  expect(issued.invoices).toMatchObject([
    { direction: 'issued', status: 'open', refund_id: id, bolt12: claimed.bolt12 },
  ])
  expect(fetched.invoices).toMatchObject([
    { direction: 'fetched', status: 'answered', refund_id: id, invoice_request: text },
  ])
  expect(explained.code).toBe(0)
})

test('over one relay: who claims it learns the relay and nothing else, and a repeat changes nothing', async () => {
  const { id, text } = await refund('--description', 'Order 2', '--path', relay.id, '--dummy-hops', '1')
  expect(Buffer.from(decodeString(text).bytes).toString('hex')).not.toContain(shop.id)
  const claimed = await far.lno('refund', 'claim', text, '--timeout', '1s')
  expect(claimed).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Next: lno invoice show [0-9a-f]{16} --network regtest --data-dir \S+\n$/),
  })
  expect(claimed.stdout).toMatch(/^An invoice was sent, no error came back within 1 s: 7 000 msat \(7 sat\)/)
  await came(id)
  const first = await invoiceOf(id)
  const again = await far.json('refund', 'claim', text, '--timeout', '1s')
  expect(again).toMatchObject({ again: true })
  await shop.events.next('refund_invoice_repeated', ({ refund_id }) => refund_id === id)
  expect(await invoiceOf(id)).toEqual(first)
})

test('disabled, or answered already: an invoice_error comes back, exit code 4', async () => {
  const [gone, taken] = [
    await refund('--description', 'Order 3', '--path', relay.id),
    await refund('--description', 'Order 4', '--path', relay.id),
  ]
  await shop.json('refund', 'disable', gone.id)
  // To the shop itself no way leads that begins at the relay: nobody passes a message back to where it came from.
  await near.connect(relay)
  await near.json('refund', 'claim', taken.text, '--timeout', '500ms')
  await came(taken.id)
  const first = await invoiceOf(taken.id)
  // Longer than any machine needs: it ends with the invoice_error, and not with the time.
  const [late, second] = await Promise.all([
    far.lno('refund', 'claim', gone.text, '--timeout', '50s'),
    far.lno('refund', 'claim', taken.text, '--timeout', '50s'),
  ])
  expect(late).toMatchObject({ code: 4, stdout: '' })
  expect(late.stderr).toMatch(/^lno: INVOICE_ERROR: the payer says: this refund was withdrawn/m)
  expect(second).toMatchObject({ code: 4, stdout: '' })
  expect(second.stderr).toMatch(/^lno: INVOICE_ERROR: the payer says: this refund has an invoice already/m)
  expect(await invoiceOf(taken.id)).toEqual(first)
  expect(await invoiceOf(gone.id)).toBeUndefined()
  expect((await shop.json('refund', 'show', gone.id)).refusals).toMatchObject([{ code: 'REFUND_DISABLED' }])
  const promised = (await far.json('invoice', 'list')).invoices
  expect(promised).toMatchObject([{ status: 'refused' }, { status: 'refused' }, { status: 'open' }])
})

test('expired, for another chain, or no refund at all: refused before anything is sent', async () => {
  const expired = await refund('--description', 'Order 5', '--expiry', '1600000000')
  const { request } = createStandaloneRequest({
    random: systemRandom,
    description: 'Abroad',
    amountMsat: 1n,
    chain: chainHashOf('signet'),
  })
  const offer = (await shop.json('offer', 'create', '--amount', '1000', '--description', 'Tea')).bolt12
  const answer = await near.json('fetch', offer)
  const refused = await Promise.all(
    [expired.text, encodeString('lnr', request.bytes), `${answer.invoice_request}`, offer].map((text) =>
      near.lno('refund', 'claim', text),
    ),
  )
  for (const [index, code] of [
    'REFUND_EXPIRED',
    'INVREQ_CHAIN_UNSUPPORTED',
    'REFUND_ANSWERS_OFFER',
    'STRING_WRONG_KIND',
  ].entries()) {
    expect(refused[index]).toMatchObject({ code: 1, stdout: '' })
    expect(refused[index]?.stderr).toMatch(new RegExp(`^lno: ${code}: `))
  }
  expect((await shop.json('refund', 'show', expired.id)).status).toBe('expired')
  expect((await shop.json('refund', 'list')).refunds).toContainEqual(expect.objectContaining({ refund_id: expired.id }))
})

test('without a wallet nothing can be claimed off regtest, and without a way nowhere', async () => {
  const signet = await lab.startNode('signet', { ...noWallet, network: 'signet', listen: ['none'] })
  const made = await signet.json('refund', 'create', '--amount', '5', '--description', 'x')
  const claimed = await signet.lno('refund', 'claim', made.bolt12)
  expect(claimed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^lno: NO_WALLET: /m) })
  await signet.kill('SIGTERM')
  const lonely = await lab.startNode('lonely', { listen: ['none'] })
  const lost = await lonely.lno('refund', 'claim', (await refund('--description', 'Order 6')).text)
  expect(lost).toMatchObject({ code: 3, stdout: '' })
  expect(lost.stderr).toMatch(/^lno: NO_ROUTE: /m)
  expect((await lonely.json('invoice', 'list')).invoices).toEqual([])
  await lonely.kill('SIGTERM')
})

test('an invoice over a wrong path is met with silence', { tags: ['IR15', 'B9'] }, async () => {
  const [hidden, other, open] = [
    await refund('--description', 'Order 7', '--path', shop.id),
    await refund('--description', 'Order 8', '--path', shop.id),
    await refund('--description', 'Order 9'),
  ]
  const pathOf = ({ text }: { readonly text: string }) => decodeInvoiceRequest(text).fields.invreq_paths![0]!
  const wallet = (await near.json('refund', 'claim', (await refund('--description', 'x')).text, '--timeout', '100ms'))
    .bolt12
  const { invoice_paths, invoice_blindedpay } = decodeInvoice(wallet).fields
  const invoiceFor = ({ text }: { readonly text: string }) =>
    createInvoice(decodeInvoiceRequest(text), {
      createdAt: BigInt(Math.floor(Date.now() / 1000)),
      paymentHash: systemRandom(32),
      paths: [{ path: invoice_paths![0]!, payinfo: invoice_blindedpay![0]! }],
      signingKey: randomSecret(systemRandom),
      aux: systemRandom(32),
    }).bytes
  const peer = await testPeer({ to: shop.at() })
  const errors: (string | undefined)[] = []
  let onError: () => void = () => undefined
  const answered = new Promise<void>((resolve) => {
    onError = resolve
  })
  peer.node.messenger.handle(68n, ({ value }) => {
    errors.push(decodeInvoiceError(value).fields.error)
    onError()
  })
  const offer = await shop.json('offer', 'create', '--amount', '1', '--description', 'Tea', '--path', shop.id)
  const offerPath = decodeOffer(offer.bolt12).fields.offer_paths![0]!
  const send = (invoice: Uint8Array, to: string | BlindedPath) =>
    peer.node.messenger.send({
      generation: modern,
      route: [shop.id],
      to,
      contents: { invoice, reply_path: peer.node.messenger.makePath([shop.id, peer.node.id], systemRandom(32)) },
      onFate: () => undefined,
    })
  try {
    const mark = shop.events.length
    send(invoiceFor(hidden), shop.id)
    send(invoiceFor(hidden), offerPath)
    send(invoiceFor(open), offerPath)
    // Answers of one node to another keep their order: what comes now comes after everything that will come.
    send(invoiceFor(hidden), pathOf(other))
    await answered
    expect(errors).toEqual([expect.stringMatching(/^this invoice cannot be paid: type 0 is not as it was asked for/)])
    await shop.caughtUp()
    const told = shop.events.all.slice(mark)
    const ignored = told.filter(({ kind }) => kind === 'refund_invoice_ignored')
    expect(ignored).toHaveLength(3)
    for (const event of ignored) {
      expect(event).toMatchObject({ code: 'INVOICE_WRONG_PATH', rule: 'IR15', from: peer.node.id })
    }
    expect(told.filter(({ kind }) => kind === 'refund_invoice_received')).toEqual([])
    for (const { id } of [hidden, open]) {
      expect(await shop.json('refund', 'show', id)).toMatchObject({ status: 'open', refusals: [] })
    }
  } finally {
    await peer.stop()
  }
})

test('what was made is there after a kill: the refund, its invoice, and the promise', async () => {
  const { id, text } = await refund('--description', 'Order 10', '--path', shop.id, '--label', 'ten')
  const claimed = jsonOf(await near.lno('refund', 'claim', text, '--timeout', '500ms', '--json'))
  await came(id)
  const before = await shop.json('refund', 'show', id)
  await shop.kill('SIGKILL')
  shop = await lab.startNode('shop', noWallet)
  expect(await shop.json('refund', 'show', id)).toEqual(before)
  expect(before).toMatchObject({ label: 'ten', invoice: { bolt12: claimed.bolt12 } })
})
