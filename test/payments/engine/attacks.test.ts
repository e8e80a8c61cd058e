import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import { paymentOf } from './net.js'
import { twoHosts } from './pay.suite.js'

test('what an override took is never sent again over another channel', () => {
  const { net, payer, a, b, merchant } = twoHosts()
  const payment = paymentOf(net, merchant.receive({ amountMsat: 100_000n, hidden: true }), 100_000n)
  net.hold = ({ to }) => to === merchant.id
  payer.step({ type: 'pay', payment })
  net.run()
  const host = payer.core.payment(payment.id)!.parts[0]!.peer === a.id ? a : b
  const other = host === a ? b : a
  const before = payer.local(other)
  net.disconnect(payer.id, host.id)
  while (payer.core.channel(host.id)!.status !== 'errored') net.climb(1)
  expect(payer.core.payment(payment.id)).toMatchObject({ status: 'sending', parts: [{ status: 'disputed' }] })
  net.connect(payer, host)
  // The host says that the amount is gone.
  const { capacityMsat, localMsat } = payer.core.channel(host.id)!
  host.step({ type: 'propose_override', peer: payer.id, localMsat: capacityMsat - localMsat })
  net.run()
  payer.step({ type: 'accept_override', peer: host.id })
  net.run()
  expect(payer.core.payment(payment.id)).toMatchObject({
    status: 'failed',
    parts: [{ status: 'failed' }],
    failure: { code: 'PAYMENT_OVERRIDDEN' },
  })
  expect(payer.local(other)).toBe(before)
  expect(payer.local(host)).toBe(localMsat)
})
