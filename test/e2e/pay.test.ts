import { describe, expect, test } from 'vitest'
import type { JsonEvent } from '../../src/node/events.js'
import type { PaymentView } from '../../src/node/payments/view.js'
import { balanced, killAndRestart, ROLES, type Role, startTrio, type Trio } from '../support/e2e/hosted.js'
import { jsonOf, useLab } from '../support/e2e/lab.js'

/** A payer, a relay that hosts a channel for each of the others, and a merchant: processes that pay, and are killed while they do. */

const lab = useLab()

const AMOUNT = 10_000n
const BALANCE = 500_000n

async function offerOf({ merchant, relay }: Trio, ...more: readonly string[]): Promise<string> {
  const words = ['--amount', AMOUNT.toString(), '--description', 'Tea', '--path', relay.id]
  return (await merchant.json('offer', 'create', ...words, ...more)).bolt12
}

describe.concurrent('paying over a relay', () => {
  test('from a grant to a proof and a refund: every command, and every sum agrees', async () => {
    const { payer, relay, merchant } = await startTrio(lab, 'shop', BALANCE)
    const trio = { payer, relay, merchant }
    const received = await merchant.lno('receive', '--amount', '10sat', '--description', 'Coffee', '--label', 'c')
    expect(received).toMatchObject({ code: 0 })
    const offer = received.stdout.trimEnd().split('\n').at(-1) ?? ''
    expect(received.stdout).not.toContain(`path 1    ${merchant.id}`)

    const refused = await payer.lno('pay', offer)
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--yes pays') })
    const looked = await payer.json('pay', offer, '--dry-run')
    expect(looked).toMatchObject({ status: 'invoice', amount_msat: '10000' })
    const tooDear = await payer.lno('pay', offer, '--yes', '--max-fee', '1')
    expect(tooDear).toMatchObject({ code: 1, stderr: expect.stringMatching(/^lno: PAYMENT_FEE_LIMIT: /m) })
    expect(await balanced(trio)).toEqual({ payer: BALANCE, merchant: 0n })

    const paid = await payer.lno('pay', offer, '--yes', '--note', 'hot', '--label', 'breakfast')
    expect(paid).toMatchObject({ code: 0 })
    expect(paid.stdout).toMatch(
      /^preimage +[0-9a-f]{64}\namount +10 000 msat \(10 sat\)\nfee +1 010 msat\npayment id +[0-9a-f]{64}\n$/,
    )
    expect(paid.stderr).toMatch(/^asking for an invoice$/m)
    expect(paid.stderr).toMatch(/^an invoice over 10 000 msat \(10 sat\) for "Coffee" came, and every check passed$/m)
    expect(paid.stderr).toMatch(/^sent 10 000 msat \(10 sat\) over /m)
    const event = await merchant.events.next('payment_received')
    expect(event).toMatchObject({ amount_msat: '10000', label: 'c', payer_note: 'hot', description: 'Coffee' })
    expect(await balanced(trio)).toEqual({ payer: BALANCE - 11_010n, merchant: AMOUNT })

    const id = /^payment id +([0-9a-f]{64})$/m.exec(paid.stdout)?.[1] ?? ''
    const [list, shown, again, proof] = await Promise.all([
      payer.lno('payment', 'list'),
      payer.json('payment', 'show', id.slice(0, 12)),
      payer.lno('pay', String((await payer.json('payment', 'show', id)).bolt12), '--yes'),
      payer.json('proof', 'create', id, '--include', 'offer_description', '--note', 'for you'),
    ])
    expect(list.stdout).toMatch(/paid +10 000 msat \(10 sat\) \+ 1 010 msat fee {2}breakfast$/m)
    expect(shown).toMatchObject({ status: 'paid', fee_msat: '1010', label: 'breakfast', parts: [{ peer: relay.id }] })
    expect(JSON.stringify(shown)).not.toContain(merchant.id)
    // The same payment, which is over: told again, and not made again.
    expect(again.stdout).toBe(paid.stdout)
    expect((await lab.lno(['proof', 'verify', `${proof.proof}`])).stdout).toMatch(/^Payer proof: valid[\s\S]*"Coffee"/)

    const refund = await merchant.json(
      'refund',
      'create',
      '--amount',
      '4sat',
      '--description',
      'Cold',
      '--path',
      relay.id,
    )
    const claimed = await payer.lno('refund', 'claim', refund.bolt12, '--timeout', '300ms')
    expect(claimed).toMatchObject({ code: 0 })
    await payer.events.next('payment_received', ({ refund_id }) => refund_id === refund.refund_id)
    const owed = await balanced(trio)
    expect(owed).toEqual({ payer: BALANCE - 11_010n + 4_000n, merchant: AMOUNT - 4_000n - 1_004n })
    const second = await relay.lno('refund', 'claim', refund.bolt12, '--timeout', '50s')
    expect(second.code).toBe(4)
    expect((await merchant.json('refund', 'show', `${refund.refund_id}`)).status).toBe('paid')

    const [channels, csv, people] = await Promise.all([
      payer.lno('channel', 'list'),
      relay.lno('account', 'list', '--csv'),
      payer.lno('account', 'list'),
    ])
    expect(channels.stdout).toContain(
      `${relay.id}\n  up, hosted by the peer; the host owes you 492.99 sat: trust, not bitcoin; `,
    )
    expect(csv.stdout.split('\r\n')[0]).toMatch(/^seq,at,kind,amount_msat,/)
    const amounts = csv.stdout
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => BigInt(line.split(',')[3] ?? ''))
    expect(amounts.reduce((sum, msat) => sum + msat, 0n)).toBe(-(owed.payer + owed.merchant))
    expect(people.stdout).toMatch(
      /breakfast "hot"[\s\S]*\nOver all, others owe you 492\.99 sat: trust, not bitcoin\.\n$/,
    )

    const file = await payer.lno('channel', 'export', relay.id)
    const verified = await lab.lno(['channel', 'verify', '-'], { stdin: file.stdout })
    expect(verified.stdout).toMatch(
      /^Hosted channel: valid[\s\S]*the host owes the client 492\.99 sat: trust, not bitcoin$/m,
    )
    const notEmpty = await payer.lno('channel', 'close', relay.id)
    expect(notEmpty).toMatchObject({ code: 1, stdout: '' })
  })

  test('what cannot be: a grant twice, a channel of a stranger, more than there is', async () => {
    const { payer, relay, merchant } = await startTrio(lab, 'limits', 5_000n)
    const made = await relay.json('host', 'grant', '--capacity', '1000sat')
    expect((await relay.json('host', 'grants')).grants).toMatchObject([{ grant_id: made.grant_id, balance_msat: '0' }])
    const wrong = await payer.lno('channel', 'open', merchant.id, '--secret', '-')
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/^lno: NO_INPUT: /m) })
    expect(await relay.json('host', 'revoke', `${made.grant_id}`)).toMatchObject({ grant_id: made.grant_id })
    expect((await relay.json('host', 'grants')).grants).toEqual([])
    const offer = await offerOf({ payer, relay, merchant })
    const poor = await payer.lno('pay', offer, '--yes')
    expect(poor).toMatchObject({ code: 3, stderr: expect.stringMatching(/^lno: NO_PAYMENT_ROUTE: /m) })
    expect(await balanced({ payer, relay, merchant })).toEqual({ payer: 5_000n, merchant: 0n })
  })
})

interface Moment {
  readonly name: string
  /** Who tells of it. */
  readonly at: Role
  readonly kind: JsonEvent['kind']
  readonly matches?: (event: JsonEvent) => boolean
  /** Who may be killed then without the payment coming to nothing. */
  readonly survives: readonly Role[]
}

const isSent = ({ progress }: JsonEvent) =>
  typeof progress === 'object' && progress !== null && 'step' in progress && progress.step === 'sent'

const MOMENTS: readonly Moment[] = [
  { name: 'request sent', at: 'payer', kind: 'fetch_progress', matches: isSent, survives: [] },
  { name: 'invoice stored', at: 'payer', kind: 'payment_started', survives: ['payer'] },
  { name: 'HTLC offered', at: 'payer', kind: 'payment_part_sent', survives: ['payer'] },
  { name: 'preimage known', at: 'merchant', kind: 'payment_received', survives: ROLES },
  { name: 'settled', at: 'payer', kind: 'payment_paid', survives: ROLES },
]

/** The newest payment, once it has ended. */
async function endOf({ payer }: Trio): Promise<PaymentView> {
  const { call } = await payer.control()
  for (;;) {
    const [newest] = (await call('payment.list', { limit: 1 })).payments
    if (newest?.status === 'paid' || newest?.status === 'failed') return newest
    await new Promise<void>((resolve) => setTimeout(resolve, 20))
  }
}

describe.concurrent('killed at once after each moment of a payment, and started again', () => {
  test.each(ROLES)('the %s', async (role) => {
    const trio = await startTrio(lab, role, BALANCE)
    const offer = await offerOf(trio)
    let owed = await balanced(trio)
    const seen = new Set<string>()
    for (const { name, at, kind, matches, survives } of MOMENTS) {
      const mark = trio[at].events.length
      const { call } = await trio.payer.control()
      // Its answer is lost when the payer is killed; how it ended is asked for afterwards.
      const paying = call('pay.start', { string: offer, attempts: 5, timeout_ms: 1000 }).catch(() => undefined)
      await trio[at].events.next(kind, matches, mark)
      await killAndRestart(lab, trio, role)
      await paying
      const payment = await endOf(trio)
      expect(seen.has(payment.payment_id), 'one payment a request').toBe(false)
      seen.add(payment.payment_id)
      if (survives.includes(role)) expect(`${name}: ${payment.status}`).toBe(`${name}: paid`)
      if (name === 'request sent' && role === 'payer') expect(payment.failure?.code).toBe('PAYMENT_INTERRUPTED')
      const before = owed
      owed = await balanced(trio)
      const isPaid = payment.status === 'paid'
      expect({ name, status: payment.status, ...owed }).toEqual({
        name,
        status: payment.status,
        payer: before.payer - (isPaid ? AMOUNT + BigInt(payment.fee_msat) : 0n),
        merchant: before.merchant + (isPaid ? AMOUNT : 0n),
      })
    }
    const last = jsonOf(await trio.payer.lno('pay', offer, '--yes', '--json'))
    expect(last.status).toBe('paid')
  })
})
