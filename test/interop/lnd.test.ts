import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChain } from '../../interop/chain/btcd.js'
import { type LndDriver, lnd, lndGated, lndProgram } from '../../interop/drivers/lnd.js'
import { type LndNode, startLnd } from '../../interop/drivers/lnd-node.js'
import { freePorts } from '../../interop/lib/ports.js'
import { decodeInvoice, decodeOffer } from '../../src/bolt12/decode.js'
import { decodeString } from '../../src/bolt12/string.js'
import { type TestNode, useLab } from '../support/e2e/lab.js'
import { skipped } from '../support/interop/skipped.js'

/** Our daemons around LND: one that relays all onion messages, and one as it comes. */

const tell = (line: string) => console.error(line)
const ready = await lnd.prepare(tell)
await lndGated.prepare(tell)

describe.skipIf(skipped('lnd', ready))('onion messages over LND', () => {
  const lab = useLab()
  const stop = new AbortController()
  let dir = ''
  let relay: LndNode
  let gated: LndNode
  let ours: TestNode
  let merchant: TestNode
  let payer: TestNode

  const start = (driver: LndDriver, role: string) => driver.start({ role, dir: join(dir, role), signal: stop.signal })
  const at = ({ nodeId, address }: LndNode) => `${nodeId}@${address}`

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'lno-lnd-'))
    ;[relay, gated, ours, merchant, payer] = await Promise.all([
      start(lnd, 'relay'),
      start(lndGated, 'gated'),
      lab.startNode('ours'),
      lab.startNode('merchant', { listen: ['none'] }),
      lab.startNode('payer', { listen: ['none'] }),
    ])
    await merchant.connect(ours)
    for (const peer of [relay, gated]) {
      await merchant.json('peer', 'connect', at(peer))
      await payer.json('peer', 'connect', at(peer))
    }
    await relay.connect({ nodeId: ours.id, address: ours.addresses[0]! })
    await relay.connect(gated)
  })

  afterAll(async () => {
    await Promise.all([relay?.stop(), gated?.stop()])
    await Promise.all([lnd.close?.(), lndGated.close?.()])
    rmSync(dir, { recursive: true, force: true })
  })

  async function offerOver(path: readonly string[], ...more: readonly string[]): Promise<string> {
    const words = ['--amount', '7000', '--description', 'Over LND', '--path', path.join()]
    return (await merchant.json('offer', 'create', ...words, ...more)).bolt12
  }

  const amountOf = (invoice: string) => decodeInvoice(decodeString(invoice).bytes).fields.invoice_amount

  /** How many messages an LND says it passed on while something was done. */
  async function passedOn<T>(peer: LndNode, action: () => Promise<T>): Promise<readonly [T, number]> {
    const before = await peer.forwarded()
    const result = await action()
    return [result, (await peer.forwarded()) - before]
  }

  test('a connection with LND is usable on both sides, and stays', async () => {
    expect(await relay.peers()).toEqual(expect.arrayContaining([merchant.id, payer.id, ours.id, gated.nodeId]))
    const { peers } = (await payer.json('peer', 'list')) as unknown as { readonly peers: readonly unknown[] }
    expect(peers).toContainEqual(
      expect.objectContaining({ node_id: relay.nodeId, connected: true, onion_messages: 'yes' }),
    )
  })

  test('an invoice comes over an LND that relays all, which is the introduction node of the offer', async () => {
    const offer = await offerOver([relay.nodeId])
    expect(decodeOffer(offer).fields.offer_issuer_id).toBeUndefined()
    const [fetched, count] = await passedOn(relay, () => payer.json('fetch', offer))
    expect(amountOf(fetched.bolt12)).toBe(7000n)
    expect(fetched).toMatchObject({ attempt: 1 })
    expect(count).toBe(2)
  })

  test('the same by somebody without a node, and in packets of 32834 bytes', async () => {
    const offer = await offerOver([relay.nodeId])
    const alone = await lab.lno(['fetch', offer, '--via', at(relay), '--note', 'x'.repeat(4000)])
    expect(alone).toMatchObject({ code: 0 })
    expect(amountOf(alone.stdout.trim())).toBe(7000n)
    // The onion without its version, key and tag: 32834 bytes on the wire.
    expect(relay.log()).toMatch(/OMSG: OnionPeerActor received OnionMessage .*blob_length=32834/)
  })

  test('LND before our relay: it takes the path key that the payer gives it for the next hop', async () => {
    const offer = await offerOver([ours.id])
    const [fetched, count] = await passedOn(relay, () =>
      lab.lno(['fetch', offer, '--via', at(relay), '--attempts', '1', '--json']),
    )
    expect(fetched).toMatchObject({ code: 0 })
    expect(count).toBe(2)
  })

  test('LND behind our relay, in a path of two with dummy hops at its end', async () => {
    const offer = await offerOver([ours.id, relay.nodeId], '--dummy-hops', '2')
    const [fetched, count] = await passedOn(relay, () =>
      lab.lno(['fetch', offer, '--via', ours.at(), '--attempts', '1', '--json']),
    )
    expect(fetched).toMatchObject({ code: 0 })
    // The merchant is a peer of the relay too, and all the same its answer goes back over LND, which brought the request:
    // straight to the relay it would show who is behind the path.
    expect(count).toBe(2)
  })

  test('LND as it comes drops the request, and the payer says what it can know: sent, and no reply', async () => {
    const offer = await offerOver([gated.nodeId])
    const mark = merchant.events.length
    const [failed, count] = await passedOn(gated, () =>
      payer.lno('fetch', offer, '--attempts', '2', '--timeout', '500ms', '--json'),
    )
    expect(failed.code).toBe(3)
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: 'SENT_NO_REPLY' } })
    expect(count).toBe(0)
    expect(gated.log()).toContain('dropping onion message: peer has no open channel')
    await merchant.caughtUp()
    expect(merchant.events.all.slice(mark).map(({ kind }) => kind)).not.toContain('request_received')
  })

  test('where the offer has a second path, the payer finds the way around the LND that drops', async () => {
    const offer = await offerOver([gated.nodeId], '--path', relay.nodeId)
    const ended = await payer.lno('fetch', offer, '--timeout', '500ms', '--attempts', '6', '--json')
    expect(ended).toMatchObject({ code: 0 })
    expect(Number(JSON.parse(ended.stdout).attempt)).toBeGreaterThan(1)
  })

  test('LND as it comes passes on what a channel peer sends, and drops the answer of a merchant without a channel', async () => {
    const offer = await offerOver([gated.nodeId])
    const fetchOverRelay = async () => {
      const mark = merchant.events.length
      const words = ['--via', at(relay), '--attempts', '1', '--timeout', '2s', '--json']
      const { stdout } = await lab.lno(['fetch', offer, ...words])
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SENT_NO_REPLY' } })
      await merchant.caughtUp()
      return merchant.events.all.slice(mark).flatMap(({ kind, from }) => (kind === 'request_received' ? [from] : []))
    }
    expect(await passedOn(gated, fetchOverRelay)).toEqual([[], 0])

    await lnd.openChannel(relay, gated, 1_000_000n)

    // The reply path begins at the same LND, which knows the merchant by a connection alone.
    expect(await passedOn(gated, fetchOverRelay)).toEqual([[gated.nodeId], 1])
    expect(merchant.events.of('reply_not_sent')).toEqual([])
    expect(gated.log()).toContain(`Peer(${merchant.id}): dropping onion message: peer has no open channel`)
  }, 120_000)

  test('a port that another program took between the look and the use: LND starts with others', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const chain = await startChain({ dir: join(dir, 'chain'), signal: stop.signal })
    let looks = 0
    try {
      const program = await lndProgram(tell)
      const node = await startLnd({
        program,
        role: 'collided',
        driver: 'lnd',
        dir: join(dir, 'collided'),
        chain,
        relayAll: true,
        signal: stop.signal,
        ports: async (count) => (looks++ === 0 ? [port, port, port] : freePorts(count)),
      })
      expect(looks).toBe(2)
      expect(node.address).not.toContain(`:${port}`)
      await node.stop()
    } finally {
      await chain.stop()
      taken.close()
    }
  }, 120_000)

  test('what LND cannot do is said as data', () => {
    expect(Object.keys(lnd.cannot)).toEqual(expect.arrayContaining(['offer', 'fetch', 'refund', 'claim', 'pay']))
    expect(lnd.cannot).not.toHaveProperty('relay')
    expect(relay).not.toHaveProperty('fetch')
  })
})
