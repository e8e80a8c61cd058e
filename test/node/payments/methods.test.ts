import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import { verifyPayerProof } from '../../../src/bolt12/proof/verify.js'
import { callMethod } from '../../../src/node/control/method.js'
import { toWireText } from '../../../src/node/control/protocol.js'
import { allMethods } from '../../../src/node/methods/index.js'
import { verifyExport } from '../../../src/payments/hosted/export.js'
import { coffee, type Lab, type LabNode, lab } from '../lab.js'

/** Calls a method as the control socket does. */
function caller(world: Lab, { node }: LabNode) {
  const daemon = { version: '0', pid: 1, dataDir: '', socketPath: () => '', stop: () => undefined }
  const methods = allMethods(node, daemon, world.clock.now)
  return async (name: string, params: object = {}, steps: unknown[] = []) => {
    const method = methods.find((each) => each.name === name)!
    const context = {
      signal: new AbortController().signal,
      client: 'test',
      progress: (value: unknown) => void steps.push(JSON.parse(toWireText(value))),
    }
    return JSON.parse(toWireText(await world.until(callMethod(method, params, context))))
  }
}

async function places() {
  const world = lab()
  const relay = await world.start('relay', { wallet: 'embedded' })
  const payer = await world.start('payer', { wallet: 'embedded' })
  await world.connect(payer, relay, true)
  return { world, relay, payer, host: caller(world, relay), client: caller(world, payer) }
}

test('a channel: granted, opened, shown, exported, closed when nobody owes anything', async () => {
  const { world, relay, payer, host, client } = await places()
  const grant = await host('host.grant', { capacity_msat: '1000000', balance_msat: '0', label: 'till' })
  expect(grant).toMatchObject({ capacity_msat: '1000000', balance_msat: '0', label: 'till' })
  const { secret, ...shown } = grant
  expect(await host('host.grants')).toEqual({ grants: [shown] })
  const second = await host('host.grant', { capacity_msat: '5' })
  expect(await host('host.revoke', { grant: second.grant_id.slice(0, 8) })).toMatchObject({ grant_id: second.grant_id })
  await expect(host('host.revoke', { grant: second.grant_id })).rejects.toMatchObject({ code: 'GRANT_NOT_FOUND' })
  const opened = await client('channel.open', { peer: relay.node.id, secret })
  expect(opened).toMatchObject({
    peer: relay.node.id,
    role: 'client',
    status: 'up',
    capacity_msat: '1000000',
    local_msat: '0',
    owes: { who: 'nobody', msat: '0' },
  })
  expect(await host('host.grants')).toEqual({ grants: [] })
  expect((await host('channel.list')).channels).toMatchObject([{ role: 'host', peer: payer.node.id }])
  const { file } = await client('channel.export', { peer: relay.node.id.slice(0, 8) })
  expect(verifyExport(file)).toMatchObject({ exportedBy: 'client' })
  await expect(client('channel.show', { peer: '02' })).rejects.toMatchObject({ code: 'PEER_NOT_FOUND' })
  expect(await client('channel.close', { peer: relay.node.id })).toMatchObject({ status: 'closed' })
  await expect(client('channel.open', { peer: `02${'11'.repeat(32)}` })).rejects.toMatchObject({
    code: 'PEER_NOT_FOUND',
  })
  const none = caller(world, await world.start('none'))
  await expect(none('channel.list')).rejects.toMatchObject({ code: 'NO_HOSTED_CHANNELS' })
  await expect(none('account.list')).rejects.toMatchObject({ code: 'NO_WALLET' })
})

test('a payment: tried, made with progress, listed, proven, accounted for', async () => {
  const { world, relay, payer, host, client } = await places()
  const { secret } = await host('host.grant', { capacity_msat: '100000000', balance_msat: '50000000' })
  await client('channel.open', { peer: relay.node.id, secret })
  expect(await client('channel.show', { peer: relay.node.id })).toMatchObject({
    owes: { who: 'them', msat: '50000000' },
  })
  expect(await host('channel.show', { peer: payer.node.id })).toMatchObject({ owes: { who: 'us', msat: '50000000' } })
  const { id, text } = await relay.node.issuer.create(coffee({ label: 'till' }))
  const dry = await client('pay.start', { string: text, dry_run: true })
  expect(dry).toMatchObject({
    status: 'invoice',
    amount_msat: '10000',
    offer_id: id,
    bolt12: expect.stringMatching(/^lni1/),
  })
  expect((await client('payment.list')).payments).toEqual([])
  const steps: { readonly step: string; readonly payment_id?: string }[] = []
  const paid = await client('pay.start', { string: text, payer_note: 'hi', max_fee_msat: '10000' }, steps)
  expect(paid).toMatchObject({ status: 'paid', fee_msat: dry.fee_msat, payer_note: 'hi', max_fee_msat: '10000' })
  expect(steps.map(({ step }) => step)).toEqual([
    'asking',
    'attempt',
    'sent',
    'received',
    'invoice',
    'part_sent',
    'paid',
  ])
  for (const step of ['asking', 'invoice', 'part_sent', 'paid']) {
    expect(steps.find((each) => each.step === step)).toMatchObject({ payment_id: paid.payment_id })
  }
  expect((await client('payment.list', { limit: 5 })).payments).toMatchObject([{ payment_id: paid.payment_id }])
  const shown = await client('payment.show', { id: paid.payment_id.slice(0, 16).toUpperCase() })
  expect(shown).toMatchObject({ status: 'paid', preimage: paid.preimage, bolt12: expect.stringMatching(/^lni1/) })
  const { proof } = await client('proof.create', {
    id: paid.payment_id,
    include: ['offer_description', '170'],
    note: 'x',
  })
  expect(verifyPayerProof(proof)).toMatchObject({ ok: true })
  await expect(client('proof.create', { id: paid.payment_id, include: ['nothing'] })).rejects.toMatchObject({
    code: 'CONTROL_BAD_PARAMS',
  })
  await expect(client('payment.show', { id: 'ffff' })).rejects.toMatchObject({ code: 'PAYMENT_NOT_FOUND' })
  await world.clock.advance(1000)
  const account = await client('account.list')
  expect(account).toMatchObject({
    entries: [
      { seq: '1', kind: 'grant', amount_msat: '50000000' },
      {
        seq: '2',
        kind: 'sent',
        amount_msat: '-10000',
        fee_msat: paid.fee_msat,
        payment_id: paid.payment_id,
        offer_id: id,
      },
    ],
    more: false,
    total_msat: '49990000',
  })
  expect(await client('account.list', { from: '2', limit: 1 })).toMatchObject({
    entries: [{ seq: '2' }],
    more: false,
    total_msat: '49990000',
  })
  expect(await client('account.list', { limit: 1 })).toMatchObject({ entries: [{ seq: '1' }], more: true })
  expect((await host('account.list')).entries[1]).toMatchObject({
    kind: 'received',
    offer_id: id,
    payer_note: 'hi',
    label: 'till',
  })
})
