import { describe, expect, test } from 'vitest'
import type { Issue } from '../../../src/bolt12/rules/rule.js'
import { decideInvoice, type InvoiceFacts, type KnownRefund } from '../../../src/node/refunds/decide.js'

const NOW = 1_800_000_000n
const INVOICE = Uint8Array.of(1, 2, 3)
const OTHER = Uint8Array.of(1, 2, 4)

function facts(known: Partial<KnownRefund> = {}, more: Partial<Omit<InvoiceFacts, 'known'>> = {}): InvoiceFacts {
  return {
    known: {
      hasPaths: true,
      amountMsat: 7000n,
      disabled: false,
      expires: undefined,
      invoice: undefined,
      ...known,
    },
    bytes: INVOICE,
    arrivedOn: 'invreq_path',
    issues: [],
    now: NOW,
    ...more,
  }
}

const issue = (more: Partial<Issue> = {}): Issue => ({
  code: 'INVOICE_BAD_SIGNATURE',
  message: 'bad',
  layer: 'signature',
  rule: 'IR10',
  ...more,
})

describe('an invoice for a refund', () => {
  test('that is valid is taken, over its path or to the node id where there are no paths', { tags: ['IR15'] }, () => {
    expect(decideInvoice(facts())).toEqual({ do: 'take' })
    expect(decideInvoice(facts({ hasPaths: false }, { arrivedOn: 'no_path' }))).toEqual({ do: 'take' })
  })

  test('over any other way is met with silence, whatever else is wrong', { tags: ['IR15', 'B9'] }, () => {
    for (const arrivedOn of ['no_path', 'other_path', 'reply_path'] as const) {
      for (const known of [{}, { disabled: true }, { invoice: INVOICE }, { expires: 1n }]) {
        const decision = decideInvoice(facts(known, { arrivedOn, issues: [issue()] }))
        expect(decision).toMatchObject({ do: 'ignore', code: 'INVOICE_WRONG_PATH', rule: 'IR15' })
      }
    }
    for (const arrivedOn of ['invreq_path', 'other_path'] as const) {
      expect(decideInvoice(facts({ hasPaths: false }, { arrivedOn }))).toMatchObject({ do: 'ignore' })
    }
  })

  test('that was taken changes nothing when it comes again, even when the refund is withdrawn meanwhile', () => {
    for (const known of [{}, { disabled: true }, { expires: 1n }]) {
      expect(decideInvoice(facts({ ...known, invoice: INVOICE }, { issues: [issue()] }))).toEqual({ do: 'nothing' })
    }
  })

  test('is refused when another one was taken, good or not', () => {
    for (const issues of [[], [issue()]]) {
      expect(decideInvoice(facts({ invoice: OTHER }, { issues }))).toMatchObject({
        do: 'refuse',
        code: 'REFUND_ANSWERED',
        reasons: [],
      })
    }
  })

  test('is refused when the refund is disabled, or its time is over', () => {
    expect(decideInvoice(facts({ disabled: true }))).toMatchObject({ do: 'refuse', code: 'REFUND_DISABLED' })
    expect(decideInvoice(facts({ expires: NOW }))).toEqual({ do: 'take' })
    expect(decideInvoice(facts({ expires: NOW - 1n }))).toMatchObject({
      do: 'refuse',
      code: 'REFUND_EXPIRED',
      answer: { field: 'offer_absolute_expiry' },
    })
  })

  test('that breaks rules is refused with every reason; the field and what would do are told', {
    tags: ['EW1', 'EW2', 'EW3'],
  }, () => {
    const amount = issue({ code: 'INVOICE_AMOUNT_DIFFERS', message: 'other', field: 'invoice_amount', rule: 'IR13' })
    expect(decideInvoice(facts({}, { issues: [amount, issue()] }))).toEqual({
      do: 'refuse',
      code: 'INVOICE_REFUSED',
      answer: { error: 'this invoice cannot be paid: other', field: 'invoice_amount', suggested: 7000n },
      reasons: [amount, issue()],
    })
    const unknown = issue({ field: 'nothing that has a number' })
    expect(decideInvoice(facts({}, { issues: [unknown] }))).toMatchObject({
      answer: { error: 'this invoice cannot be paid: bad' },
    })
  })
})
