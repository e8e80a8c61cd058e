import { expect, test } from 'vitest'
import { decodeLegacyInvoice } from '../../src/bolt12/legacy/decode.js'
import { useLab } from '../support/e2e/lab.js'

/** A merchant that speaks the oldest wire forms alone, and a payer of today: two processes. */

const lab = useLab()

test('an offer of a node of 2021 is fetched in two forms, answered in both with one invoice, and not paid', async () => {
  const [merchant, payer] = await Promise.all([
    lab.startNode('merchant', { more: ['--generations', 'obs,obs2'] }),
    lab.startNode('payer', { listen: ['none'] }),
  ])
  await payer.connect(merchant)
  expect(await merchant.json('node', 'info')).toMatchObject({ generations: ['obs2', 'obs'] })
  const made = await merchant.json('offer', 'create', '--amount', '10sat', '--description', 'Tea')
  expect(made).toMatchObject({ form: '2021', issuer_id: merchant.id.slice(2) })

  const fetched = await payer.lno('fetch', made.bolt12)
  expect(fetched.code).toBe(0)
  const invoice = fetched.stdout.trim()
  expect(decodeLegacyInvoice(invoice).fields).toMatchObject({ amount: 10_000n, description: 'Tea' })
  const again = await merchant.events.next('invoice_sent', (event) => event.again === true)
  expect(again.offer_id).toBe(made.offer_id)
  await merchant.caughtUp()
  expect(merchant.events.of('message_sent').map(({ generation }) => generation)).toEqual(['obs2', 'obs'])
  const { invoices } = await merchant.json('invoice', 'list')
  expect(invoices).toMatchObject([{ form: '2021', status: 'open', payable: false, bolt12: invoice }])
  const { peers } = await merchant.json('peer', 'list')
  expect(peers).toMatchObject([{ generations: { advertised: [39], proven: [{ name: 'obs2' }, { name: 'obs' }] } }])

  const paid = await payer.lno('pay', made.bolt12)
  expect(paid).toMatchObject({ code: 1, stdout: '' })
  expect(paid.stderr).toMatch(/^lno: PAYMENT_UNBLINDED: /)
})
