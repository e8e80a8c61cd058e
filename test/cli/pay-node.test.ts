import { describe, expect, test } from 'vitest'
import { LnoError } from '../../src/base/error.js'
import { createInvoice } from '../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { createOffer } from '../../src/bolt12/create-offer.js'
import { DETERMINISTIC_AUX } from '../../src/bolt12/signature.js'
import { encodeString } from '../../src/bolt12/string.js'
import { payProgressText } from '../../src/cli/daemon/pay-progress.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { ALICE, pathOf } from '../bolt12/craft.js'
import { fakeNode } from './fake-node.js'
import { lno, NOW, problemWith } from './run.js'

const ID = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const chains = [chainHashOf('regtest')]
const offer = (more: object) => createOffer({ issuerId: ALICE.id, chains, ...more })
const tea = offer({ description: 'te\u0007a', issuer: 'the shop', amountMsat: 10_000n })
const OFFER = tea.text
const TIPS = offer({ description: 'tips' }).text
const CUPS = offer({ description: 'cups', amountMsat: 10_000n, quantityMax: 5n }).text
const random = (length: number) => new Uint8Array(length).fill(4)
const INVOICE = encodeString(
  'lni',
  createInvoice(createInvoiceRequest(tea.offer, { random }).request, {
    createdAt: BigInt(NOW),
    paymentHash: random(32),
    paths: [
      {
        path: pathOf(1),
        payinfo: {
          fee_base_msat: 0,
          fee_proportional_millionths: 0,
          cltv_expiry_delta: 18,
          htlc_minimum_msat: 1n,
          htlc_maximum_msat: 50_000n,
          features: new Uint8Array(0),
        },
      },
    ],
    expectedMsat: 10_000n,
    signingKey: ALICE.secret,
    aux: DETERMINISTIC_AUX,
  }).bytes,
)

const PART = { peer: ID, amount_msat: '10000', fee_msat: '3', path: 0, status: 'paid' }
const PAID = {
  payment_id: 'ab'.repeat(32),
  status: 'paid',
  payment_hash: 'cd'.repeat(32),
  amount_msat: '10000',
  fee_msat: '3',
  max_fee_msat: '5000',
  description: 'te\u0007a',
  preimage: 'ef'.repeat(32),
  parts: [PART],
  created_at: '2026-03-01T00:00:00.000Z',
  ended_at: '2026-03-01T00:00:01.000Z',
}

describe('lno pay', () => {
  test('tells each step on standard error, and what proves the payment on standard output', async () => {
    const node = await fakeNode({
      'pay.start': (_, { progress }) => {
        progress({ step: 'asking', payment_id: PAID.payment_id })
        progress({ step: 'invoice', payment_id: PAID.payment_id, amount_msat: '10000', description: 'te\u0007a' })
        progress({ step: 'part_sent', part: { ...PART, status: 'sent' } })
        progress({ step: 'part_failed', part: { ...PART, failure: { code: 'X', message: 'a\u001bb' } } })
        progress({ step: 'paid' })
        progress({ step: 'of tomorrow' })
        return PAID
      },
    })
    const outcome = await lno(['pay', OFFER, '--yes', ...node.flags])
    expect(outcome.stdout).toBe(
      [
        `preimage    ${PAID.preimage}`,
        'amount      10 000 msat (10 sat)',
        'fee         3 msat',
        `payment id  ${PAID.payment_id}`,
        '',
      ].join('\n'),
    )
    expect(outcome.stderr.split('\n').slice(0, -2)).toEqual([
      'asking for an invoice',
      'an invoice over 10 000 msat (10 sat) for "te\\u{7}a" of the shop came, and every check passed',
      'sent 10 000 msat (10 sat) over 0279be66…1798, fee 3 msat',
      '10 000 msat (10 sat) came back (X: a\\u{1b}b)',
      'paid',
    ])
    expect(outcome.stderr).toMatch(/Next: lno proof create abababababababab --network regtest --data-dir /)
    expect(node.calls).toEqual([
      {
        method: 'pay.start',
        params: {
          string: OFFER,
          max_fee_msat: '5000',
          via: [],
          scids: [],
          attempts: 3,
          timeout_ms: 15_000,
        },
      },
    ])
  })

  test('with --json the result is one document, and nothing else is said', async () => {
    const node = await fakeNode({
      'pay.start': (_, { progress }) => {
        progress({ step: 'asking' })
        return PAID
      },
    })
    const outcome = await lno(['pay', OFFER, '-y', '--json', ...node.flags])
    expect([outcome.code, outcome.stderr]).toEqual([0, ''])
    expect(outcome.json()).toEqual(PAID)
  })

  test('says everything that it was told to', async () => {
    const node = await fakeNode({ 'pay.start': PAID })
    const words = ['--amount', '1btc', '--note', 'thanks', '--label', 'l', '--via', ID, '--attempts', '1', '-y']
    await lno(['pay', TIPS, ...words, '--timeout', '1s', ...node.flags])
    expect(node.calls[0]?.params).toEqual({
      string: TIPS,
      amount_msat: '100000000000',
      payer_note: 'thanks',
      label: 'l',
      max_fee_msat: '1000000000',
      via: [{ node_id: ID }],
      scids: [],
      attempts: 1,
      timeout_ms: 1000,
    })
  })

  test.each([
    ['y\n', 0],
    ['YES\n', 0],
    ['n\n', 1],
    ['\n', 1],
    ['', 1],
    ['yes, please\n', 1],
  ])('asks in a terminal: %j', async (typed, code) => {
    const node = await fakeNode({ 'pay.start': PAID })
    const outcome = await lno(['pay', CUPS, '--quantity', '3', ...node.flags], { typed, columns: 200 })
    expect(outcome.stderr).toMatch(
      /^Pay 30 000 msat \(30 sat\) for 3 x "cups", and up to 5 000 msat \(5 sat\) of fees\? \[y\/N\] /,
    )
    expect(outcome.code).toBe(code)
    expect(node.calls).toHaveLength(code === 0 ? 1 : 0)
    if (code === 1) expect(outcome.stderr).toContain('lno: NOT_CONFIRMED: nothing was paid; ')
  })

  test('the question escapes what the offer says', async () => {
    const node = await fakeNode({ 'pay.start': PAID })
    const { stderr } = await lno(['pay', OFFER, '--max-fee', '0', ...node.flags], { typed: 'n\n', columns: 200 })
    expect(stderr).toMatch(/^Pay 10 000 msat \(10 sat\) for "te\\u\{7\}a" of the shop, and up to 0 msat of fees\?/)
  })

  test('where nobody can be asked, --yes alone pays: a price does not, and neither does --amount', async () => {
    const node = await fakeNode({ 'pay.start': PAID })
    for (const [argv, world] of [
      [[OFFER], {}],
      [[TIPS, '--amount', '10'], {}],
      [['-'], { stdin: OFFER, columns: 80 }],
      [[INVOICE], {}],
    ] as const) {
      const outcome = await lno(['pay', ...argv, ...node.flags], world)
      expect(problemWith(outcome)).toBeUndefined()
      expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes pays, --dry-run shows') })
    }
    expect(node.calls).toEqual([])
    expect((await lno(['pay', '-', '--yes', ...node.flags], { stdin: `${OFFER}\n` })).code).toBe(0)
  })

  test.each([
    [TIPS, [], 2, /the offer has no amount: --amount says how much/],
    [CUPS, [], 1, /INVREQ_QUANTITY_MISSING.*rule/],
    [CUPS, ['--quantity', '6'], 1, /INVREQ_QUANTITY_ABOVE_MAX/],
    [OFFER, ['--amount', '9999'], 1, /INVREQ_AMOUNT_TOO_LOW/],
    [OFFER, ['--max-fee', 'much'], 2, /no amount/],
    [INVOICE, ['--quantity', '1'], 2, /--quantity and --note go with an offer/],
    [INVOICE, ['--note', 'x'], 2, /--quantity and --note go with an offer/],
    [INVOICE, ['--amount', '9sat'], 1, /INVOICE_AMOUNT_UNAUTHORISED.*rule IR13/],
  ])('refuses before anything is asked: %#', async (string, more, code, words) => {
    const node = await fakeNode({ 'pay.start': PAID })
    const outcome = await lno(['pay', string, '--yes', ...more, ...node.flags])
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome).toMatchObject({ code, stderr: expect.stringMatching(words) })
    expect(node.calls).toEqual([])
  })

  test('a dry run needs no yes, pays nothing and says so', async () => {
    const node = await fakeNode({ 'pay.start': { ...PAID, status: 'invoice', preimage: undefined, parts: [] } })
    const outcome = await lno(['pay', INVOICE, '--dry-run', ...node.flags])
    expect(outcome).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^So it would be paid now; nothing was\.$/m),
    })
    expect(node.calls[0]?.params).toMatchObject({ dry_run: true, amount_msat: '10000' })
  })

  test('a payment that failed is shown, with its code, and the command fails', async () => {
    const failure = { code: 'NO_PAYMENT_ROUTE', message: 'no channel leads there' }
    const failed = { ...PAID, status: 'failed', fee_msat: '0', preimage: undefined, failure, parts: [] }
    const node = await fakeNode({ 'pay.start': failed })
    const outcome = await lno(['pay', OFFER, '--yes', ...node.flags])
    expect(outcome.code).toBe(3)
    expect(outcome.stdout).toMatch(/^state +failed: nothing was paid\nwhy +NO_PAYMENT_ROUTE: no channel leads there$/m)
    expect(outcome.stderr).toMatch(/^lno: NO_PAYMENT_ROUTE: no channel leads there; lno explain NO_PAYMENT_ROUTE$/m)
    const json = await lno(['pay', OFFER, '--yes', '--json', ...node.flags])
    expect(json.json()).toMatchObject({ status: 'failed', failure })
    expect(json.code).toBe(3)
  })

  test('an invoice that was paid before is not said to be paid now', async () => {
    const old = /^This invoice was paid before at 2026-03-01 00:00:01 UTC: nothing was paid now\.$/m
    const before = await fakeNode({ 'pay.start': PAID })
    const again = await lno(['pay', INVOICE, '--yes', ...before.flags])
    expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(old) })
    const now = await fakeNode({
      'pay.start': (_, { progress }) => {
        progress({ step: 'paid', payment_id: PAID.payment_id })
        return PAID
      },
    })
    expect((await lno(['pay', INVOICE, '--yes', ...now.flags])).stderr).not.toMatch(/before/)
  })

  test('a payment that failed and cost something says so', async () => {
    const lost = { ...PAID, status: 'failed', preimage: undefined, failure: { code: 'PAYMENT_FAILED', message: 'x' } }
    const node = await fakeNode({ 'payment.show': lost })
    const { stdout } = await lno(['payment', 'show', 'abab', ...node.flags])
    expect(stdout).toMatch(
      /^state +failed: nothing proves it, but an override gave 10 000 msat \(10 sat\) of it away$/m,
    )
  })

  test('what the node refuses is refused with its code', async () => {
    const node = await fakeNode({
      'pay.start': () => {
        throw new LnoError('PAYMENT_TWICE', 'this was paid already')
      },
    })
    const outcome = await lno(['pay', OFFER, '--yes', ...node.flags])
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringMatching(/^lno: PAYMENT_TWICE: /m) })
  })

  test('Ctrl-C ends the waiting, and says that the payment goes on and how to ask for it', async () => {
    const stop = new AbortController()
    const node = await fakeNode({
      'pay.start': (_, { progress, signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(PAID))
          progress({ step: 'part_sent', payment_id: PAID.payment_id, part: PART })
        }),
    })
    const onStderr = (text: string) => text.startsWith('sent') && stop.abort('SIGINT')
    const outcome = await lno(['pay', OFFER, '--yes', ...node.flags], { signal: stop.signal, onStderr })
    expect(outcome.code).toBe(130)
    expect(outcome.stderr).toMatch(
      /^lno: stopped by SIGINT; the payment goes on by itself: lno payment show abababababababab$/m,
    )
  })

  test('Ctrl-C at the question pays nothing', async () => {
    const node = await fakeNode({ 'pay.start': PAID })
    const signal = AbortSignal.abort('SIGINT')
    const outcome = await lno(['pay', OFFER, ...node.flags], { signal, typed: 'y\n', columns: 80 })
    expect(outcome.code).toBe(130)
    expect(node.calls).toEqual([])
  })

  test('steps of the question for an invoice are those of a fetch', () => {
    const sent = { step: 'sent', attempt: 1, generation: 'modern', to: ID }
    expect(payProgressText(sent, false, '')).toBeUndefined()
    expect(payProgressText(sent, true, '')).toContain('the message has left to 0279be66…1798')
  })
})

describe('lno payment', () => {
  test('list shows the newest, one a line, and show all of one', async () => {
    const failed = { ...PAID, status: 'failed', fee_msat: '0', failure: { code: 'X', message: 'y' } }
    const node = await fakeNode({
      'payment.list': { payments: [PAID, failed] },
      'payment.show': PAID,
    })
    const list = await lno(['payment', 'list', '--limit', '2', ...node.flags])
    expect(list.stdout.split('\n')).toEqual([
      'abababababababab  2026-03-01 00:00:00 UTC  paid     10 000 msat (10 sat) + 3 msat fee  te\\u{7}a',
      'abababababababab  2026-03-01 00:00:00 UTC  failed   10 000 msat (10 sat)  X  te\\u{7}a',
      '',
    ])
    expect(list.stderr).toMatch(/^Next: lno payment show abababababababab --network regtest/)
    const shown = await lno(['payment', 'show', 'abab', ...node.flags], { columns: 100, env: { NO_COLOR: '1' } })
    expect(shown.stdout).toMatch(/^fee +3 msat, at most 5 000 msat \(5 sat\)$/m)
    expect(shown.stdout).toMatch(/^part 1 +paid: 10 000 msat \(10 sat\) over 0279be66…1798, path 1, fee 3 msat$/m)
    expect(node.calls).toEqual([
      { method: 'payment.list', params: { limit: 2 } },
      { method: 'payment.show', params: { id: 'abab' } },
    ])
  })

  test('an empty list says so', async () => {
    const node = await fakeNode({ 'payment.list': { payments: [] } })
    expect((await lno(['payment', 'list', ...node.flags])).stdout).toBe('No payments.\n')
  })
})
