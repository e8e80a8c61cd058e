import { beforeAll, expect, test } from 'vitest'
import { decodeInvoice, decodeOffer } from '../../src/bolt12/decode.js'
import { decodeString } from '../../src/bolt12/string.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { jsonOf, ONE_LINE, peerOf, type TestNode, useLab } from '../support/e2e/lab.js'
import { requestFor, testPeer } from '../support/e2e/test-peer.js'

/** A merchant and a payer, two processes, connected to each other over TCP. */

const lab = useLab()
let merchant: TestNode
let payer: TestNode

beforeAll(async () => {
  ;[merchant, payer] = await Promise.all([
    lab.startNode('merchant', { listen: ['127.0.0.1:0', 'ws://127.0.0.1:0'] }),
    lab.startNode('payer', { listen: ['none'] }),
  ])
  await payer.connect(merchant)
})

/** Makes an offer at the merchant and gives its string. */
async function offer(...argv: readonly string[]): Promise<string> {
  return (await merchant.json('offer', 'create', ...argv)).bolt12
}

const fieldsOf = (invoice: string) => decodeInvoice(decodeString(invoice).bytes).fields

test('a payer that is connected to the merchant fetches an invoice and pipes it on', async () => {
  const coffee = await offer('--amount', '10sat', '--description', 'One cup of coffee', '--issuer', 'café')
  const { code, stdout, stderr } = await payer.lno('fetch', coffee, '--note', 'with milk')
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'Next: lno explain INVOICE\n' })
  const invoice = stdout.trim()
  expect(stdout).toBe(`${invoice}\n`)
  const fields = fieldsOf(invoice)
  expect(fields).toMatchObject({ invoice_amount: 10_000n, offer_issuer: 'café', invreq_payer_note: 'with milk' })

  const [explained, fetched, issued, received] = await Promise.all([
    lab.lno(['explain', '-'], { stdin: stdout }),
    payer.json('invoice', 'list'),
    merchant.json('invoice', 'list'),
    merchant.events.next('request_received', ({ payer_note }) => payer_note === 'with milk'),
  ])
  expect(explained.code).toBe(0)
  expect(fetched.invoices).toMatchObject([{ direction: 'fetched', status: 'answered', bolt12: invoice, offer: coffee }])
  expect(issued.invoices).toMatchObject([{ direction: 'issued', status: 'open', payable: false, bolt12: invoice }])
  expect(received.from).toBe(payer.id)
})

test('a quantity is needed where the offer has a maximum, multiplies the price, and has an end', async () => {
  const apples = await offer('--amount', '1000', '--description', 'Apples', '--quantity-max', '5')
  const [five, none, six] = await Promise.all([
    payer.lno('fetch', apples, '--quantity', '5', '--json'),
    payer.lno('fetch', apples),
    payer.lno('fetch', apples, '--quantity', '6'),
  ])
  expect(fieldsOf(jsonOf(five).bolt12)).toMatchObject({ invreq_quantity: 5n, invoice_amount: 5000n })
  expect(none.stderr).toMatch(/^lno: INVREQ_QUANTITY_MISSING: .*rule RR9/)
  expect(six.stderr).toMatch(/^lno: INVREQ_QUANTITY_ABOVE_MAX: .*rule RR9/)
  for (const refused of [none, six]) expect(refused).toMatchObject({ code: 1, stdout: '' })
})

test('an offer for any amount takes what the payer says, and an offer with a price takes more and not less', async () => {
  const [tips, coffee] = await Promise.all([
    offer('--amount', 'any', '--label', 'tips'),
    offer('--amount', '1000', '--description', 'Coffee'),
  ])
  const [given, none, more, less] = await Promise.all([
    payer.lno('fetch', tips, '--amount', '4321', '--json'),
    payer.lno('fetch', tips),
    payer.lno('fetch', coffee, '--amount', '1500', '--json'),
    payer.lno('fetch', coffee, '--amount', '999'),
  ])
  expect(fieldsOf(jsonOf(given).bolt12).invoice_amount).toBe(4321n)
  expect(fieldsOf(jsonOf(more).bolt12).invoice_amount).toBe(1500n)
  for (const refused of [none, less]) expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(none.stderr).toMatch(/^lno: INVREQ_AMOUNT_MISSING: /)
  expect(less.stderr).toMatch(/^lno: INVREQ_AMOUNT_TOO_LOW: /)
})

test('a disabled offer is answered with an invoice_error, exit code 4, until it is enabled again', async () => {
  const made = await merchant.json('offer', 'create', '--amount', '2000', '--description', 'Tea')
  const id = `${made.offer_id}`
  expect(await merchant.json('offer', 'disable', id)).toMatchObject({ active: false })
  const refused = await payer.lno('fetch', made.bolt12)
  expect(refused).toMatchObject({ code: 4, stdout: '' })
  expect(refused.stderr).toMatch(/^lno: INVOICE_ERROR: the issuer says: this offer is not available at the moment/m)
  expect(await merchant.json('offer', 'enable', id.slice(0, 16))).toMatchObject({ active: true })
  expect(fieldsOf((await payer.json('fetch', made.bolt12)).bolt12).invoice_amount).toBe(2000n)
})

test('a single-use offer is reserved for the first who asks, who is answered again', async () => {
  const ticket = await offer('--amount', '5000', '--description', 'A ticket', '--single-use')
  const first = await payer.json('fetch', ticket)
  const second = await lab.lno(['fetch', ticket, '--via', merchant.at(), '--json'])
  expect(second.code).toBe(4)
  expect(JSON.parse(second.stdout)).toMatchObject({
    error: { code: 'INVOICE_ERROR', message: expect.stringContaining('reserved by somebody else') },
  })
  const peer = await testPeer({ to: merchant.at() })
  try {
    const again = peer.ask(merchant.id, decodeString(`${first.invoice_request}`).bytes)
    expect(await peer.answerTo(again)).toMatchObject({ kind: 'invoice' })
    await merchant.caughtUp()
    expect(merchant.events.of('invoice_sent', (event) => event.again === true)).toHaveLength(1)
  } finally {
    await peer.stop()
  }
})

test('somebody without a node asks with a key of his own for this once, over TCP and over WebSocket', async () => {
  const coffee = await offer('--amount', '3000', '--description', 'Espresso')
  const mark = merchant.events.length
  const [tcp, ws] = await Promise.all([
    lab.lno(['fetch', coffee, '--via', merchant.at(0), '--json']),
    lab.lno(['fetch', coffee, '--via', merchant.at(1), '--json']),
  ])
  expect(merchant.addresses[1]).toMatch(/^ws:\/\//)
  for (const ran of [tcp, ws]) expect(fieldsOf(jsonOf(ran).bolt12).invoice_amount).toBe(3000n)
  await merchant.caughtUp()
  const callers = merchant.events.all.slice(mark).filter(({ kind }) => kind === 'peer_connected')
  expect(new Set(callers.map(peerOf)).size).toBe(2)
  expect(callers.map(peerOf)).not.toContain(payer.id)
  expect(tcp.stdout).not.toBe(ws.stdout)
})

test('two nodes that are connected over WebSocket exchange request and invoice', async () => {
  const [web, coffee] = await Promise.all([
    lab.startNode('web', { listen: ['none'] }),
    offer('--amount', '3500', '--description', 'Mocha'),
  ])
  expect((await web.lno('peer', 'connect', merchant.at(1))).code).toBe(0)
  expect((await web.json('peer', 'list')).peers).toMatchObject([{ address: merchant.addresses[1], connected: true }])
  expect(fieldsOf((await web.json('fetch', coffee)).bolt12).invoice_amount).toBe(3500n)
  expect(await web.kill('SIGTERM')).toMatchObject({ code: 0 })
})

test('an expired offer, and one for another chain, are refused before anything is sent', async () => {
  const expired = await offer('--amount', '1000', '--description', 'Old', '--expiry', '1600000000')
  const mark = merchant.events.length
  const [late, abroad] = await Promise.all([
    payer.lno('fetch', expired),
    lab.lno(['fetch', await offer('--amount', '1001', '--description', 'Here'), '--via', merchant.at()], {
      network: 'signet',
    }),
  ])
  expect(late).toMatchObject({ code: 1, stdout: '' })
  expect(late.stderr).toMatch(/^lno: OFFER_EXPIRED: /)
  expect(abroad).toMatchObject({ code: 1, stdout: '' })
  expect(abroad.stderr).toMatch(/^lno: OFFER_CHAIN_UNSUPPORTED: /)
  await merchant.caughtUp()
  const told = merchant.events.all.slice(mark).map(({ kind }) => kind)
  expect(told.filter((kind) => /^(request|peer|connection)/.test(kind))).toEqual([])
})

test('the issuer itself says what is wrong to those who ask for what our own payer never asks for', async () => {
  const [expired, apples, coffee] = await Promise.all([
    offer('--amount', '1000', '--description', 'Older', '--expiry', '1600000000'),
    offer('--amount', '700', '--description', 'Pears', '--quantity-max', '3'),
    offer('--amount', '900', '--description', 'Decaf'),
  ])
  const peer = await testPeer({ to: merchant.at() })
  try {
    const asked = [
      peer.ask(merchant.id, requestFor(expired)),
      peer.ask(merchant.id, requestFor(apples, { invreq_quantity: 4n })),
      peer.ask(merchant.id, requestFor(coffee, { invreq_amount: 899n })),
      peer.ask(merchant.id, requestFor(coffee, { invreq_chain: chainHashOf('signet') })),
    ]
    const answers = await Promise.all(asked.map((question) => peer.answerTo(question)))
    expect(answers.map(({ kind }) => kind)).toEqual(asked.map(() => 'invoice_error'))
    await merchant.caughtUp()
    const codes = merchant.events.of('invoice_error_sent').slice(-4)
    expect(codes.map(({ code }) => code)).toEqual([
      'OFFER_EXPIRED',
      'INVREQ_QUANTITY_ABOVE_MAX',
      'INVREQ_AMOUNT_TOO_LOW',
      'INVREQ_CHAIN_UNSUPPORTED',
    ])
    expect(answers[2]?.error).toBe('899 msat, the offer asks for 900 msat')
  } finally {
    await peer.stop()
  }
})

test('a request that did not come over a path of its offer is met with silence', { tags: ['RR8'] }, async () => {
  const [hidden, other, open] = await Promise.all([
    offer('--amount', '1000', '--description', 'Hidden', '--path', merchant.id),
    offer('--amount', '1000', '--description', 'Other', '--path', merchant.id, '--issuer-key'),
    offer('--amount', '1000', '--description', 'Open'),
  ])
  const pathOf = (text: string) => decodeOffer(text).fields.offer_paths?.[0]
  const peer = await testPeer({ to: merchant.at() })
  try {
    const mark = merchant.events.length
    const wrong = [
      peer.ask(merchant.id, requestFor(hidden)),
      peer.ask(merchant.id, requestFor(hidden), pathOf(other)),
      peer.ask(merchant.id, requestFor(open), pathOf(hidden)),
    ]
    // Answers of one node to another keep their order: what comes now comes after everything that will come.
    const right = peer.ask(merchant.id, requestFor(hidden), pathOf(hidden))
    expect(await peer.answerTo(right)).toMatchObject({ kind: 'invoice' })
    expect(peer.answers.map(({ question }) => question)).toEqual([right])
    await merchant.caughtUp()
    const ignored = merchant.events.all.slice(mark).filter(({ kind }) => kind === 'request_ignored')
    expect(ignored).toHaveLength(wrong.length)
    for (const event of ignored) {
      expect(event).toMatchObject({ code: 'INVREQ_WRONG_PATH', rule: 'RR8', from: peer.node.id })
    }
    const received = merchant.events.all.slice(mark).filter(({ kind }) => kind === 'request_received')
    expect(received).toHaveLength(1)
  } finally {
    await peer.stop()
  }
})

test('nodes of different networks do not stay connected', async () => {
  const abroad = await lab.startNode('abroad', { network: 'signet', listen: ['none'] })
  const refused = await abroad.lno('peer', 'connect', merchant.at())
  expect(refused).toMatchObject({ code: 3, stdout: '' })
  expect(refused.stderr).toMatch(ONE_LINE)
  expect((await abroad.json('peer', 'list')).peers).toEqual([])
  await abroad.kill('SIGTERM')
})
