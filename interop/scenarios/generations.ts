import type { Link, Scenario } from './scenario.js'

/** msat of every offer. */
const PRICE = 40_404n

const PATIENT = 24_000

const DIRECT: readonly Link[] = [['payer', 'payee']]
const RELAY: readonly Link[] = [
  ['payer', 'relay1'],
  ['relay1', 'payee'],
]

/** An offer of 2021 had no path: it names its node. */
const shape = { amountMsat: PRICE, paths: [] }

const common = {
  action: 'fetch',
  shape,
  expect: { kinds: ['invoice'], amountMsat: PRICE },
  timeoutMs: PATIENT,
} as const

const direct = { ...common, path: 'direct', links: DIRECT } as const
const relayed = { ...common, path: 'one relay', links: RELAY, over: ['relay1'] } as const

/** Names of drivers of one release: our emulation, and the program itself where the user has it. */
const SAME = [
  { form: '2021', names: ['lno-v0.10.2', 'cln-v0.10.2'] },
  { form: '2021', names: ['lno-v0.11', 'cln-v0.11.0', 'cln-v0.11.1', 'cln-v0.11.2', 'cln-v0.12.0', 'cln-v0.12.1'] },
  { names: ['lno-v22.11', 'cln-v22.11', 'cln-v22.11.1'] },
] as const

/** Nodes of other times: a fetch from them, and theirs from us. */
export const GENERATIONS: readonly Scenario[] = [
  {
    ...direct,
    id: 'generations.fetch.direct',
    title: 'direct, from a node of 2021',
    form: '2021',
    checks: ['asked in each form', 'remembers the form', 'still connected'],
    why: 'Nothing on the wire tells whether an old issuer reads 387 or only 385: it is asked in both, answers what it reads, and is asked in that form from then on.',
    reach: 'pairs',
    only: { payer: ['lno'] },
  },
  {
    ...relayed,
    id: 'generations.fetch.relay',
    title: 'over a relay, from a node of 2021',
    form: '2021',
    checks: ['asked in each form', 'remembers the form', 'relays forwarded', 'still connected'],
    why: 'A relay passes each message on in the form in which it came, so that both copies arrive over one that speaks both.',
    reach: 'core',
    only: { payer: ['lno'] },
  },
  {
    ...direct,
    id: 'generations.asked.direct',
    title: 'direct, a node of 2021 asks one that speaks 387 and 385',
    form: '2021',
    checks: ['asked in each form', 'one invoice', 'still connected'],
    why: 'Old payers send each request in two forms. Both are answered in their own form, with one invoice.',
    reach: 'pairs',
    only: { payee: ['lno-2021'] },
  },
  {
    ...relayed,
    id: 'generations.asked.relay',
    title: 'over a relay, a node of 2021 asks one that speaks 387 and 385',
    form: '2021',
    checks: ['asked in each form', 'one invoice', 'relays forwarded', 'still connected'],
    why: 'The reply path of each copy is of the form of that copy, and leads back over the relay that brought it.',
    reach: 'core',
    only: { payee: ['lno-2021'] },
  },
  {
    ...relayed,
    id: 'generations.today.fetch',
    title: 'over a relay, from Core Lightning v22.11 as we emulate it',
    checks: ['relays forwarded', 'still connected'],
    why: 'The first release with today’s form answers connected peers alone, and knows no reply path that begins at a channel.',
    rule: 'O17',
    reach: 'pairs',
    only: { payer: ['lno'], payee: ['lno-v22.11'], relay1: ['lno', 'lno-v22.11'] },
  },
  {
    ...relayed,
    id: 'generations.today.asked',
    title: 'over a relay, Core Lightning v22.11 as we emulate it asks',
    checks: ['relays forwarded', 'still connected'],
    why: 'Core Lightning up to v24.05 sends nothing encrypted to the last hop of a request: what a stranger can make as well is no reason to drop it.',
    reach: 'core',
    only: { payer: ['lno-v22.11'], payee: ['lno'], relay1: ['lno'] },
  },
  ...SAME.map(
    ({ names, ...more }): Scenario => ({
      ...direct,
      ...more,
      id: `generations.release.${names[0].replace('lno-', '')}`,
      title: `direct, ${names[0].replace('lno-', '')}: the release and our emulation of it`,
      checks: ['asked in each form', 'still connected'],
      why: 'An emulation is right where it and the program itself can stand for each other. Played with --all, and a program of the user.',
      reach: 'pairs',
      only: { payer: names, payee: names },
    }),
  ),
]
