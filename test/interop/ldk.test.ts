import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { LabPeer, OfferShape, PeerRef } from '../../interop/driver.js'
import { buildLdk, ldk, ldkStock } from '../../interop/drivers/ldk.js'
import { decodeInvoice } from '../../src/bolt12/decode.js'
import { decodeString } from '../../src/bolt12/string.js'
import { usePeers } from '../support/interop/peers.js'

/** The LDK nodes among themselves: what they cannot do with each other, no scenario may expect of them. */

const peers = usePeers(ldk, async () => {
  const built = await buildLdk(() => undefined)
  return !built.ok && !built.absent
})

const PATIENCE = { timeoutMs: 20_000 }
const DIRECT = { over: [] as readonly PeerRef[], ...PATIENCE }

const fieldsOf = (invoice: string) => decodeInvoice(decodeString(invoice).bytes).fields

/** A chain of connected nodes, each one connected to the next. */
async function row(test: string, length: number, driver = ldk): Promise<LabPeer[]> {
  const roles = Array.from({ length }, (_, at) => `${test}${at}`)
  const nodes = await Promise.all(roles.map((role) => peers.start(driver, role)))
  for (const [at, node] of nodes.entries()) if (at > 0) await nodes[at - 1]?.connect(node)
  return nodes
}

test('an invoice is fetched directly, with quantity and note, and refused without a quantity', async () => {
  const [payer, payee] = (await row('direct', 2)) as [LabPeer, LabPeer]
  const { text } = await payee.createOffer!({ description: 'Apples', amountMsat: 700n, quantityMax: 5n, paths: [] })
  const fetched = await payer.fetch!({ offer: text, quantity: 3n, payerNote: 'red ones', ...DIRECT })
  expect(fetched).toMatchObject({ kind: 'invoice', amountMsat: 2100n, request: expect.stringMatching(/^lnr1/) })
  const fields = fieldsOf(fetched.kind === 'invoice' ? fetched.invoice : '')
  expect(fields).toMatchObject({ invreq_quantity: 3n, invreq_payer_note: 'red ones', offer_description: 'Apples' })
  expect(await payer.fetch!({ offer: text, quantity: 6n, ...DIRECT })).toMatchObject({
    kind: 'refused',
    code: 'InvalidQuantity',
  })
})

test('every shape of offer is answered over one LDK relay, and the relay counts what it passed on', async () => {
  const [payer, relay, payee] = (await row('shapes', 3)) as [LabPeer, LabPeer, LabPeer]
  const shapes: Readonly<Record<string, Partial<OfferShape>>> = {
    path: { paths: [[relay]] },
    dummy: { paths: [[relay]], dummyHops: 3 },
    compact: { paths: [[relay]], compact: true },
  }
  for (const [description, shape] of Object.entries(shapes)) {
    const { text, scids = [] } = await payee.createOffer!({ description, paths: [], ...shape })
    const before = await relay.forwarded!()
    expect(await payer.fetch!({ offer: text, amountMsat: 4321n, scids, ...DIRECT })).toMatchObject({
      kind: 'invoice',
      amountMsat: 4321n,
    })
    expect(await relay.forwarded!()).toBeGreaterThanOrEqual(before + 2)
  }
  for (const shape of [{}, { selfIntroduction: true }]) {
    const { text } = await payee.createOffer!({ description: 'over', paths: [], ...shape })
    const large = { offer: text, amountMsat: 1n, payerNote: 'n'.repeat(2000), over: [relay], ...PATIENCE }
    expect(await payer.fetch!(large)).toMatchObject({ kind: 'invoice' })
  }
})

test('a path of two hops and an offer of two paths are answered', async () => {
  const [payer, one, two, payee] = (await row('far', 4)) as [LabPeer, LabPeer, LabPeer, LabPeer]
  const hops = await payee.createOffer!({ description: 'two hops', amountMsat: 5n, paths: [[one, two]] })
  expect(await payer.fetch!({ offer: hops.text, ...DIRECT })).toMatchObject({ kind: 'invoice', amountMsat: 5n })
  const gone = { nodeId: `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`, address: '' }
  const paths = await payee.createOffer!({ description: 'two paths', amountMsat: 6n, paths: [[gone], [two]] })
  expect(await payer.fetch!({ offer: paths.text, over: [one], ...PATIENCE })).toMatchObject({
    kind: 'invoice',
    amountMsat: 6n,
  })
})

test('what cannot come is told apart: nobody there, disabled, expired, too little', async () => {
  const [payer, payee] = (await row('refused', 2)) as [LabPeer, LabPeer]
  const [alone] = (await row('alone', 1)) as [LabPeer]
  const offer = await payee.createOffer!({ description: 'Coffee', amountMsat: 1000n, paths: [] })
  const nobody = { offer: offer.text, over: [], timeoutMs: 300 }
  expect(await alone.fetch!(nobody)).toMatchObject({ kind: 'silence', code: 'CONNECTION_NEEDED' })
  expect(await payer.fetch!({ offer: offer.text, amountMsat: 999n, ...DIRECT })).toMatchObject({
    kind: 'refused',
    code: 'InsufficientAmount',
  })
  await payee.disableOffer!(offer)
  expect(await payer.fetch!(nobody)).toEqual({ kind: 'silence' })
  const past = await payee.createOffer!({
    description: 'Old',
    amountMsat: 1n,
    absoluteExpiry: 1_700_000_000n,
    paths: [],
  })
  expect(await payer.fetch!({ offer: past.text, ...DIRECT })).toMatchObject({ kind: 'refused', code: 'AlreadyExpired' })
})

test('a refund is claimed with an invoice, directly and over a path', async () => {
  const [claimer, relay, maker] = (await row('refund', 3)) as [LabPeer, LabPeer, LabPeer]
  for (const paths of [[], [[relay]]]) {
    const refund = await maker.createRefund!({ description: 'Sorry', amountMsat: 7000n, paths })
    const claimed = await claimer.claim!({
      refund: refund.text,
      over: paths.length === 0 ? [relay] : [],
      timeoutMs: 300,
    })
    expect(claimed).toMatchObject({ kind: 'sent', invoice: expect.stringMatching(/^lni1/) })
    expect(await maker.refundOutcome!(refund, PATIENCE.timeoutMs)).toMatchObject({ kind: 'invoice', amountMsat: 7000n })
  }
})

test('an offer is paid over a channel, and over two of them, and the preimage fits', async () => {
  const [payer, relay, payee] = (await row('paid', 3)) as [LabPeer, LabPeer, LabPeer]
  await ldk.openChannel!(payer, relay, 1_000_000n)
  await ldk.openChannel!(relay, payee, 1_000_000n)
  for (const [to, over] of [
    [relay, []],
    [payee, [relay]],
  ] as const) {
    const { text } = await to.createOffer!({ description: 'Paid', amountMsat: 12_000n, paths: [] })
    const paid = await payer.pay!({ offer: text, over, ...PATIENCE })
    expect(paid).toMatchObject({ kind: 'paid', amountMsat: 12_000n })
    const preimage = Buffer.from(paid.kind === 'paid' ? paid.preimage : '', 'hex')
    const hash = createHash('sha256').update(preimage).digest('hex')
    expect(to.log()).toMatch(new RegExp(`"event":"payment_claimed","payment_hash":"${hash}"`))
  }
})

test('routers as shipped: an offer over the only peer, with paths of four hops; none with a path that was not asked for', async () => {
  const [payer, relay, payee] = (await row('stock', 3, ldkStock)) as [LabPeer, LabPeer, LabPeer]
  const { text } = await payee.createOffer!({ description: 'Stock', amountMsat: 10n, paths: [[relay]] })
  expect(await payer.fetch!({ offer: text, ...DIRECT })).toMatchObject({ kind: 'invoice', amountMsat: 10n })
  await expect(relay.createOffer!({ description: 'Two peers', paths: [[payer]] })).rejects.toThrow(/only peer/)
})
