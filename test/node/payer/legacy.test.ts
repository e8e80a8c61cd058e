import '../../support/use-toy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import type { LegacyOfferOptions } from '../../../src/bolt12/legacy/create-offer.js'
import { decodeLegacyInvoiceRequest, encodeLegacy } from '../../../src/bolt12/legacy/decode.js'
import { V0_10_2, V0_11 } from '../../../src/bolt12/legacy/dialect.js'
import type { NodeFetchOptions, NodeOptions } from '../../../src/node/node.js'
import { readOffer } from '../../../src/node/payer/any-offer.js'
import type { FetchError, LegacyFetchResult } from '../../../src/node/payer/fetch.js'
import { GRACE_MS } from '../../../src/node/payer/fetch-machine.js'
import type { Generation } from '../../../src/onion/generation.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { modernUncounted } from '../../../src/onion/generations/modern-uncounted.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { obs2 } from '../../../src/onion/generations/obs2.js'
import { type LegacyIssuer, legacyIssuer } from '../../support/legacy-issuer.js'
import { type Lab, type LabNode, lab } from '../lab.js'

interface Scene {
  readonly world: Lab
  readonly payer: LabNode
  readonly relay: LabNode | undefined
  readonly merchant: LabNode
  readonly issuer: LegacyIssuer
  fetch(options?: NodeFetchOptions): Promise<LegacyFetchResult>
  failure(options?: NodeFetchOptions): Promise<FetchError>
  /** Forms of the messages that the payer sent since the last call. */
  sent(): readonly string[]
}

/** payer - (relay -) merchant, who speaks these forms alone. */
async function scene(
  generations: readonly Generation[],
  {
    way = 'directly',
    offer = {},
    payer: more = {},
  }: {
    readonly way?: 'directly' | 'over a relay'
    readonly offer?: Partial<LegacyOfferOptions>
    readonly payer?: Partial<Omit<NodeOptions, 'store'>>
  } = {},
): Promise<Scene> {
  const world = lab()
  const merchant = await world.start('merchant', { generations, answersTo: 'peers' })
  const payer = await world.start('payer', { listen: [], ...more })
  const relay = way === 'directly' ? undefined : await world.start('relay')
  // Of a merchant behind a relay it has to be known which of two ids is the right one; the first fetch would find it out.
  const scids = relay && [{ scid: 1n, nodes: [relay.node.id, merchant.node.id] as const }]
  if (relay === undefined) await world.connect(payer, merchant)
  else {
    await world.connect(merchant, relay)
    await world.connect(payer, relay)
  }
  const issuer = legacyIssuer('merchant', merchant.node.messenger, world.clock.now, offer)
  let seen = 0
  const over = relay === undefined ? {} : { via: [relay.node.id], ...(scids && { scids }) }
  return {
    world,
    payer,
    relay,
    merchant,
    issuer,
    fetch: (options = {}) => world.until(payer.node.fetch(issuer.offer, { ...over, ...options })),
    failure: async (options = {}) => {
      const result = await world.until(
        payer.node.fetch(issuer.offer, { ...over, ...options }).catch((error: FetchError) => error),
      )
      if (!(result instanceof Error)) throw new Error('an invoice came where none was due')
      return result
    },
    sent: () => {
      const all = payer.told('message_sent')
      const fresh = all.slice(seen).map(({ generation }) => generation)
      seen = all.length
      return fresh
    },
  }
}

/** What a node remembers of ways. */
async function reachKeys({ store }: LabNode): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const [key] of store.range({ from: 'reach/', to: 'reach0' })) keys.push(key)
  return keys
}

test('both copies leave in one turn: no answer comes between them, however quick it is', async () => {
  const turns: number[] = []
  let turn = 0
  const channel: NodeOptions['channel'] = (inner) => ({
    ...inner,
    send: (peer, type, payload, onLeft) => {
      queueMicrotask(() => void turn++)
      turns.push(turn)
      return inner.send(peer, type, payload, onLeft)
    },
  })
  const { fetch, sent } = await scene([obs2, obs], { payer: { channel } })
  await fetch()
  expect(sent()).toEqual(['obs2', 'obs'])
  expect(turns).toEqual([0, 0])
})

/** What a merchant may speak, and in which form it is asked the first and the second time. */
const MERCHANTS = [
  { speaks: [obs2], answers: ['obs2'] },
  { speaks: [obs], answers: ['obs'] },
  { speaks: [obs2, obs], answers: ['obs2', 'obs'] },
  { speaks: [modernUncounted, obs2], answers: ['obs2'] },
] as const

describe('an offer of 2021 is asked for', () => {
  for (const way of ['directly', 'over a relay'] as const) {
    for (const { speaks, answers } of MERCHANTS) {
      const names = speaks.map(({ name }) => name).join(' and ')
      test(`in two forms, ${way}, of a merchant who speaks ${names}; the next time in one`, async () => {
        const { payer, merchant, issuer, relay, world, fetch, sent } = await scene(speaks, { way })
        const { form, invoice, generation, attempt, attempts } = await fetch()
        expect([form, attempt, attempts]).toEqual(['2021', 1, 1])
        expect(answers).toContain(generation)
        expect(invoice.fields.amount).toBe(10_000n)
        await world.clock.advance(5_000)
        expect(sent()).toEqual(['obs2', 'obs'])
        // One request, in as many copies as the merchant could read, and each with secrets of its own.
        expect(issuer.requests.map(({ generation }) => generation.name)).toEqual(answers)
        expect(new Set(issuer.requests.map(({ value }) => toHex(value))).size).toBe(1)
        expect(new Set(issuer.requests.map(({ replyPath }) => toHex(replyPath!.first_path_key))).size).toBe(
          answers.length,
        )
        expect(payer.told('invoice_received')).toHaveLength(1)
        expect(payer.told('reply_late')).toHaveLength(answers.length - 1)
        expect(payer.told('reply_ignored')).toEqual([])

        const second = await fetch()
        await world.clock.advance(5_000)
        expect(sent()).toEqual([generation])
        expect(second.generation).toBe(generation)
        // Over a relay the way back begins there, and directly at ourselves: the merchant answers over its peers alone.
        const first = (relay ?? payer).node.id
        for (const { replyPath } of issuer.requests) {
          expect(replyPath?.first_node_id).toEqual({ node_id: Uint8Array.from(Buffer.from(first, 'hex')) })
        }
        expect(merchant.told('message_dropped')).toEqual([])
      })
    }
  }

  test('in copies that share nothing but the request: no key and no secret stands in both', async () => {
    const messages: Uint8Array[] = []
    const isOnion = (bytes: Uint8Array) => bytes[0] === 1 && (bytes[1] === 0x81 || bytes[1] === 0x83)
    const { fetch, issuer } = await scene([obs2, obs], {
      payer: {
        tap: ({ direction, bytes }) => void (direction === 'out' && isOnion(bytes) && messages.push(bytes.slice())),
      },
    })
    await fetch()
    const [first, second] = messages
    // The ephemeral key stands behind type, path_key, length and version, or behind type, length and version.
    const keys = [toHex(first!.subarray(2, 35)), toHex(first!.subarray(38, 71)), toHex(second!.subarray(5, 38))]
    for (const { replyPath } of issuer.requests) {
      keys.push(toHex(replyPath!.first_path_key), toHex(replyPath!.path[0]!.encrypted_recipient_data))
    }
    expect(messages).toHaveLength(2)
    expect(new Set(keys).size).toBe(7)
  })

  test('for so many, with a note, and the invoice is over what they cost', async () => {
    const { fetch, issuer } = await scene([obs2], { offer: { quantityMin: 2n, quantityMax: 5n } })
    const { invoice, request } = await fetch({ quantity: 3n, payerNote: 'hot' })
    expect([invoice.fields.amount, request.fields.quantity, request.fields.payer_note]).toEqual([30_000n, 3n, 'hot'])
    expect(issuer.requests[0]?.value).toEqual(request.bytes)
  })

  test('off bitcoin with the one record for the chain that all releases since v0.10.2 read', async () => {
    const { fetch, issuer } = await scene([obs2])
    await fetch()
    const { value } = issuer.requests[0]!
    for (const dialect of [V0_10_2, V0_11]) {
      const { fields } = decodeLegacyInvoiceRequest(value, { dialect })
      expect([fields.chain, fields.chains]).toEqual([expect.any(Uint8Array), undefined])
    }
  })

  test('not where it has expired or leaves the amount to us: nothing is sent', async () => {
    const expired = await scene([obs2], { offer: { absoluteExpiry: 1n } })
    expect(await expired.failure()).toMatchObject({ code: 'LEGACY_OFFER_EXPIRED' })
    const open = await scene([obs2], { offer: { amountMsat: undefined as never } })
    expect(await open.failure()).toMatchObject({ code: 'LEGACY_INVREQ_AMOUNT_MISSING' })
    expect((await open.fetch({ amountMsat: 77n })).invoice.fields.amount).toBe(77n)
    expect([...expired.sent(), ...open.sent()]).toEqual(['obs2', 'obs'])
  })

  test('by its text, told from today’s by what stands in it', async () => {
    const { issuer, world, payer } = await scene([obs2])
    const read = readOffer(`lightning:${encodeLegacy(issuer.offer)}`)
    expect((await world.until(payer.node.fetch(read))).form).toBe('2021')
  })
})

test('the two halves of a node fit: every merchant of the old forms is paid a visit, directly and over a relay', async () => {
  for (const { speaks, answers } of MERCHANTS) {
    for (const isRelayed of [false, true]) {
      const world = lab()
      const merchant = await world.start('merchant', { generations: speaks })
      const [relay, payer] = [await world.start('relay'), await world.start('payer', { listen: [] })]
      await world.connect(merchant, relay)
      await world.connect(payer, isRelayed ? relay : merchant)
      const { offer } = await merchant.node.issuer.createLegacy({ description: 'tea', amountMsat: 5_000n })
      const scids = [{ scid: 1n, nodes: [relay.node.id, merchant.node.id] }] as const
      const { invoice, attempts, generation } = await world.until(payer.node.fetch(offer, { scids }))
      await world.clock.advance(5_000)
      expect([invoice.fields.amount, attempts, (answers as readonly string[]).includes(generation)]).toEqual([
        5_000n,
        1,
        true,
      ])
      expect(payer.told('reply_late')).toHaveLength(answers.length - 1)
      expect(await merchant.node.promises.list(10)).toHaveLength(1)
      await world.until(payer.node.fetch(offer, { scids }))
      expect(payer.told('message_sent')).toHaveLength(3)
    }
  }
})

describe('an issuer of whose id only x is known', () => {
  test('is tried as either when nobody knows which, the even one first', async () => {
    const names = ['merchant', 'relay', 'other', 'friend', 'a', 'b', 'c', 'd']
    const world = lab()
    const nodes: LabNode[] = []
    for (const name of names) nodes.push(await world.start(name, { generations: [obs2] }))
    for (const parity of ['02', '03']) {
      const index = nodes.findIndex(({ node }) => node.id.startsWith(parity))
      const merchant = nodes[index]!
      const [relay, payer] = [
        await world.start(`relay ${parity}`),
        await world.start(`payer ${parity}`, { listen: [] }),
      ]
      await world.connect(merchant, relay)
      await world.connect(payer, relay)
      const issuer = legacyIssuer(names[index]!, merchant.node.messenger, world.clock.now)
      const before = world.clock.now()
      const { attempt } = await world.until(payer.node.fetch(issuer.offer))
      expect([parity, attempt]).toEqual([parity, parity === '02' ? 1 : 2])
      // The wrong one costs seconds, not the time of an attempt.
      expect(world.clock.now() - before).toBeLessThan(4000)
      // A user who knows tells by a channel.
      const knowing = await world.start(`knowing ${parity}`, { listen: [] })
      await world.connect(knowing, relay)
      const scids = [{ scid: 1n, nodes: [relay.node.id, merchant.node.id] }] as const
      const told = await world.until(knowing.node.fetch(issuer.offer, { scids }))
      expect([parity, told.attempt]).toEqual([parity, 1])
      // And what was found out once is known the next time.
      expect([parity, (await world.until(payer.node.fetch(issuer.offer))).attempt]).toEqual([parity, 1])
    }
  })
})

describe('two answers', () => {
  test('the first valid one counts, the other is told quietly', async () => {
    const { payer, fetch, world, issuer } = await scene([obs2, obs])
    issuer.manners = () => 'twice'
    await fetch()
    await world.clock.advance(5_000)
    expect(payer.told('invoice_received')).toHaveLength(1)
    expect(payer.told('reply_late')).toHaveLength(3)
    expect(payer.told('reply_ignored')).toEqual([])
  })

  test('after some seconds a late one is like that of any stranger', async () => {
    const { payer, fetch, world, issuer, merchant } = await scene([obs2])
    await fetch()
    await world.clock.advance(60_000)
    const { replyPath, generation } = issuer.requests[0]!
    const contents = { invoice: new Uint8Array([1]) }
    const { id } = payer.node
    merchant.node.messenger.send({ generation, route: [id], to: replyPath!, contents, onFate: () => undefined })
    await world.clock.advance(1_000)
    expect(payer.told('reply_late')).toEqual([])
    expect(payer.told('reply_ignored')).toMatchObject([{ code: 'REPLY_WRONG_PATH' }])
  })

  test('an error and an invoice: the invoice counts, in whatever order they come', async () => {
    for (const bad of ['obs', 'obs2']) {
      for (const how of ['error', 'wrong invoice'] as const) {
        const { fetch, issuer } = await scene([obs2, obs])
        issuer.manners = (generation) => (generation === bad ? how : 'invoice')
        expect([bad, how, (await fetch()).generation]).toEqual([bad, how, bad === 'obs' ? 'obs2' : 'obs'])
      }
    }
  })

  test('an error, and nothing in the other form: it is final after a little', async () => {
    const { failure, issuer, world, sent } = await scene([obs2, obs])
    issuer.manners = (generation) => (generation === 'obs' ? 'error' : 'silence')
    const began = world.clock.now()
    const { code, problems } = await failure()
    expect(code).toBe('INVOICE_ERROR')
    expect(problems.map(({ attempt, generation, code }) => [attempt, generation, code])).toEqual([
      [1, 'obs', 'INVOICE_ERROR'],
      [1, 'obs2', 'SENT_NO_REPLY'],
    ])
    expect(world.clock.now() - began).toBeLessThan(GRACE_MS + 1_000)
    expect(sent()).toEqual(['obs2', 'obs'])
  })

  test('an error names a field by its number in a request of 2021, and is told so', async () => {
    const { failure, issuer } = await scene([obs2])
    issuer.manners = () => 'error'
    const said = { error: 'prices rose', erroneous_field: '8', field: 'amount', suggested: '12000' }
    expect((await failure()).details?.invoice_error).toMatchObject(said)
  })

  test('none at all: every copy of every attempt is told of', async () => {
    const { failure, issuer } = await scene([obs2, obs], { way: 'over a relay' })
    issuer.manners = () => 'silence'
    const { code, problems } = await failure({ attempts: 2 })
    expect(code).toBe('SENT_NO_REPLY')
    expect(problems.map(({ attempt, generation }) => `${attempt} ${generation}`)).toEqual([
      '1 obs2',
      '1 obs',
      '2 obs2',
      '2 obs',
    ])
  })

  test('in another type of message than its reply path was made for an answer is none', async () => {
    const { payer, fetch, world } = await scene([obs2], {
      payer: { generations: [modern, modernUncounted, obs2, obs] },
    })
    const usual = payer.node.messenger.handle(66n, (delivery) => {
      expect(payer.node.payer.take({ ...delivery, generation: modern })).toBe(true)
      world.clock.after(100, () => usual?.(delivery))
    })
    await fetch()
    expect(payer.told('reply_ignored')).toMatchObject([{ code: 'REPLY_WRONG_PATH' }])
    expect(payer.told('fetch_progress').filter(({ progress }) => progress.step === 'received')).toHaveLength(1)
  })

  test('in the same type of message it is one, whatever form it is read as', async () => {
    const { fetch, payer } = await scene([modern, modernUncounted])
    const { generation } = await fetch({ generations: ['modern-uncounted'] })
    expect(payer.told('message_received')).toMatchObject([{ generation: 'modern' }])
    expect(generation).toBe('modern-uncounted')
  })
})

describe('what worked over a way', () => {
  test('is known after a restart', async () => {
    const { world, payer, merchant, fetch, issuer } = await scene([obs])
    await fetch()
    await payer.node.stop()
    const again = await world.start('payer', { listen: [], store: payer.store })
    await world.connect(again, merchant)
    await world.until(again.node.fetch(issuer.offer))
    expect(again.told('message_sent').map(({ generation }) => generation)).toEqual(['obs'])
  })

  test('is forgotten when it brings nothing: the next attempt sends both again, and learns the other', async () => {
    const { fetch, sent, issuer, world } = await scene([obs2, obs])
    issuer.manners = (generation) => (generation === 'obs2' ? 'silence' : 'invoice')
    expect((await fetch()).generation).toBe('obs')
    await world.clock.advance(5_000)
    issuer.manners = (generation) => (generation === 'obs' ? 'silence' : 'invoice')
    sent()
    const { generation, attempt } = await fetch()
    expect([generation, attempt, sent()]).toEqual(['obs2', 2, ['obs', 'obs2', 'obs']])
    await world.clock.advance(5_000)
    await fetch()
    expect(sent()).toEqual(['obs2'])
  })

  test('is not learnt from errors, wrong invoices, requests of others or answers to nothing', async () => {
    const { failure, issuer, payer, merchant, world } = await scene([obs2, obs])
    for (const how of ['error', 'wrong invoice', 'silence'] as const) {
      issuer.manners = () => how
      await failure({ attempts: 1 })
    }
    const { replyPath } = issuer.requests[0]!
    for (const contents of [{ invoice: new Uint8Array([1]) }, { invoice_request: issuer.requests[0]!.value }]) {
      for (const generation of [obs2, obs]) {
        for (const to of [payer.node.id, replyPath!]) {
          const { id } = payer.node
          merchant.node.messenger.send({ generation, route: [id], to, contents, onFate: () => undefined })
        }
      }
    }
    await world.clock.advance(10_000)
    expect(await reachKeys(payer)).toEqual([])
  })

  test('is not learnt where there was no choice', async () => {
    const { fetch, payer } = await scene([obs2])
    await fetch({ generations: ['obs2'] })
    expect(await reachKeys(payer)).toEqual([])
  })
})

describe('whatever the issuer does with each copy, and whatever the net loses', () => {
  const manners = fc.constantFrom('invoice', 'error', 'wrong invoice', 'silence', 'twice')

  test('a fetch ends once, with the first valid invoice or one error that lists every message', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(manners, { minLength: 1, maxLength: 6 }),
        fc.subarray([obs2, obs, modernUncounted], { minLength: 1 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 20_000 }),
        async (answers, speaks, isRelayed, latency) => {
          const way = isRelayed ? 'over a relay' : 'directly'
          const { world, payer, merchant, issuer } = await scene(speaks, { way })
          issuer.manners = (_, nth) => answers[(nth - 1) % answers.length]!
          world.network.setLatency(isRelayed ? 'relay' : 'payer', 'merchant', latency)
          const result = await world.until(
            payer.node.fetch(issuer.offer, { attempts: 2 }).catch((error: FetchError) => error),
          )
          await world.clock.advance(120_000)
          const ends = [...payer.told('invoice_received'), ...payer.told('fetch_failed')]
          expect(ends).toHaveLength(1)
          const answered = payer.told('fetch_progress').filter(({ progress }) => progress.step === 'received')
          if (!(result instanceof Error)) {
            expect(answered.length).toBeGreaterThan(0)
            expect(result.invoice.fields.amount).toBe(10_000n)
            return
          }
          const sent = payer.told('message_sent').length
          expect(new Set(result.problems.map(({ attempt, generation }) => `${attempt} ${generation}`)).size).toBe(sent)
          const said = new Set(result.problems.map(({ code }) => code))
          expect(said.has('INVOICE_ERROR') || said.has('INVOICE_REFUSED')).toBe(answered.length > 0)
          expect(merchant.told('message_dropped')).toEqual([])
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('between two copies', () => {
  // One message a second: the second copy waits when the first has left.
  const slow = { rateOf: () => ({ perSecond: 1, burst: 1 }) }
  /** A fetch whose first copy has left, and what becomes of it. */
  const halfway = async () => {
    const all = await scene([obs2, obs], { payer: slow })
    all.issuer.manners = () => 'silence'
    const stop = new AbortController()
    const outcome = all.payer.node
      .fetch(all.issuer.offer, { signal: stop.signal, attempts: 2 })
      .catch((error: FetchError) => error)
    await all.world.clock.advance(500)
    expect(all.sent()).toEqual(['obs2'])
    return { ...all, stop, outcome }
  }

  test('a fetch that is cancelled sends nothing more, and an answer to the first is a late one', async () => {
    const { world, payer, merchant, issuer, sent, stop, outcome } = await halfway()
    stop.abort()
    expect(await outcome).toMatchObject({ code: 'CONTROL_CANCELLED' })
    const { replyPath, generation } = issuer.requests[0]!
    const contents = { invoice: new Uint8Array([1]) }
    merchant.node.messenger.send({
      generation,
      route: [payer.node.id],
      to: replyPath!,
      contents,
      onFate: () => undefined,
    })
    await world.clock.advance(10_000)
    expect(sent()).toEqual([])
    expect([payer.told('fetch_failed').length, payer.told('reply_late').length]).toEqual([1, 1])
  })

  test('a node that stops ends it once, and sends nothing more', async () => {
    const { world, payer, sent, outcome } = await halfway()
    await payer.node.stop()
    expect(await outcome).toMatchObject({ code: 'CONTROL_CANCELLED' })
    await world.clock.advance(120_000)
    expect([sent(), payer.told('fetch_failed').length]).toEqual([[], 1])
  })

  test('a peer that hangs up ends both, and the next attempt calls it again', async () => {
    const { world, payer, merchant, sent, outcome } = await halfway()
    payer.node.connections.disconnect(merchant.node.id)
    const error = (await world.until(outcome)) as FetchError
    expect(error.problems.map(({ attempt, generation, code }) => `${attempt} ${generation} ${code}`)).toEqual([
      '1 obs CONNECTION_LOST',
      '1 obs2 SENT_NO_REPLY',
      '2 obs2 SENT_NO_REPLY',
      '2 obs SENT_NO_REPLY',
    ])
    expect(sent()).toEqual(['obs2', 'obs'])
  })
})

describe('the user’s choice', () => {
  test('goes before what is known of the offer and of the way', async () => {
    const { fetch, sent, world } = await scene(GENERATIONS)
    await fetch({ generations: ['obs'] })
    await fetch({ generations: ['obs', 'obs2'] })
    await world.clock.advance(5_000)
    await fetch({ generations: ['modern-uncounted', 'modern'] })
    expect(sent()).toEqual(['obs', 'obs', 'obs2', 'modern-uncounted', 'modern'])
  })

  test('of a form that the node does not speak is refused before anything is done', async () => {
    const { failure, sent, payer } = await scene([obs2], { payer: { generations: [modern, obs2] } })
    expect(await failure({ generations: ['obs2', 'obs'] })).toMatchObject({ code: 'GENERATION_NOT_SPOKEN' })
    expect(sent()).toEqual([])
    expect(await payer.node.payer.list()).toEqual([])
  })

  test('a node that speaks one of the two sends that', async () => {
    const { fetch, sent } = await scene([obs2], { payer: { generations: [modern, obs2] } })
    await fetch()
    expect(sent()).toEqual(['obs2'])
  })

  test('of a policy that names nothing it speaks ends in the same code', async () => {
    const { failure } = await scene([obs2], { payer: { policy: () => ['made-up'] } })
    expect(await failure()).toMatchObject({ code: 'GENERATION_NOT_SPOKEN' })
  })
})

describe('progress', () => {
  test('tells of each message out and in, with its form', async () => {
    const { payer, fetch, merchant } = await scene([obs2])
    await fetch()
    const to = merchant.node.id
    expect(payer.told('fetch_progress').map(({ progress }) => progress)).toEqual([
      { step: 'attempt', attempt: 1, route: [to], reply: 'self', generations: ['obs2', 'obs'] },
      { step: 'sent', attempt: 1, generation: 'obs2', to },
      { step: 'sent', attempt: 1, generation: 'obs', to },
      { step: 'received', attempt: 1, generation: 'obs2', from: to, contents: 'invoice' },
      { step: 'invoice', attempt: 1, generation: 'obs2' },
    ])
  })
})
