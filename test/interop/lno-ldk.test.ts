import { expect, test } from 'vitest'
import type { LabPeer, OfferShape } from '../../interop/driver.js'
import { buildLdk, ldk, ldkBare, ldkStock } from '../../interop/drivers/ldk.js'
import { decodeInvoice } from '../../src/bolt12/decode.js'
import { decodeString } from '../../src/bolt12/string.js'
import { jsonOf, type TestNode, useLab } from '../support/e2e/lab.js'
import { usePeers } from '../support/interop/peers.js'

/** The daemon and LDK, in every role of a request. */

const lab = useLab()
const peers = usePeers(ldk, async () => {
  const built = await buildLdk(() => undefined)
  return !built.ok && !built.absent
})

const DIRECT = { over: [], timeoutMs: 20_000 }

const fieldsOf = (invoice: string) => decodeInvoice(decodeString(invoice).bytes).fields

const refOf = (node: TestNode) => ({ nodeId: node.id, address: `${node.addresses[0]}` })

/** LDK dials, and the daemon has taken its init. */
async function dial(from: LabPeer, to: TestNode): Promise<void> {
  const mark = to.events.length
  await from.connect(refOf(to))
  await to.events.next('peer_connected', (event) => JSON.stringify(event).includes(from.nodeId), mark)
}

async function fetched(payer: TestNode, ...argv: readonly string[]): Promise<string> {
  return jsonOf(await payer.lno('fetch', ...argv, '--json'), argv).bolt12
}

test('the daemon fetches from LDK: an issuer id, a path that begins at LDK, a large message', async () => {
  const payee = await peers.start(ldk, 'payee')
  const payer = await lab.startNode('fetcher', { listen: ['none'] })
  const shapes: readonly Partial<OfferShape>[] = [
    {},
    { selfIntroduction: true },
    { selfIntroduction: true, dummyHops: 3 },
  ]
  await payer.lno('peer', 'connect', `${payee.nodeId}@${payee.address}`)
  for (const shape of shapes) {
    const { text } = await payee.createOffer!({ description: 'Coffee', amountMsat: 10_000n, paths: [], ...shape })
    expect(fieldsOf(await fetched(payer, text))).toMatchObject({ invoice_amount: 10_000n })
  }
  const { text } = await payee.createOffer!({ description: 'Note', paths: [] })
  const note = 'n'.repeat(2000)
  expect(fieldsOf(await fetched(payer, text, '--amount', '5', '--note', note)).invreq_payer_note).toBe(note)
})

test('LDK fetches from the daemon, lab and stock, and stays connected', async () => {
  const payee = await lab.startNode('issuer')
  for (const driver of [ldk, ldkStock]) {
    const payer = await peers.start(driver, 'payer')
    await dial(payer, payee)
    const offer = (await payee.json('offer', 'create', '--amount', '700', '--description', 'x', '--quantity-max', '3'))
      .bolt12
    const got = await payer.fetch!({ offer, quantity: 2n, payerNote: 'n'.repeat(2000), ...DIRECT })
    expect(got).toMatchObject({ kind: 'invoice', amountMsat: 1400n })
    expect(await payer.peers()).toEqual([payee.id])
  }
})

test('messages of two LDK nodes pass over the daemon', async () => {
  const relay = await lab.startNode('relay')
  const [payer, payee] = await Promise.all([peers.start(ldk, 'payer'), peers.start(ldk, 'payee')])
  await dial(payer, relay)
  await dial(payee, relay)
  for (const shape of [{}, { dummyHops: 3 }, { compact: true }]) {
    const { text, scids = [] } = await payee.createOffer!({ description: 'x', paths: [[refOf(relay)]], ...shape })
    expect(await payer.fetch!({ offer: text, amountMsat: 3n, scids, ...DIRECT })).toMatchObject({ kind: 'invoice' })
  }
  const { text } = await payee.createOffer!({ description: 'x', amountMsat: 4n, paths: [] })
  const over = { offer: text, over: [refOf(relay)], timeoutMs: DIRECT.timeoutMs }
  expect(await payer.fetch!(over)).toMatchObject({ kind: 'invoice', amountMsat: 4n })
  const refund = await payee.createRefund!({ description: 'Sorry', amountMsat: 7n, paths: [[refOf(relay)]] })
  expect(await payer.claim!({ refund: refund.text, over: [], timeoutMs: 100 })).toMatchObject({ kind: 'sent' })
  expect(await payee.refundOutcome!(refund, DIRECT.timeoutMs)).toMatchObject({ kind: 'invoice', amountMsat: 7n })
})

test('messages of the daemon pass over LDK, to LDK and to another daemon, either way', async () => {
  const [relay, payee] = await Promise.all([peers.start(ldk, 'relay'), peers.start(ldk, 'payee')])
  const [payer, issuer] = await Promise.all([
    lab.startNode('payer', { listen: ['none'] }),
    lab.startNode('far-issuer', { listen: ['none'] }),
  ])
  await relay.connect(payee)
  for (const node of [payer, issuer]) await node.lno('peer', 'connect', `${relay.nodeId}@${relay.address}`)
  for (const shape of [{}, { dummyHops: 3 }, { compact: true }]) {
    const { text, scids = [] } = await payee.createOffer!({ description: 'x', paths: [[relay]], ...shape })
    const scid = scids.flatMap((channel) => ['--scid', channel])
    expect(fieldsOf(await fetched(payer, text, '--amount', '9', ...scid)).invoice_amount).toBe(9n)
  }
  const { bolt12 } = await issuer.json('offer', 'create', '--amount', '8', '--description', 'x', '--path', relay.nodeId)
  expect(fieldsOf(await fetched(payer, bolt12)).invoice_amount).toBe(8n)
  expect(await payee.fetch!({ offer: bolt12, ...DIRECT })).toMatchObject({ kind: 'invoice', amountMsat: 8n })
  const { text } = await payee.createOffer!({ description: 'x', amountMsat: 6n, paths: [] })
  const via = ['--via', `${relay.nodeId}@${relay.address}`]
  expect(fieldsOf(await fetched(payer, text, ...via)).invoice_amount).toBe(6n)
})

test('a stock LDK offers over the daemon and is asked by a daemon', async () => {
  const relay = await lab.startNode('stock-relay')
  const payee = await peers.start(ldkStock, 'payee')
  await dial(payee, relay)
  const { text } = await payee.createOffer!({ description: 'x', amountMsat: 11n, paths: [[refOf(relay)]] })
  const payer = await lab.startNode('stock-payer', { listen: ['none'] })
  await payer.connect(relay)
  expect(fieldsOf(await fetched(payer, text)).invoice_amount).toBe(11n)
  // The introduction node asks, too.
  expect(fieldsOf(await fetched(relay, text)).invoice_amount).toBe(11n)
})

test('the daemon reads the invoice_error of an LDK that has no channel', async () => {
  const payee = await peers.start(ldkBare, 'payee')
  const payer = await lab.startNode('reader', { listen: ['none'] })
  await payer.lno('peer', 'connect', `${payee.nodeId}@${payee.address}`)
  const { text } = await payee.createOffer!({ description: 'x', amountMsat: 5n, paths: [] })
  const { code, stderr } = await payer.lno('fetch', text)
  expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('MissingPaths') })
})

test('LDK cannot read the invoice_error of the daemon: it wants a length in front, which BOLT 12 does not write', async () => {
  const payee = await lab.startNode('refusing')
  const payer = await peers.start(ldk, 'payer')
  await dial(payer, payee)
  const { bolt12 } = await payee.json('offer', 'create', '--amount', '700', '--description', 'x')
  await payee.json('offer', 'disable', bolt12)
  const outcome = await payer.fetch!({ offer: bolt12, over: [], timeoutMs: 2000 })
  expect(outcome).toMatchObject({ kind: 'refused', code: 'UNREADABLE' })
})
