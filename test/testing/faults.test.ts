import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { FetchError } from '../../src/node/payer/fetch.js'
import { obs2 } from '../../src/onion/generations/obs2.js'
import { MISBEHAVIOURS, type Misbehaviour } from '../../src/testing/index.js'
import { kinds, shop, TEA } from './shop.js'

/** The code that a promise rejects with. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error) => error.code,
  )
}

describe('a merchant that misbehaves', () => {
  const ways = Object.entries(MISBEHAVIOURS) as [Misbehaviour, { code: string; issue?: string }][]
  // One network for all: after each wrong answer the next one starts from the same state.
  const started = (async () => {
    const { network, merchant, relay, payer } = await shop('misbehaviour')
    const offers = {
      'over a relay': await merchant.createOffer({ ...TEA, via: [relay] }),
      'with an issuer key': await merchant.createOffer({ ...TEA, issuerKey: true, via: [relay] }),
      'by node id': await merchant.createOffer({ ...TEA, quantityMax: 3n }),
    }
    return { network, merchant, payer, offers }
  })()

  for (const [how, { code, issue }] of ways) {
    test(`with ${how} leads the payer to ${issue ?? code}`, async () => {
      const { merchant, payer, offers } = await started
      for (const [name, offer] of Object.entries(offers)) {
        merchant.misbehave(how)
        const options = name === 'by node id' ? { quantity: 2n, attempts: 1 } : { attempts: 2 }
        const error = await payer.fetchInvoice(offer.text, options).catch((error) => error)
        merchant.misbehave()
        expect(error, name).toBeInstanceOf(FetchError)
        expect([name, error.code]).toEqual([name, code])
        const issues: string[] = error.issues.map((issue: { code: string }) => issue.code)
        if (issue === undefined) expect(issues).toEqual([])
        else expect(issues).toContain(issue)
        // And it is this alone that was wrong.
        if (issue !== undefined && issue !== 'INVOICE_REQUEST_MISMATCH') expect(issues, name).toHaveLength(1)
        const { invoice } = await payer.fetchInvoice(offer.text, options)
        expect(invoice.fields.invoice_amount).toBe(name === 'by node id' ? 20_000n : 10_000n)
      }
    })
  }

  test('over the wrong path is told to the payer, and has no other effect', async () => {
    const { payer } = await started
    const ignored = payer.events.filter((event) => event.kind === 'reply_ignored')
    expect(ignored.length).toBeGreaterThan(0)
    for (const event of ignored) expect(event).toMatchObject({ code: 'REPLY_WRONG_PATH' })
  })
})

describe('a fault', () => {
  test('of the link: messages that are lost are sent again over the next attempt', async () => {
    const { network, merchant, relay, payer } = await shop()
    const offer = await merchant.createOffer({ ...TEA, via: [relay] })
    network.drop(relay, merchant, 1)
    const before = network.clock.now()
    const { attempt, attempts } = await payer.fetchInvoice(offer.text)
    expect([attempt, attempts]).toEqual([2, 2])
    expect(network.clock.now() - before).toBe(15_000)
  })

  test('that never ends is told after all attempts, and ends when it is taken away', async () => {
    const { network, merchant, relay, payer } = await shop()
    const offer = await merchant.createOffer({ ...TEA, via: [relay] })
    const heal = network.drop(payer, relay)
    expect(await codeOf(payer.fetchInvoice(offer.text))).toBe('SENT_NO_REPLY')
    expect(kinds(relay)).not.toContain('message_forwarded')
    heal()
    expect(await codeOf(payer.fetchInvoice(offer.text))).toBe('no error')
  })

  test('of the link takes messages of every wire form', async () => {
    const { network, merchant, relay } = await shop()
    const payer = await network.addNode('payer of 2021', { generations: [obs2] })
    await network.connect(payer, relay)
    const offer = await merchant.createOffer({ ...TEA })
    const heal = network.drop(payer, relay)
    const options = { via: [relay.id] }
    expect(await codeOf(payer.fetchInvoice(offer.text, options))).toBe('SENT_NO_REPLY')
    expect(kinds(relay)).not.toContain('message_forwarded')
    heal()
    expect(await codeOf(payer.fetchInvoice(offer.text, options))).toBe('no error')
  })

  test('of time: an answer that takes longer than an attempt still counts', async () => {
    const { network, merchant, relay, payer } = await shop()
    const offer = await merchant.createOffer({ ...TEA, via: [relay] })
    network.delay(merchant, relay, 10_000)
    const before = network.clock.now()
    const { attempt, attempts } = await payer.fetchInvoice(offer.text)
    expect([attempt, attempts]).toEqual([1, 2])
    expect(network.clock.now() - before).toBe(20_000)
  })

  test('of the relay: down is NO_ROUTE or a refused call, and up again it serves', async () => {
    const { network, merchant, relay, payer } = await shop()
    const offer = await merchant.createOffer({ ...TEA, via: [relay] })
    await network.down(relay)
    expect(await codeOf(payer.fetchInvoice(offer.text))).toBe('CONNECT_REFUSED')
    network.up(relay)
    await network.advance(120_000)
    expect(await codeOf(payer.fetchInvoice(offer.text))).toBe('no error')
  })

  test('of a cable: a cut connection comes back by itself, one that is disconnected does not', async () => {
    const { network, relay, payer } = await shop()
    const peers = () => payer.node.connections.peers().length
    await network.cut(payer, relay)
    expect(peers()).toBe(0)
    await network.advance(60_000)
    expect(peers()).toBe(1)
    await network.disconnect(payer, relay)
    await network.advance(600_000)
    expect(peers()).toBe(0)
    expect(relay.node.connections.peers()).toHaveLength(1)
  })
})
