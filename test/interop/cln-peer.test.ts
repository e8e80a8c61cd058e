import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { FetchRequest, LabPeer } from '../../interop/driver.js'
import { clnPeer } from '../../interop/drivers/cln-peer.js'
import { clnCannot, clnRelease, clnVersion } from '../../interop/drivers/cln-release.js'
import { clnRpc, msatOf } from '../../interop/drivers/cln-rpc.js'
import { offerProblems } from '../../interop/run/made.js'
import { tempDir } from '../support/temp-dir.js'
import { type FakeRpc, fakeLightningRpc, type Params, RpcFault } from './support/fake-rpc.js'

/** Nodes and strings of the examples in Core Lightning's documentation. */
const ME = '033845802d25b4e074ccfd7cd8b339a41dc75bf9978a034800444b51d42b07799a'
const RELAY = {
  nodeId: '03cecbfdc68544cc596223b68ce0710c9e5d2c9cb317ee07822d95079acc703d31',
  address: '127.0.0.1:30005',
}
const OFFER =
  'lno1qgsqvgnwgcg35z6ee2h3yczraddm72xrfua9uve2rlrm9deu7xyfzrcgqgn3qzs2ge5hx6pqwdskcefpzcssxwz9sqkjtd8qwnx06lxckvu6g8w8t0ue0zsrfqqygj636s4sw7v6'
const OFFER_ID = 'c5cde0292d56941940f8b10a4c9bdd1f8846d6041a61b3f7e0f87e105aa88121'
const INVOICE = 'lni1qqgvzkzz5jrhmdd3c9vy9fy80k6mzq3qqc3xu3s3rg94nj40zfsy866mhu5vxne6tcej5878k2mneuvgjy8ssq38zq9q5'
/** Of the node that made the offer of 2021 below. */
const NODE_OF_2021 = 'eac758bc088658ca9d885b2222b6586de538a1512a5a6a838fded3ab81f9c10a'
const REFUND = 'lnr1qqgv27pu76evyr7zc4urea4jcg8uyzst2d5k6urvv5s8getnw3gzqp3zderpzxstt8927ynqg044h0egcd8n5h3n9'
const INVREQ_ID = '3acd9ca593d5a1b735c98afa6efc9ee4b8e5b004a36f416a7003ffa70e0196e4'

interface Harness {
  readonly peer: LabPeer
  readonly rpc: FakeRpc
  readonly lines: string[]
}

async function harness(
  answers: Readonly<Record<string, (params: Params) => unknown>>,
  release = 'v26.06.6',
): Promise<Harness> {
  const rpc = await fakeLightningRpc(answers)
  const lines: string[] = []
  const peer = clnPeer({
    rpc: clnRpc({ path: rpc.path }),
    release: clnRelease(clnVersion(release)!),
    role: 'payee',
    driver: 'cln',
    nodeId: ME,
    address: '127.0.0.1:30003',
    files: [],
    log: () => lines.join('\n'),
    stop: async () => undefined,
  })
  return { peer, rpc, lines }
}

const made = (bolt12 = OFFER) => ({
  offer_id: OFFER_ID,
  active: true,
  single_use: false,
  bolt12,
  force_paths: false,
  used: false,
  created: true,
})

const request = (more: Partial<FetchRequest> = {}): FetchRequest => ({
  offer: OFFER,
  over: [],
  timeoutMs: 2_500,
  ...more,
})

test('connect names host and port; what is not connected is no peer', async () => {
  const { peer, rpc } = await harness({
    connect: ({ id }) => ({ id, features: '800898882a8a59a1', direction: 'out', address: {} }),
    listpeers: () => ({
      peers: [
        { id: RELAY.nodeId, connected: true, num_channels: 0, netaddr: ['127.0.0.1:30005'] },
        { id: ME.replace('033', '022'), connected: false, num_channels: 1 },
      ],
    }),
  })
  await peer.connect(RELAY)
  expect(rpc.asked).toEqual([['connect', { id: RELAY.nodeId, host: '127.0.0.1', port: 30005 }]])
  expect(await peer.peers()).toEqual([RELAY.nodeId])
})

test('a peer that cannot be reached is an error with the words of lightningd', async () => {
  const { peer } = await harness({
    connect: () => {
      throw new RpcFault(401, 'All addresses failed: 127.0.0.1:30005: Connection refused')
    },
  })
  await expect(peer.connect(RELAY)).rejects.toThrow(/127\.0\.0\.1:30005: Connection refused/)
})

test('offers of each shape', async () => {
  const { peer, rpc } = await harness({ offer: () => made() })
  expect(await peer.createOffer!({ description: 'Tea', paths: [] })).toEqual({ text: OFFER })
  await peer.createOffer!({ description: 'Tea', amountMsat: 10_000n, quantityMax: 3n, absoluteExpiry: 9n, paths: [] })
  await peer.createOffer!({ description: 'Tea', quantityMax: 'unlimited', paths: [[RELAY], [RELAY, RELAY]] })
  await peer.createOffer!({ description: 'Tea', paths: [], selfIntroduction: true })
  expect(rpc.asked.map(([, params]) => params)).toEqual([
    { amount: 'any', description: 'Tea' },
    { amount: '10000msat', description: 'Tea', quantity_max: 3, absolute_expiry: 9 },
    {
      amount: 'any',
      description: 'Tea',
      quantity_max: 0,
      dev_paths: [
        [RELAY.nodeId, ME],
        [RELAY.nodeId, RELAY.nodeId, ME],
      ],
    },
    { amount: 'any', description: 'Tea', dev_paths: [[ME]] },
  ])
  await expect(peer.createOffer!({ description: 'Tea', paths: [], dummyHops: 1 })).rejects.toThrow(/dummy hops/)
})

test('an offer is switched off by its id, which is decoded where it was made by somebody else', async () => {
  const { peer, rpc } = await harness({
    offer: () => made(),
    decode: () => ({ type: 'bolt12 offer', valid: true, offer_id: 'ff'.repeat(32) }),
    disableoffer: ({ offer_id }) => ({ ...made(), offer_id, active: false }),
  })
  await peer.createOffer!({ description: 'Tea', paths: [] })
  await peer.disableOffer!({ text: OFFER })
  await peer.disableOffer!({ text: 'lno1other' })
  expect(rpc.asked.filter(([method]) => method === 'disableoffer').map(([, params]) => params)).toEqual([
    { offer_id: OFFER_ID },
    { offer_id: 'ff'.repeat(32) },
  ])
})

test('a fetched invoice, with the amount that decode reads in it', async () => {
  const { peer, rpc } = await harness({
    fetchinvoice: () => ({ invoice: INVOICE, changes: {} }),
    decode: ({ string }) => ({ type: 'bolt12 invoice', valid: string === INVOICE, invoice_amount_msat: 10000 }),
  })
  expect(await peer.fetch!(request({ amountMsat: 10_000n, quantity: 2n, payerNote: 'Thanks' }))).toEqual({
    kind: 'invoice',
    invoice: INVOICE,
    amountMsat: 10_000n,
  })
  expect(rpc.asked[0]).toEqual([
    'fetchinvoice',
    { offer: OFFER, amount_msat: 10000, quantity: 2, payer_note: 'Thanks', timeout: 3 },
  ])
})

test('v0.10.2 names the amount msatoshi, prints it with its unit, and knows neither paths nor refunds', async () => {
  const { peer, rpc } = await harness(
    {
      fetchinvoice: () => ({ invoice: INVOICE, changes: { msat: '10000msat' } }),
      decode: () => ({ type: 'bolt12 invoice', valid: true, amount_msat: '10000msat' }),
    },
    'v0.10.2',
  )
  expect(await peer.fetch!(request({ amountMsat: 10_000n }))).toMatchObject({ kind: 'invoice', amountMsat: 10_000n })
  expect(rpc.asked[0]![1]).toEqual({ offer: OFFER, msatoshi: 10000, timeout: 3 })
  expect(peer.createRefund).toBeUndefined()
  expect(peer.claim).toBeUndefined()
  await expect(peer.createOffer!({ description: 'Tea', paths: [[RELAY]] })).rejects.toThrow(/no stated paths/)
})

test('a node of 2021 asks in the two forms of its release, and is of that time', async () => {
  const asks = async (release: string) => (await harness({}, release)).peer.asks
  expect(await asks('v0.10.0')).toEqual([385])
  expect(await asks('v0.10.1')).toEqual([385])
  expect(await asks('v0.10.2')).toEqual([387, 385])
  expect(await asks('v0.11.2')).toEqual([513, 387])
  expect(await asks('v0.12.1')).toEqual([513, 387])
  expect(await asks('v22.11')).toEqual([513])
  expect(await asks('v26.06.6')).toEqual([513])
  expect(clnRelease([0, 12, 1]).form).toBe('2021')
  expect(clnRelease([22, 11, 0]).form).toBeUndefined()
})

/** What v0.10.2 and v0.11.2 were seen to print for their offers and invoices. */
const OF_2021 = {
  offer:
    'lno1qgsqvgnwgcg35z6ee2h3yczraddm72xrfua9uve2rlrm9deu7xyfzrcgqgp7szstd3jkwctr0ys8getnws0zp6k8tz7q3pjce2wcskezy2m9sm098zs4z2j6d2pclhkn4wqlnsg27pqr77w0h5kz2rymf28rryg3rdzp5z8f02lhstm56a9qvwm99vlk4vufams6hssew8akzy7wz7fqhtd3tuu3dvhzmvhvr50vn6jxzp657c',
  id: 'b44a1fde2c49c7aa56131a280acffa9cfc7cff6b616ce8a8ad7e2821fff8cd31',
}

test('an offer of 2021 is made, asked for and switched off by the same commands', async () => {
  const { peer, rpc } = await harness(
    {
      offer: () => ({
        offer_id: OF_2021.id,
        active: true,
        single_use: false,
        bolt12: OF_2021.offer,
        bolt12_unsigned: OF_2021.offer,
        used: false,
        created: true,
      }),
      fetchinvoice: () => ({ invoice: INVOICE, changes: {} }),
      decode: () => ({ type: 'bolt12 invoice', valid: true, offer_id: OF_2021.id, amount_msat: '1000msat' }),
      disableoffer: () => ({ offer_id: OF_2021.id, active: false }),
    },
    'v0.10.2',
  )
  const offer = await peer.createOffer!({ description: 'legacy test', amountMsat: 1000n, paths: [] })
  expect(
    offerProblems(
      offer.text,
      { description: 'legacy test', amountMsat: 1000n, paths: [] },
      `03${NODE_OF_2021}`,
      '2021',
    ),
  ).toEqual([])
  expect(await peer.fetch!(request({ offer: offer.text, issuer: `03${NODE_OF_2021}` }))).toMatchObject({
    kind: 'invoice',
    amountMsat: 1000n,
  })
  await peer.disableOffer!(offer)
  // No parameter that only later releases know, nor one that the lab keeps for itself.
  expect(rpc.asked.map(([method, params]) => [method, Object.keys(params)])).toEqual([
    ['offer', ['amount', 'description']],
    ['fetchinvoice', ['offer', 'timeout']],
    ['decode', ['string']],
    ['disableoffer', ['offer_id']],
  ])
})

test.for([
  [
    'an invoice_error with its field',
    new RpcFault(1004, 'Remote node sent failure message', {
      erroneous_field: 82,
      suggested_value: '01',
      error: 'Too little',
    }),
    { kind: 'invoice_error', message: 'Too little', erroneousField: 82n },
  ],
  [
    'an invoice_error with words alone',
    new RpcFault(1004, 'Remote node sent failure message', { error: 'Offer no longer available' }),
    { kind: 'invoice_error', message: 'Offer no longer available' },
  ],
  [
    'an invoice that does not fit',
    new RpcFault(1004, 'Incorrect invoice_amount field in 0010c1'),
    { kind: 'refused', code: '1004', message: 'Incorrect invoice_amount field in 0010c1' },
  ],
  [
    'no answer',
    new RpcFault(1005, 'Timeout waiting for response'),
    { kind: 'silence', code: '1005', message: 'Timeout waiting for response' },
  ],
  [
    'no way',
    new RpcFault(1003, 'Failed: could not route or connect directly to 03ce'),
    { kind: 'silence', code: '1003', message: 'Failed: could not route or connect directly to 03ce' },
  ],
  [
    'an expired offer',
    new RpcFault(1002, 'Offer expired'),
    { kind: 'refused', code: '1002', message: 'Offer expired' },
  ],
  [
    'a parameter that it does not take',
    new RpcFault(-32602, 'quantity parameter required'),
    { kind: 'refused', code: '-32602', message: 'quantity parameter required' },
  ],
] as const)('a fetch that ends with %s', async ([, fault, outcome]) => {
  const { peer } = await harness({
    fetchinvoice: () => {
      throw fault
    },
  })
  expect(await peer.fetch!(request())).toEqual(outcome)
})

const invoicerequest = () => ({ invreq_id: INVREQ_ID, active: true, single_use: true, bolt12: REFUND, used: false })
const decode = ({ string }: Params) => ({
  valid: true,
  invreq_metadata: string === REFUND || string === INVOICE ? 'c58783cf' : '00',
})

test('a refund whose invoice was verified is what it then tries to pay', async () => {
  const { peer, rpc, lines } = await harness({ invoicerequest, decode })
  const refund = await peer.createRefund!({ description: 'Back', amountMsat: 5000n, absoluteExpiry: 9n, paths: [] })
  expect(refund).toEqual({ text: REFUND })
  expect(rpc.asked[0]).toEqual(['invoicerequest', { amount: '5000msat', description: 'Back', absolute_expiry: 9 }])
  lines.push(
    `INFO    plugin-offers: Attempting payment of 4000msat for invoice_request ${'00'.repeat(32)}`,
    `INFO    plugin-offers: Attempting payment of 5000msat for invoice_request ${INVREQ_ID}`,
    `DEBUG   plugin-offers: Failed invoice ${INVOICE}: pay attempt failed: "Failed: no channel"`,
  )
  expect(await peer.refundOutcome!(refund, 2_000)).toEqual({ kind: 'invoice', amountMsat: 5000n })
})

test('a refund whose invoice was refused says why; one of another refund is not meant', async () => {
  const { peer, lines } = await harness({ invoicerequest, decode })
  const refund = await peer.createRefund!({ description: 'Back', amountMsat: 5000n, paths: [] })
  lines.push(
    'DEBUG   plugin-offers: Failed invoice lni1other: invoice missing signature',
    `DEBUG   plugin-offers: Failed invoice ${INVOICE}: invoice amount is too large`,
  )
  expect(await peer.refundOutcome!(refund, 2_000)).toEqual({ kind: 'refused', message: 'invoice amount is too large' })
})

test('a refund for which nothing came', async () => {
  const { peer } = await harness({ invoicerequest, decode })
  const refund = await peer.createRefund!({ description: 'Back', amountMsat: 5000n, paths: [] })
  expect(await peer.refundOutcome!(refund, 10)).toEqual({ kind: 'silence' })
  await expect(peer.refundOutcome!({ text: 'lnr1other' }, 10)).rejects.toThrow(/not a refund of this peer/)
})

test.for([
  [
    'paid',
    () => ({ label: 'x', bolt12: INVOICE, payment_hash: 'a0', status: 'paid', amount_msat: 1000000 }),
    { kind: 'sent', invoice: INVOICE },
  ],
  [
    'not paid in time',
    () => {
      throw new RpcFault(1005, 'Failed: timeout waiting for response', { invstring: INVOICE })
    },
    { kind: 'sent', invoice: INVOICE },
  ],
  [
    'refused by the payer',
    () => {
      throw new RpcFault(1004, 'Remote node sent failure message', { error: 'Unknown invoice_request' })
    },
    { kind: 'invoice_error', message: 'Unknown invoice_request' },
  ],
  [
    'never sent',
    () => {
      throw new RpcFault(1003, 'Failed: could not route or connect directly')
    },
    { kind: 'refused', code: '1003', message: 'Failed: could not route or connect directly' },
  ],
  [
    'no refund at all',
    () => {
      throw new RpcFault(-32602, 'invreq: Invalid signature: invalid token')
    },
    { kind: 'refused', code: '-32602', message: 'invreq: Invalid signature: invalid token' },
  ],
] as const)('an invoice for a refund: %s', async ([, sendinvoice, outcome]) => {
  const { peer, rpc } = await harness({ sendinvoice })
  expect(await peer.claim!({ refund: REFUND, over: [], timeoutMs: 1_000 })).toEqual(outcome)
  expect(rpc.asked[0]![1]).toMatchObject({ invreq: REFUND, timeout: 1, label: expect.stringMatching(/^lno-/) })
})

test('an answer in pieces over several lines; a server that hangs up; one that is not there', async () => {
  const path = join(tempDir(), 'rpc')
  let pieces: readonly string[] = ['{\n "jsonrpc": "2.0",\n "result": {}', '\n', ' }\n\n']
  const server = createServer((socket) => {
    socket.once('data', async () => {
      for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve))
      if (pieces.length === 0) socket.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => void server.close())
  const rpc = clnRpc({ path })
  expect(await rpc.call('stop')).toEqual({})
  pieces = []
  await expect(rpc.call('stop')).rejects.toThrow('lightningd hung up before it answered stop')
  await expect(clnRpc({ path: `${path}-not` }).call('stop')).rejects.toThrow(/ENOENT/)
  expect(() => clnRpc({ path: `/${'x'.repeat(103)}` })).toThrow(/longer than 103 bytes/)
})

test('amounts as any release prints them', () => {
  expect([msatOf(7), msatOf('7msat'), msatOf('7')]).toEqual([7n, 7n, 7n])
  for (const no of [undefined, 1.5, 2 ** 60, '7sat', '']) expect(() => msatOf(no)).toThrow(/printed an amount/)
})

test('flags of releases: what is always on is an error to ask for', () => {
  const flags = (version: string) => clnRelease(clnVersion(version)!).flags
  expect(flags('v0.10.2')).toEqual(['--experimental-offers'])
  expect(flags('v24.08.1')).toContain('--experimental-offers')
  for (const version of ['v24.11', 'v25.12.1', 'v26.06.6-modded']) {
    expect(flags(version)).toEqual(['--developer', '--dev-fast-gossip', '--dev-bitcoind-poll=1'])
  }
  expect(clnVersion('no version')).toBeUndefined()
  expect(clnCannot(clnRelease([0, 11, 2]))).toHaveProperty('refund')
  expect(clnCannot(clnRelease([26, 6, 6]))).not.toHaveProperty('offer_path')
})
