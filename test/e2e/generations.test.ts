import { beforeAll, expect, test } from 'vitest'
import type { JsonEvent } from '../../src/node/events.js'
import { type TestNode, useLab } from '../support/e2e/lab.js'

/** A payer and a relay of today, and two nodes that behave as releases of 2021 and 2022 did: each a process. */

const lab = useLab()
const old: Record<string, TestNode> = {}
let payer: TestNode
let relay: TestNode
beforeAll(async () => {
  const emulating = async (release: string) => {
    const command = ['interop', 'node', '--emulate', release]
    old[release] = await lab.startNode(release, { listen: ['none'], command })
  }
  ;[payer, relay] = await Promise.all([
    lab.startNode('payer', { listen: ['none'] }),
    lab.startNode('relay'),
    emulating('v0.10.2'),
    emulating('v0.11'),
  ])
  await Promise.all([payer, ...Object.values(old)].map((node) => node.connect(relay)))
})

/** In which forms a node sent, or received, something. */
const forms = (events: readonly JsonEvent[], kind: 'message_sent' | 'message_received', contents: string) =>
  events.filter((event) => event.kind === kind && event.contents === contents).map((event) => event.generation)

test.each([
  ['v0.10.2', ['obs2', 'obs']],
  ['v0.11', ['obs2']],
] as const)('%s is asked in two forms, which bring one invoice, and then in one', async (release, reads) => {
  const payee = old[release]!
  const { bolt12: offer } = await payee.json('offer', 'create', '--amount', '5000', '--description', release)
  const [asking, answering] = await Promise.all([payer.control(), payee.control()])
  // An offer of that time names its node but for one bit, which the user may know.
  const scids = [`1x1x0=${relay.id},${payee.id}`]
  const everyone = [payer, relay, payee] as const
  /** What it brings, and what each of the three told meanwhile. */
  const fetch = async () => {
    const before = everyone.map(({ events }) => events.length)
    const invoice = await asking.call('fetch', { offer, via: [{ node_id: relay.id }], scids })
    await Promise.all(everyone.map((node) => node.caughtUp()))
    return { invoice, told: everyone.map(({ events }, index) => events.all.slice(before[index])) }
  }
  const invoicesOf = async (client: typeof asking, direction: 'issued' | 'fetched') =>
    (await client.call('invoice.list', { direction })).invoices.map(({ bolt12 }) => bolt12)
  const had = await invoicesOf(asking, 'fetched')

  const first = await fetch()
  expect(first.invoice).toMatchObject({ form: '2021', amount_msat: '5000', attempt: 1, attempts: 1 })
  const [sent = [], passed = [], heard = []] = first.told
  expect(forms(sent, 'message_sent', 'invoice_request')).toEqual(['obs2', 'obs'])
  expect(
    passed.flatMap((event) => (event.kind === 'message_forwarded' && event.to === payee.id ? [event.form] : [])),
  ).toEqual(['obs2', 'obs'])
  expect(forms(heard, 'message_received', 'invoice_request')).toEqual(reads)
  // Each copy that it reads is answered in its own form, with the same invoice.
  expect(forms(heard, 'message_sent', 'invoice')).toEqual(reads)
  expect(await invoicesOf(answering, 'issued')).toEqual([first.invoice.bolt12])
  expect(await invoicesOf(asking, 'fetched')).toEqual([first.invoice.bolt12, ...had])

  const second = await fetch()
  expect(second.invoice.bolt12).not.toBe(first.invoice.bolt12)
  expect(forms(second.told[0] ?? [], 'message_sent', 'invoice_request')).toEqual([first.invoice.generation])

  // All that was sent to it was whole: it would have warned, and v0.10.2 would be gone.
  for (const { events } of everyone) {
    expect(events.of('peer_warning')).toEqual([])
    expect(events.of('peer_disconnected')).toEqual([])
  }
})
