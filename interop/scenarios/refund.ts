import type { Scenario } from './scenario.js'

/** msat */
const PRICE = 20_202n
const PATIENT = 24_000
const BRIEF = 7_000

const invoice = { kinds: ['invoice'], amountMsat: PRICE } as const

/** A stand-alone invoice_request (a refund) becomes an invoice at its maker, who is the payer. */
export const REFUND: readonly Scenario[] = [
  {
    id: 'refund.direct',
    title: 'refund, direct, without a path',
    action: 'refund',
    path: 'direct',
    links: [['payer', 'payee']],
    shape: { amountMsat: PRICE, paths: [] },
    expect: invoice,
    timeoutMs: PATIENT,
    why: 'Without invreq_paths the invoice goes to invreq_payer_id.',
    rule: 'RR14',
    reach: 'core',
  },
  {
    id: 'refund.relay.path',
    title: 'refund, over a relay, which is the introduction node',
    action: 'refund',
    path: 'one relay',
    links: [
      ['payer', 'relay1'],
      ['relay1', 'payee'],
    ],
    shape: { amountMsat: PRICE, paths: [['relay1']] },
    expect: invoice,
    timeoutMs: PATIENT,
    checks: ['relays forwarded'],
    why: 'The invoice goes over invreq_paths, and arrives with the path_id of the request.',
    rule: 'IR15',
    reach: 'wide',
  },
  {
    id: 'refund.direct.own-paths',
    title: 'refund, direct, paths as the payer makes them by itself',
    action: 'refund',
    path: 'direct',
    links: [['payer', 'payee']],
    shape: { amountMsat: PRICE, paths: [], ownPaths: true },
    expect: invoice,
    timeoutMs: PATIENT,
    why: 'However a payer shapes its paths, the last hop of them is its own business.',
    rule: 'RR14',
    reach: 'pairs',
  },
  {
    id: 'refund.direct.expired',
    title: 'refund that has expired',
    action: 'refund',
    path: 'direct',
    links: [['payer', 'payee']],
    shape: { amountMsat: PRICE, paths: [], expired: true },
    expect: { kinds: ['refused', 'silence', 'invoice_error'] },
    timeoutMs: BRIEF,
    why: 'After offer_absolute_expiry nobody sends an invoice for it, and nobody takes one.',
    reach: 'pairs',
  },
]
