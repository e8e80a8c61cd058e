import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/base/effects.js'
import { toHex } from '../../src/base/hex.js'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { createOffer } from '../../src/bolt12/create-offer.js'
import { MAX_ANSWERS } from '../../src/node/payer/answer.js'
import type { FetchError } from '../../src/node/payer/fetch.js'
import { MAX_OPEN_FETCHES } from '../../src/node/payer/payer.js'
import { memoryStore } from '../../src/node/store/memory-store.js'
import { modern } from '../../src/onion/generations/modern.js'
import { coffee, type Lab, type LabNode, lab } from './lab.js'

const WITHOUT_ONION_MESSAGES = [1, 9, 13, 15, 45]
const random = (length: number) => new Uint8Array(length).fill(9)

/** A merchant, a relay and a payer who know the relay only. */
async function shop(): Promise<{ readonly world: Lab } & Record<'merchant' | 'relay' | 'payer', LabNode>> {
  const world = lab()
  const [merchant, relay] = [await world.start('merchant'), await world.start('relay')]
  const payer = await world.start('payer', { listen: [] })
  await world.connect(merchant, relay, true)
  await world.connect(payer, relay)
  return { world, merchant, relay, payer }
}

/** Sends a request with a reply path that begins at the payer itself. */
function sendWithOwnReplyPath(
  payer: LabNode,
  to: Parameters<LabNode['node']['messenger']['send']>[0]['to'],
  route: readonly string[],
  request: Uint8Array,
): void {
  payer.node.messenger.send({
    generation: modern,
    route,
    to,
    contents: {
      invoice_request: request,
      reply_path: payer.node.messenger.makePath([payer.node.id], new Uint8Array(32).fill(7)),
    },
    onFate: () => undefined,
  })
}

describe('a request is cancelled', () => {
  test('while a peer is being called: it ends at once, and nothing of it is kept', async () => {
    const world = lab()
    const [merchant, relay] = [await world.start('merchant'), await world.start('relay')]
    const payer = await world.start('payer', { listen: [] })
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    world.network.setHost('relay', 'silent')
    const via = [{ nodeId: relay.node.id, address: world.at('relay') }]
    const cancel = new AbortController()
    const began = world.clock.now()
    const open = payer.node.fetch(offer.offer, { via, signal: cancel.signal })
    await world.clock.advance(500)
    cancel.abort()
    await expect(world.until(open)).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
    expect(world.clock.now() - began).toBeLessThan(2000)
    await world.clock.advance(60_000)
    expect(await payer.node.payer.list()).toEqual([])
  })

  test('by a node that stops while it calls, and none begins after that', async () => {
    const world = lab()
    const [merchant, relay] = [await world.start('merchant'), await world.start('relay')]
    const payer = await world.start('payer', { listen: [] })
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    world.network.setHost('relay', 'silent')
    const open = payer.node.fetch(offer.offer, { via: [{ nodeId: relay.node.id, address: world.at('relay') }] })
    await world.clock.advance(500)
    await payer.node.stop()
    await expect(world.until(open)).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
    await expect(payer.node.fetch(offer.offer)).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
    await world.clock.advance(60_000)
    expect(await payer.node.payer.list()).toEqual([])
  })

  test('before it has begun', async () => {
    const { merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const signal = AbortSignal.abort()
    await expect(payer.node.fetch(offer.offer, { signal })).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
  })
})

describe('what stands in the way is named', () => {
  test('a peer without onion messages that an issuer id leads to', async () => {
    const world = lab()
    const merchant = await world.start('merchant', { features: WITHOUT_ONION_MESSAGES })
    const payer = await world.start('payer')
    // It called us: its address is not known.
    await world.connect(merchant, payer)
    const offer = await merchant.node.issuer.create(coffee())
    expect(await world.failure(payer, offer)).toMatchObject({ code: 'PEER_HAS_NO_ONION_MESSAGES' })
  })

  test('a relay without onion messages that is all there is', async () => {
    const world = lab()
    const merchant = await world.start('merchant')
    const relay = await world.start('relay', { features: WITHOUT_ONION_MESSAGES })
    const payer = await world.start('payer', { listen: [] })
    await world.connect(payer, relay)
    const offer = await merchant.node.issuer.create(coffee())
    expect(await world.failure(payer, offer)).toMatchObject({ code: 'PEER_HAS_NO_ONION_MESSAGES' })
  })

  test('a relay that serves its channel peers alone: tried, and named when it is silent', async () => {
    const world = lab()
    const merchant = await world.start('merchant')
    const relay = await world.start('relay', { features: [...WITHOUT_ONION_MESSAGES, 67] })
    const payer = await world.start('payer', { listen: [] })
    await world.connect(payer, relay)
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const error = await world.failure(payer, offer)
    expect(error).toMatchObject({ code: 'RELAY_CHANNELS_ONLY' })
    expect((error as FetchError).problems).toHaveLength(3)
    await world.connect(merchant, relay, true)
    expect((await world.fetch(payer, offer)).attempts).toBe(1)
  })

  test('a path that begins at ourselves and goes on to nobody', async () => {
    const world = lab()
    const [merchant, relay] = [await world.start('merchant'), await world.start('relay')]
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    expect(await world.failure(relay, offer)).toMatchObject({ code: 'NO_ROUTE' })
  })

  test('a path that begins at a channel nobody told us of, at once; told of it, the request goes through', async () => {
    const { world, merchant, relay, payer } = await shop()
    const made = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const [path] = made.offer.fields.offer_paths ?? []
    const [smaller, larger] = [relay.node.id, merchant.node.id].sort()
    const direction = smaller === relay.node.id ? 0 : 1
    const first_node_id = { short_channel_id: 77n, direction } as const
    const { offer } = createOffer({
      ...coffee(),
      chains: made.offer.fields.offer_chains!,
      paths: [{ ...path!, first_node_id }],
    })
    const began = world.clock.now()
    await expect(payer.node.fetch(offer)).rejects.toMatchObject({ code: 'UNRESOLVED_SCID' })
    expect(world.clock.now()).toBe(began)
    // The merchant made another offer, so it stays silent: what counts is that the request reached it.
    const scids = [{ scid: 77n, nodes: [larger!, smaller!] as const }]
    await expect(world.until(payer.node.fetch(offer, { scids, attempts: 1 }))).rejects.toMatchObject({
      code: 'SENT_NO_REPLY',
    })
    expect(merchant.told('request_ignored')).toMatchObject([{ code: 'INVREQ_OFFER_MISMATCH' }])
  })
})

describe('a single use', () => {
  test('over paths names a key, so that its one invoice can be sent again', { tags: ['RR6', 'IW4'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], singleUse: true }))
    const { request } = createInvoiceRequest(offer.offer, { random })
    for (let i = 0; i < 3; i++) {
      sendWithOwnReplyPath(payer, offer.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
      await world.clock.advance(1000)
    }
    const sent = merchant.told('invoice_sent')
    expect(sent.map(({ again }) => again)).toEqual([false, true, true])
    expect(new Set(sent.map(({ paymentHash }) => paymentHash)).size).toBe(1)
    const [promise] = await merchant.node.promises.list(10)
    expect(toHex(promise!.invoice)).toContain(toHex(offer.offer.fields.offer_issuer_id!))
  })

  test('is one of its own, however many offers have the same words', async () => {
    const world = lab()
    const merchant = await world.start('merchant')
    const many = await merchant.node.issuer.create(coffee())
    const once = await merchant.node.issuer.create(coffee({ singleUse: true }))
    expect(once.id).not.toBe(many.id)
    expect(once.stored.single_use).toBe(1)
  })
})

describe('answers', () => {
  test('to a payer whose place is not known go back over the peer that brought the request', {
    tags: ['O17', 'RR12'],
  }, async () => {
    const world = lab()
    const [merchant, relay, other] = [
      await world.start('merchant'),
      await world.start('relay'),
      await world.start('other'),
    ]
    const payer = await world.start('payer', { listen: [] })
    await world.connect(merchant, other)
    await world.connect(merchant, relay)
    await world.connect(payer, relay)
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { request } = createInvoiceRequest(offer.offer, { random })
    sendWithOwnReplyPath(payer, offer.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
    await world.clock.advance(1000)
    expect(merchant.told('invoice_sent')).toHaveLength(1)
    expect(payer.told('reply_ignored')).toMatchObject([{ from: relay.node.id, code: 'REPLY_WRONG_PATH' }])
    expect(other.told('message_dropped')).toEqual([])
  })

  test('that come late are taken as long as the request is open', { tags: ['O5'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], issuerKey: true }))
    world.network.setLatency('merchant', 'relay', 9_000)
    const { attempt, attempts } = await world.fetch(payer, offer)
    expect([attempt, attempts]).toEqual([1, 2])
    await world.clock.advance(60_000)
    expect(payer.told('invoice_received')).toHaveLength(1)
    expect(await merchant.node.promises.list(10)).toHaveLength(1)
  })

  test('over a path that was made for something else have no effect', { tags: ['O14', 'O15', 'B9'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { invoice, request } = await world.fetch(payer, offer)
    const before = merchant.events.length
    // An invoice over the path of an offer, and a request over a path that was made for no offer.
    const send = (contents: object) =>
      payer.node.messenger.send({
        generation: modern,
        route: [relay.node.id],
        to: offer.offer.fields.offer_paths![0]!,
        contents,
        onFate: () => undefined,
      })
    send({ invoice: invoice.bytes })
    await world.clock.advance(1000)
    const foreign = relay.node.messenger.makePath([merchant.node.id], new Uint8Array(32).fill(3))
    relay.node.messenger.send({
      generation: modern,
      route: [merchant.node.id],
      to: foreign,
      contents: {
        invoice_request: request.bytes,
        reply_path: relay.node.messenger.makePath([relay.node.id], random(32)),
      },
      onFate: () => undefined,
    })
    await world.clock.advance(1000)
    expect(merchant.events.slice(before).filter(({ type }) => type !== 'message_received')).toMatchObject([
      { type: 'reply_ignored', code: 'REPLY_WRONG_PATH' },
      { type: 'request_ignored', code: 'INVREQ_WRONG_PATH' },
    ])
  })
})

describe('a disk that is full', () => {
  /** A store whose commits fail while it is said so. */
  function fragile(): { readonly store: Store; full: boolean } {
    const inner = memoryStore()
    const disk = {
      full: false,
      store: {
        ...inner,
        commit: async (changes: Parameters<Store['commit']>[0]) => {
          if (disk.full) throw new Error('ENOSPC: no space left on device')
          await inner.commit(changes)
        },
      },
    }
    return disk
  }

  test('promises nothing: no invoice leaves, and the next request is served as if nothing had been', async () => {
    const disk = fragile()
    const world = lab()
    const merchant = await world.start('merchant', { store: disk.store as never })
    const payer = await world.start('payer', { listen: [] })
    await world.connect(payer, merchant)
    const offer = await merchant.node.issuer.create(coffee({ singleUse: true }))
    disk.full = true
    expect(await world.failure(payer, offer, { attempts: 1 })).toMatchObject({ code: 'SENT_NO_REPLY' })
    expect(merchant.told('invoice_sent')).toEqual([])
    expect(merchant.told('request_ignored')).toHaveLength(1)
    disk.full = false
    expect((await world.fetch(payer, offer)).attempts).toBe(1)
  })

  test('keeps a payer from asking: its key would be lost', async () => {
    const disk = fragile()
    const world = lab()
    const merchant = await world.start('merchant')
    const payer = await world.start('payer', { store: disk.store as never, listen: [] })
    await world.connect(payer, merchant)
    const offer = await merchant.node.issuer.create(coffee())
    disk.full = true
    expect(String(await world.failure(payer, offer))).toContain('ENOSPC')
    expect(merchant.told('request_received')).toEqual([])
    disk.full = false
    expect((await world.fetch(payer, offer)).attempts).toBe(1)
  })
})

test('a node that stops gives up its calls: nothing of it waits any more', async () => {
  const world = lab()
  const relay = await world.start('relay')
  world.network.setHost('relay', 'silent')
  const before = world.clock.waiting
  const payer = await world.start('payer', { listen: [] })
  const call = expect(payer.node.connectPeer(relay.node.id, world.at('relay'))).rejects.toMatchObject({
    code: 'CONNECTIONS_STOPPED',
  })
  await world.clock.settle()
  expect(world.clock.waiting).toBeGreaterThan(before)
  await payer.node.stop()
  await call
  await world.clock.settle()
  expect(world.clock.waiting).toBe(before)
})

describe('what one side can make the other hold or compute', () => {
  test('answers to one attempt: eight are looked at', async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    merchant.node.messenger.handle(64n, ({ generation, replyPath }) => {
      for (let i = 0; i < MAX_ANSWERS + 4; i++) {
        merchant.node.messenger.send({
          generation,
          route: [relay.node.id],
          to: replyPath!,
          contents: { invoice_error: Uint8Array.of(5, 0) },
          onFate: () => undefined,
        })
      }
    })
    const error = await world.failure(payer, offer, { attempts: 1 })
    expect(error).toMatchObject({ code: 'SENT_NO_REPLY' })
    expect(payer.told('reply_ignored')).toHaveLength(MAX_ANSWERS)
  })

  test('requests under way: so many, however long the way is prepared', async () => {
    const world = lab()
    const [merchant, relay] = [await world.start('merchant'), await world.start('relay')]
    const payer = await world.start('payer', { listen: [] })
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    world.network.setHost('relay', 'silent')
    const via = [{ nodeId: relay.node.id, address: world.at('relay') }]
    const all = Array.from({ length: MAX_OPEN_FETCHES }, () => payer.node.fetch(offer.offer, { via }))
    const settled = Promise.allSettled(all)
    await expect(payer.node.fetch(offer.offer, { via })).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    await payer.node.stop()
    await world.until(settled)
  })
})
