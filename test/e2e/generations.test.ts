import { beforeAll, expect, test } from 'vitest'
import type { JsonEvent } from '../../src/node/events.js'
import { type TestNode, useLab } from '../support/e2e/lab.js'

/** A payer of today, a relay, and behind it two nodes that behave as releases of 2021 and 2022 did: each a process. */

const lab = useLab()
const nodes: Record<string, TestNode> = {}
beforeAll(async () => {
  const emulating = (release: string) =>
    lab.startNode(release, { listen: ['none'], command: ['interop', 'node', '--emulate', release] })
  const started = await Promise.all([
    emulating('v0.10.2'),
    emulating('v0.11'),
    lab.startNode('payer', { listen: ['none'] }),
    lab.startNode('relay'),
  ])
  for (const node of started) nodes[node.name] = node
  const relay = nodes.relay!
  await Promise.all(started.filter((node) => node !== relay).map((node) => node.connect(relay)))
})

const formsOf = (events: readonly JsonEvent[], kind: JsonEvent['kind'], contents: string) =>
  events.filter((event) => event.kind === kind && event.contents === contents).map(({ generation }) => generation)

test.each([
  ['v0.10.2', ['obs2', 'obs']],
  ['v0.11', ['obs2']],
] as const)('an invoice of %s: asked for in two forms, then in the one that arrived', async (release, reads) => {
  const [payer, relay, old] = [nodes.payer!, nodes.relay!, nodes[release]!]
  const { bolt12: offer } = await old.json('offer', 'create', '--amount', '5000', '--description', `Tea of ${release}`)
  // An offer of that time names its node by 32 of 33 bytes; the user may know the rest.
  const fetch = () => payer.json('fetch', offer, '--via', relay.at(), '--scid', `1x1x0=${relay.id},${old.id}`)
  const everyone = [payer, relay, old]
  const marks = () => everyone.map(({ events }) => events.length)
  const since = async (before: readonly number[]) => {
    await Promise.all(everyone.map((node) => node.caughtUp()))
    return everyone.map(({ events }, index) => events.all.slice(before[index]))
  }

  const first = marks()
  const fetched = await fetch()
  expect(fetched).toMatchObject({ amount_msat: '5000', attempt: 1, attempts: 1 })
  const [sent, passed, heard] = await since(first)
  expect(formsOf(sent!, 'message_sent', 'invoice_request')).toEqual(['obs2', 'obs'])
  expect(passed!.filter(({ kind, to }) => kind === 'message_forwarded' && to === old.id)).toHaveLength(2)
  expect(formsOf(heard!, 'message_received', 'invoice_request')).toEqual(reads)
  // Each copy was answered in its own form, with one invoice.
  expect(formsOf(heard!, 'message_sent', 'invoice')).toEqual(reads)
  const promised = await old.json('invoice', 'list')
  expect(promised.invoices).toHaveLength(1)

  const second = marks()
  expect((await fetch()).bolt12).not.toBe(fetched.bolt12)
  const [again] = await since(second)
  expect(formsOf(again!, 'message_sent', 'invoice_request')).toHaveLength(1)
  const { invoices } = await payer.json('invoice', 'list')
  expect((invoices as readonly { readonly offer?: string }[]).length).toBeGreaterThanOrEqual(2)
  // Everything that was sent to them was whole.
  for (const { events } of everyone) {
    expect(events.of('peer_warning')).toEqual([])
    expect(events.of('peer_disconnected')).toEqual([])
  }
})
