import { beforeAll, expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { decodeInvoice, decodeOffer } from '../../src/bolt12/decode.js'
import { decodeString } from '../../src/bolt12/string.js'
import { INIT_FEATURES } from '../../src/wire/feature-table.js'
import { peerOf, type TestNode, useLab } from '../support/e2e/lab.js'
import { testPeer } from '../support/e2e/test-peer.js'

/** payer - first relay - second relay - merchant, who is connected to both relays: each a process of its own. */

const lab = useLab()
let merchant: TestNode
let first: TestNode
let second: TestNode
let payer: TestNode

beforeAll(async () => {
  ;[merchant, first, second, payer] = await Promise.all([
    lab.startNode('merchant', { listen: ['none'] }),
    lab.startNode('first'),
    lab.startNode('second'),
    lab.startNode('payer', { listen: ['none'] }),
  ])
  await Promise.all([payer.connect(first), first.connect(second), merchant.connect(first), merchant.connect(second)])
})

async function offerOver(path: readonly TestNode[], description: string): Promise<string> {
  const words = ['--amount', '7000', '--description', description, '--path', path.map(({ id }) => id).join()]
  return (await merchant.json('offer', 'create', ...words)).bolt12
}

const amountOf = (invoice: string) => decodeInvoice(decodeString(invoice).bytes).fields.invoice_amount

/** What a relay passed on since a mark, as [from, to]. */
const passedOn = (relay: TestNode, mark: number) =>
  relay.events.all.slice(mark).flatMap(({ kind, from, to }) => (kind === 'message_forwarded' ? [[from, to]] : []))

test('over one relay, at which the path of the offer starts: the payer learns nothing of the merchant', async () => {
  const offer = await offerOver([first], 'One relay')
  const marks = [first.events.length, second.events.length, merchant.events.length] as const
  const fetched = await payer.json('fetch', offer)
  expect(amountOf(fetched.bolt12)).toBe(7000n)
  expect(fetched).toMatchObject({ attempt: 1, attempts: 1 })
  for (const text of [offer, fetched.bolt12, `${fetched.invoice_request}`]) {
    const seen = toHex(decodeString(text).bytes)
    // Without a wallet an invoice is paid at the merchant itself, so its path names it; offer and request must not.
    if (text !== fetched.bolt12) expect(seen).not.toContain(merchant.id)
    expect(seen).not.toContain(payer.id)
  }
  expect(decodeOffer(offer).fields.offer_issuer_id).toBeUndefined()
  await Promise.all([first.caughtUp(), second.caughtUp()])
  expect(passedOn(first, marks[0])).toEqual([
    [payer.id, merchant.id],
    [merchant.id, payer.id],
  ])
  expect(passedOn(second, marks[1])).toEqual([])
  expect(await merchant.events.next('request_received', undefined, marks[2])).toMatchObject({ from: first.id })
})

test('over two relays, where the way to the introduction node is joined with the path of the offer', async () => {
  const offer = await offerOver([second], 'Joined')
  const marks = [first.events.length, second.events.length] as const
  const fetched = await payer.json('fetch', offer)
  expect(amountOf(fetched.bolt12)).toBe(7000n)
  expect(fetched.attempts).toBe(1)
  await Promise.all([first.caughtUp(), second.caughtUp()])
  expect(passedOn(first, marks[0])).toEqual([
    [payer.id, second.id],
    [second.id, payer.id],
  ])
  expect(passedOn(second, marks[1])).toEqual([
    [first.id, merchant.id],
    [merchant.id, first.id],
  ])
})

test('over a path of two relays with dummy hops behind them, and by somebody without a node', async () => {
  const path = `${first.id},${second.id}`
  const words = ['--amount', 'any', '--path', path, '--dummy-hops', '3', '--issuer-key']
  const { bolt12: offer } = await merchant.json('offer', 'create', ...words)
  expect(decodeOffer(offer).fields.offer_paths?.[0]?.path).toHaveLength(6)
  const mark = merchant.events.length
  const alone = await lab.lno(['fetch', offer, '--amount', '1234', '--via', first.at()])
  expect(alone).toMatchObject({ code: 0 })
  expect(amountOf(alone.stdout.trim())).toBe(1234n)
  expect(await merchant.events.next('request_received', undefined, mark)).toMatchObject({ from: second.id })
})

test('of an offer with two paths the second is tried when the first leads nowhere', async () => {
  const gone = await lab.startNode('gone')
  const paths = ['--path', `${first.id},${gone.id}`, '--path', second.id]
  const made = await merchant.lno('offer', 'create', '--amount', 'any', ...paths, '--json')
  expect(made.stderr).toContain(`${gone.id}, which is not connected`)
  const { bolt12: offer } = JSON.parse(made.stdout) as { readonly bolt12: string }
  await gone.kill('SIGTERM')
  const ended = await payer.lno('fetch', offer, '--amount', '1', '--timeout', '400ms', '--attempts', '4', '--json')
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('attempt 1: SENT_NO_REPLY') })
  const fetched = JSON.parse(ended.stdout) as { readonly amount_msat: string; readonly attempt: number }
  expect(fetched).toMatchObject({ amount_msat: '1' })
  expect(Number(fetched.attempt)).toBeGreaterThan(1)
  await first.caughtUp()
  expect(first.events.of('message_dropped')).toContainEqual(
    expect.objectContaining({ from: payer.id, code: 'NEXT_NOT_CONNECTED' }),
  )
})

test('a relay killed in the middle of a request: the fetch says so, and works when the relay is back', async () => {
  const offer = await offerOver([first], 'Interrupted')
  // The request arrives and is not answered: the kill falls between the two.
  merchant.process.child.kill('SIGSTOP')
  const marks = [first.events.length, payer.events.length] as const
  const fetching = payer.lno('fetch', offer, '--attempts', '1')
  await first.events.next('message_forwarded', ({ to }) => to === merchant.id, marks[0])
  await first.kill('SIGKILL')
  const failed = await fetching
  expect(failed).toMatchObject({ code: 3, stdout: '' })
  expect(failed.stderr).toMatch(/^lno: SENT_NO_REPLY: .*hung up/m)

  const refused = await payer.lno('fetch', offer, '--attempts', '1', '--json')
  expect(refused.code).toBe(3)
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'CONNECT_REFUSED' } })

  merchant.process.child.kill('SIGCONT')
  first = await lab.startNode('first', { listen: [`${first.addresses[0]}`] })
  await first.events.next('peer_connected', (event) => peerOf(event) === merchant.id)
  expect(amountOf((await payer.json('fetch', offer)).bolt12)).toBe(7000n)
})

test('a merchant that is away: the fetch says that nothing came back, and works when he is there again', async () => {
  const offer = await offerOver([second], 'Away')
  await merchant.kill('SIGTERM')
  await second.events.next('peer_disconnected', (event) => peerOf(event) === merchant.id)
  const failed = await payer.lno('fetch', offer, '--attempts', '2', '--timeout', '300ms', '--json')
  expect(failed.code).toBe(3)
  expect(JSON.parse(failed.stdout)).toMatchObject({
    error: { code: 'SENT_NO_REPLY', details: { attempts: [{ attempt: 1 }, { attempt: 2 }] } },
  })
  const mark = second.events.length
  merchant = await lab.startNode('merchant', { listen: ['none'] })
  await second.events.next('peer_connected', (event) => peerOf(event) === merchant.id, mark)
  expect(amountOf((await payer.json('fetch', offer)).bolt12)).toBe(7000n)
})

test('each stage at which a request can end before it has left has its own code', async () => {
  const [offer, lonely, deaf] = await Promise.all([
    offerOver([second], 'Stages'),
    lab.startNode('lonely', { listen: ['none'] }),
    testPeer({ features: INIT_FEATURES.filter((bit) => bit !== 39) }),
  ])
  try {
    const via = (peer: string) => ['fetch', offer, '--via', peer, '--attempts', '1', '--json']
    const [host] = second.at().split('@').slice(1)
    const ran = await Promise.all([
      lonely.lno('fetch', offer, '--json'),
      lab.lno(via(`${payer.id}@${host}`)),
      lab.lno(via(`${second.id}@127.0.0.1:1`)),
      lab.lno(via(deaf.at)),
    ])
    expect(ran.map(({ stdout }) => JSON.parse(stdout).error.code)).toEqual([
      'NO_ROUTE',
      'HANDSHAKE_FAILED',
      'CONNECT_REFUSED',
      'PEER_HAS_NO_ONION_MESSAGES',
    ])
    expect(ran.map(({ code }) => code)).toEqual([3, 3, 3, 3])
  } finally {
    await deaf.stop()
  }
})
