import { expect, test } from 'vitest'
import type { FetchRequest, LabPeer } from '../../interop/driver.js'
import { eclairHttp } from '../../interop/drivers/eclair-http.js'
import { eclairPeer } from '../../interop/drivers/eclair-peer.js'
import { type Answer, type FakeEclair, type Form, fakeEclair } from './support/fake-eclair.js'

/** Nodes and strings of the tests in Eclair's repository. */
const ME = '03af0ed6052cf28d670665549bc86f4b721c9fdb309d40c58f5811f63966e005d0'
const RELAY = {
  nodeId: '039dc0e0b1d25905e44fdf6f8e89755a5e219685840d0bc1d28d3308f9628a3585',
  address: '127.0.0.1:9732',
}
const OFFER =
  'lno1pqzqzltcgq9q6urvv4shxefqv3hkuct5v58qxrp4qqfquctvd93k2srpvd5kuufwvdh3vggzg2hd49ueds8phzcahvh4p2m3pnen649dza2h3k6gxpaequr8fhtq'
const INVOICE =
  'lni1qqsf4h8fsnpjkj057gjg9c3eqhv889440xh0z6f5kng9vsaad8pgq7sgqsdjuqsqpgxk66twd9kkzmpqdanxvetjzcss83y2e9lqnu7tht4ntvp24fksw26hwf5yrg6dy'
const HASH = '2cb0e7b052366787450c33daf6d2f2c3cb6132221326e1c1b49ac97fdd7eb720'
const LOOK = 'API call failed: check logs for more details'

const made = {
  amountMsat: 25000000,
  description: 'please donate',
  issuer: 'alice@acinq.co',
  nodeId: '0242aeda97996c0e1b8b1dbb2f50ab710cf33d54ad175578db48307b9070674dd6',
  createdAt: { iso: '1970-01-01T00:00:00.100Z', unix: 0 },
  expiry: { iso: '1970-01-10T06:13:20Z', unix: 800000 },
  disabled: false,
  encoded: OFFER,
}

const parsed = {
  amount: '25000.000',
  currency: 'satoshi',
  description: 'please donate',
  nodeId: '0242aeda97996c0e1b8b1dbb2f50ab710cf33d54ad175578db48307b9070674dd6',
}

const sentInfo = [
  { id: '0', parentId: '1', paymentHash: '00'.repeat(32), status: { type: 'failed', failures: [] } },
  {
    id: '00000000-0000-0000-0000-000000000000',
    paymentHash: HASH,
    paymentType: 'Standard',
    amount: 456001234,
    invoice: {
      amount: 456001234,
      nodeId: '03c48ac97e09f3cbbaeb35b02aaa6d072b57726841a34d25952157caca60a1caf5',
      paymentHash: HASH,
      description: 'minimal offer',
      features: { activated: {} },
      createdAt: 1665412681,
      expiresAt: 1665412981,
      serialized: INVOICE,
    },
    status: { type: 'failed', failures: [] },
  },
]

interface Harness {
  readonly peer: LabPeer
  readonly server: FakeEclair
  readonly lines: string[]
}

async function harness(answers: Readonly<Record<string, (form: Form) => Answer>>): Promise<Harness> {
  const server = await fakeEclair(answers)
  const lines: string[] = []
  const peer = eclairPeer({
    http: eclairHttp(server),
    role: 'payee',
    driver: 'eclair',
    nodeId: ME,
    address: '127.0.0.1:9731',
    files: [],
    log: () => lines.join('\n'),
    stop: async () => undefined,
  })
  return { peer, server, lines }
}

const json = (value: unknown) => (): Answer => ({ json: value })

const request = (more: Partial<FetchRequest> = {}): FetchRequest => ({
  offer: OFFER,
  over: [],
  timeoutMs: 2_000,
  ...more,
})

test('connect, and its two good words', async () => {
  let word = 'connected'
  const { peer, server } = await harness({ connect: () => ({ json: word }) })
  await peer.connect(RELAY)
  expect(server.asked).toEqual([['connect', { uri: `${RELAY.nodeId}@127.0.0.1:9732` }]])
  word = 'already connected'
  await peer.connect(RELAY)
  for (word of ['connection failed to 127.0.0.1:9732', 'incompatible features (data_loss_protect)'])
    await expect(peer.connect(RELAY)).rejects.toThrow(`eclair: connect: ${word}`)
})

test('what is not connected is no peer', async () => {
  const { peer } = await harness({
    peers: json([
      { nodeId: ME, state: 'CONNECTED', address: '127.0.0.1:9731', channels: 1 },
      { nodeId: RELAY.nodeId, state: 'DISCONNECTED', channels: 1 },
    ]),
  })
  expect(await peer.peers()).toEqual([ME])
})

test('offers of each shape that it makes, and none of another', async () => {
  const { peer, server } = await harness({ createoffer: json(made), disableoffer: json({ [HASH]: true }) })
  const soon = BigInt(Math.floor(Date.now() / 1000) + 1_000)
  expect(await peer.createOffer!({ description: 'Tea', paths: [] })).toEqual({ text: OFFER })
  await peer.createOffer!({ description: 'Tea', amountMsat: 1_000n, absoluteExpiry: soon, paths: [[RELAY]] })
  await peer.disableOffer!({ text: OFFER })
  expect(server.asked).toEqual([
    ['createoffer', { description: 'Tea' }],
    [
      'createoffer',
      {
        description: 'Tea',
        amountMsat: '1000',
        expireInSeconds: expect.stringMatching(/^(1000|99\d)$/),
        blindedPathsFirstNodeId: RELAY.nodeId,
      },
    ],
    ['disableoffer', { offer: OFFER }],
  ])
  await expect(peer.createOffer!({ description: 'Tea', paths: [[RELAY], [RELAY]] })).rejects.toThrow(/one path/)
  await expect(peer.createOffer!({ description: 'Tea', paths: [], quantityMax: 2n })).rejects.toThrow(/this shape/)
})

test('an invoice that came is what it then fails to pay', async () => {
  const failed = { type: 'payment-failed', id: '0', paymentHash: HASH, failures: [], timestamp: { unix: 1 } }
  const { peer, server } = await harness({ payoffer: json(failed), getsentinfo: json(sentInfo) })
  expect(await peer.fetch!(request({ amountMsat: 456_001_234n, quantity: 2n }))).toEqual({
    kind: 'invoice',
    invoice: INVOICE,
    amountMsat: 456_001_234n,
  })
  expect(server.asked).toEqual([
    ['payoffer', { offer: OFFER, amountMsat: '456001234', quantity: '2', connectDirectly: 'true', blocking: 'true' }],
    ['getsentinfo', { offer: OFFER }],
  ])
})

test('an amount that nobody names is that of the offer, for each item', async () => {
  const { peer, server } = await harness({
    parseoffer: json(parsed),
    payoffer: json({ type: 'payment-failed', paymentHash: HASH }),
    getsentinfo: json(sentInfo),
  })
  await peer.fetch!(request({ quantity: 3n }))
  expect(server.asked[1]![1]).toMatchObject({ amountMsat: '75000000' })
})

test('a payment without an invoice in the list is a fault of the driver', async () => {
  const { peer } = await harness({
    payoffer: json({ type: 'payment-failed', paymentHash: HASH }),
    getsentinfo: json([]),
  })
  await expect(peer.fetch!(request({ amountMsat: 1n }))).rejects.toThrow(/getsentinfo has no invoice/)
})

test.for([
  ['NoInvoiceResponse', { kind: 'silence', code: 'NoInvoiceResponse' }],
  ['ExpiredOffer(3600 unixsec)', { kind: 'refused', code: 'ExpiredOffer', message: 'ExpiredOffer(3600 unixsec)' }],
  [
    'AmountInsufficient(1000 msat)',
    { kind: 'refused', code: 'AmountInsufficient', message: 'AmountInsufficient(1000 msat)' },
  ],
  [
    'Invalid invoice response: InvoiceErrorPayload(TlvStream(Set(InvoiceError(TlvStream(Set(ErroneousField(82), Error(Too little)),Set()))),Set()),TlvStream(Set(),Set())), invoice request: InvoiceRequest(TlvStream(Set()))',
    { kind: 'invoice_error', message: 'Too little', erroneousField: 82n },
  ],
  [
    'Invalid invoice response: InvoicePayload(TlvStream(Set(),Set())), invoice request: InvoiceRequest(TlvStream(Set()))',
    { kind: 'refused', message: expect.stringMatching(/^Invalid invoice response: InvoicePayload/) },
  ],
] as const)('the log has the reason of a fetch that failed: %s', async ([cause, outcome]) => {
  const { peer, lines } = await harness({
    payoffer: () => {
      // A log may be written after the answer.
      setTimeout(() => {
        lines.push(`2026-11-24 06:31:00,001 ERROR f.a.e.a.Service - API call failed with cause=${cause}`)
      }, 200)
      return { status: 500, error: LOOK }
    },
  })
  lines.push('2026-11-24 06:30:00,000 ERROR f.a.e.a.Service - API call failed with cause=of an older call')
  expect(await peer.fetch!(request({ amountMsat: 1n }))).toEqual(outcome)
})

test('a form that it does not take, its own clock, and a note', async () => {
  let answer: Answer = { status: 400, error: "Request is missing required form field 'amountMsat'" }
  const { peer, server } = await harness({ parseoffer: json({ nodeId: ME }), payoffer: () => answer })
  expect(await peer.fetch!(request())).toEqual({
    kind: 'refused',
    code: '400',
    message: "Request is missing required form field 'amountMsat'",
  })
  expect(server.asked[1]![1]).not.toHaveProperty('amountMsat')
  answer = { status: 408, error: 'request timed out' }
  expect(await peer.fetch!(request({ amountMsat: 1n }))).toEqual({
    kind: 'silence',
    code: '408',
    message: 'request timed out',
  })
  expect(await peer.fetch!(request({ amountMsat: 1n, payerNote: 'Thanks' }))).toMatchObject({ kind: 'refused' })
})

test('a wrong password, and a server that is not there', async () => {
  const { server } = await harness({ getinfo: json({ nodeId: ME }) })
  expect(await eclairHttp(server).post('getinfo')).toEqual({ nodeId: ME })
  await expect(eclairHttp({ ...server, password: 'another' }).post('getinfo')).rejects.toMatchObject({ status: 401 })
  await expect(eclairHttp({ ...server, port: 1 }).post('getinfo')).rejects.toThrow(
    /^eclair: getinfo: .*(ECONNREFUSED|bad port)/,
  )
})
