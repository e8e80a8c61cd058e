import { beforeAll, expect, test } from 'vitest'
import { isLnoError } from '../../src/base/error.js'
import { decodeInvoice } from '../../src/bolt12/decode.js'
import { decodeString } from '../../src/bolt12/string.js'
import { type TestNode, useLab } from '../support/e2e/lab.js'

/** Many requests at once. Each is a call of the method that `lno fetch` uses, in the daemon of its payer. */

const PAYERS = 10
const EACH = 20
const REQUESTS = PAYERS * EACH

const lab = useLab()
let merchant: TestNode
let payers: readonly TestNode[]
let offer: string

beforeAll(async () => {
  merchant = await lab.startNode('merchant')
  const { subscribe } = await merchant.control()
  await subscribe(({ from }) => asked.push(`${from}`), { kinds: ['request_received', 'request_ignored'] })
  payers = await Promise.all(
    Array.from({ length: PAYERS }, async (_, index) => {
      const payer = await lab.startNode(`payer${index}`, { listen: ['none'] })
      await payer.connect(merchant)
      return payer
    }),
  )
  offer = (await merchant.json('offer', 'create', '--amount', '1000', '--description', 'Bread')).bolt12
})

/** The outcome of each of `count` fetches that a payer makes at the same time: its invoice, or the code of its error. */
async function fetchMany(payer: TestNode, count: number): Promise<readonly { invoice?: string; code?: string }[]> {
  const { call } = await payer.control()
  const fetches = Array.from({ length: count }, async () => {
    try {
      return { invoice: (await call('fetch', { offer })).bolt12 }
    } catch (error) {
      if (!isLnoError(error)) throw error
      return { code: error.code }
    }
  })
  return Promise.all(fetches)
}

/** Who asked, of all requests that the merchant has seen, answered or not. The log leaves out some of so many in so short a time. */
const asked: string[] = []

/** Requests of these payers that the merchant has seen from a mark on. */
async function seen(of: readonly TestNode[], mark: number): Promise<number> {
  // Events come in order: once this is answered, all that came before has been told.
  await (await merchant.control()).call('node.info', {})
  const ids = of.map(({ id }) => id)
  return asked.slice(mark).filter((from) => ids.includes(from)).length
}

test('200 requests at once from ten payers of 20 each are all answered, and hardly one is sent twice', async () => {
  const mark = asked.length
  const outcomes = (await Promise.all(payers.map((payer) => fetchMany(payer, EACH)))).flat()
  expect(outcomes.filter(({ code }) => code !== undefined)).toEqual([])
  const hashes = outcomes.map(({ invoice = '' }) => decodeInvoice(decodeString(invoice).bytes).fields)
  expect(new Set(hashes.map((fields) => `${fields.invoice_payment_hash}`)).size).toBe(REQUESTS)
  const requests = await seen(payers, mark)
  expect(requests).toBeGreaterThanOrEqual(REQUESTS)
  expect(requests).toBeLessThanOrEqual(REQUESTS + 10)
})

test('200 requests at once from one payer each end with an invoice or QUEUE_FULL, and none is sent twice', async () => {
  const payer = payers[0]!
  const mark = asked.length
  const outcomes = await fetchMany(payer, REQUESTS)
  const invoices = outcomes.filter(({ invoice }) => invoice !== undefined)
  const full = outcomes.filter(({ code }) => code === 'QUEUE_FULL')
  expect(outcomes).toHaveLength(REQUESTS)
  expect(invoices.length + full.length, JSON.stringify(outcomes.map(({ code }) => code))).toBe(REQUESTS)
  expect(invoices.length).toBeGreaterThan(0)
  expect(full.length).toBeGreaterThan(0)
  expect(await seen([payer], mark)).toBe(invoices.length)
})
