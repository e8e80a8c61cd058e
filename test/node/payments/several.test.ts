import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { isLnoError } from '../../../src/base/error.js'
import { createInvoice } from '../../../src/bolt12/create-invoice.js'
import { DETERMINISTIC_AUX } from '../../../src/bolt12/signature.js'
import { encodeString } from '../../../src/bolt12/string.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { toWireText } from '../../../src/node/control/protocol.js'
import { toJsonEvent } from '../../../src/node/events.js'
import { identityOf } from '../../../src/node/identity.js'
import { coffee, type Lab, type LabNode, lab } from '../lab.js'

const CAPACITY = 1_000_000n

async function channel(
  world: Lab,
  client: LabNode,
  host: LabNode,
  balanceMsat = 0n,
  capacityMsat = CAPACITY,
): Promise<void> {
  await world.connect(client, host, true)
  const { secret } = await world.until(host.node.hosted!.grant({ capacityMsat, balanceMsat }))
  await world.until(client.node.hosted!.openChannel({ peer: host.node.id, secret }))
}

const embedded = (world: Lab, name: string) => world.start(name, { wallet: 'embedded' })
const total = ({ node }: LabNode) => node.wallet!.balance().totalMsat
const sum = (nodes: readonly LabNode[]) => nodes.reduce((all, node) => all + total(node), 0n)

/** What a payment over 1 200 sat, more than any channel takes, came to. */
async function paySeveral(world: Lab, payer: LabNode, merchant: LabNode, hosts: readonly LabNode[]) {
  const own = await merchant.node.issuer.create(
    coffee({ amountMsat: 1_200_000n, routes: hosts.map(({ node }) => [node.id]) }),
  )
  const all = [payer, merchant, ...hosts]
  expect(sum(all)).toBe(0n)
  const before = total(merchant)
  const paid = await world.until(payer.node.pay({ string: own.text, maxFeeMsat: 50_000n }))
  await world.clock.advance(1000)
  expect(paid).toMatchObject({ status: 'paid', amount_msat: '1200000' })
  expect(paid.parts.reduce((all, { amount_msat: msat }) => all + BigInt(msat), 0n)).toBe(1_200_000n)
  expect(total(merchant) - before).toBe(1_200_000n)
  expect(sum(all)).toBe(0n)
  expect(merchant.told('payment_received')).toMatchObject([
    { amountMsat: 1_200_000n, parts: paid.parts.length, offerId: own.id },
  ])
  return paid
}

describe('an invoice that is paid in several HTLCs', () => {
  test('over two hosts of the payer', async () => {
    const world = lab()
    const [a, b] = [await embedded(world, 'a'), await embedded(world, 'b')]
    const [payer, merchant] = [await embedded(world, 'payer'), await embedded(world, 'merchant')]
    for (const host of [a, b]) {
      await channel(world, payer, host, 900_000n)
      await channel(world, merchant, host)
    }
    await world.clock.advance(1000)
    const { parts } = await paySeveral(world, payer, merchant, [a, b])
    expect(new Set(parts.map(({ peer }) => peer))).toEqual(new Set([a.node.id, b.node.id]))
  })

  test('over the only host of the payer, to two hosts of the merchant', async () => {
    const world = lab()
    const [a, b] = [await embedded(world, 'a'), await embedded(world, 'b')]
    const [payer, merchant] = [await embedded(world, 'payer'), await embedded(world, 'merchant')]
    await channel(world, payer, a, 1_500_000n, 2_000_000n)
    await channel(world, a, b, 900_000n)
    for (const host of [a, b]) await channel(world, merchant, host)
    await world.clock.advance(1000)
    const { parts } = await paySeveral(world, payer, merchant, [a, b])
    expect(parts.length).toBeGreaterThan(1)
    expect(new Set(parts.map(({ peer }) => peer))).toEqual(new Set([a.node.id]))
  })
})

/** A payer and a merchant with one host. */
async function oneHost() {
  const world = lab()
  const relay = await embedded(world, 'relay')
  const [payer, merchant] = [await embedded(world, 'payer'), await embedded(world, 'merchant')]
  await channel(world, payer, relay, 900_000n)
  await channel(world, merchant, relay)
  await world.clock.advance(1000)
  return { world, relay, payer, merchant }
}

test('a path that leaves no room in the onion is told before anything is sent, with the bytes it is too long by', async () => {
  const { world, payer, merchant } = await oneHost()
  const { request, invoice } = await world.fetch(payer, await merchant.node.issuer.create(coffee()))
  const { fields } = invoice
  const longer = (bytes: number) =>
    createInvoice(request, {
      createdAt: fields.invoice_created_at!,
      paymentHash: fields.invoice_payment_hash!,
      paths: fields.invoice_paths!.map((path, i) => ({
        path: { ...path, path: path.path.map((hop) => ({ ...hop, encrypted_recipient_data: new Uint8Array(bytes) })) },
        payinfo: fields.invoice_blindedpay![i]!,
      })),
      expectedMsat: 10_000n,
      signingKey: identityOf(sha256(new TextEncoder().encode('merchant'))).keys.secret,
      aux: DETERMINISTIC_AUX,
    })
  const before = total(payer)
  const over: number[] = []
  for (const bytes of [1300, 1310]) {
    const string = encodeString('lni', longer(bytes).bytes)
    const error: unknown = await world.until(payer.node.pay({ string, amountMsat: 10_000n })).catch((error) => error)
    if (!isLnoError(error, 'PAYMENT_ONION_TOO_LARGE')) throw error
    over.push(Number(/is (\d+) bytes too long/.exec(error.message)?.[1]))
    expect((await payer.node.payments.list(1))[0]).toMatchObject({ status: 'failed', parts: [] })
  }
  // Each hop is ten bytes longer, and the path of fewest hops is told of.
  expect(over[1]! - over[0]!).toBe(10 * Math.min(...fields.invoice_paths!.map(({ path }) => path.length)))
  expect(payer.told('payment_part_sent')).toEqual([])
  expect(total(payer)).toBe(before)
})

test('events on the control socket carry offer id, label, payer note, payer id and quantity, and no secret of a grant', async () => {
  const { world, relay, payer, merchant } = await oneHost()
  const own = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], label: 'till', quantityMax: 5n }))
  const paid = await world.until(payer.node.pay({ string: own.text, quantity: 2n, payerNote: 'hot', label: 'lunch' }))
  await world.clock.advance(1000)
  const sent = (node: LabNode, type: 'payment_received' | 'payment_paid') =>
    node.told(type).map((event) => JSON.parse(toWireText(toJsonEvent(event, 0))))
  const about = { offer_id: own.id, payer_note: 'hot', payer_id: paid.payer_id, quantity: '2' }
  expect(paid.payer_id).toMatch(/^0[23][0-9a-f]{64}$/)
  expect(sent(merchant, 'payment_received')).toMatchObject([{ ...about, label: 'till' }])
  expect(sent(payer, 'payment_paid')).toMatchObject([{ payment: { ...about, label: 'lunch' } }])
  const { secret } = await world.until(relay.node.hosted!.grant({ capacityMsat: 5n }))
  expect(toWireText(relay.events.map((event) => toJsonEvent(event, 0)))).not.toContain(
    Buffer.from(secret).toString('hex'),
  )
  // A recipient tells nobody what proves that it was paid.
  expect(toWireText(merchant.events.map((event) => toJsonEvent(event, 0)))).not.toContain(paid.preimage!)
})
