import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import { fromHex } from '../../../src/base/hex.js'
import { errorMessage } from '../../../src/payments/hosted/errored.js'
import { STATE_UPDATE } from '../../../src/payments/hosted/messages.js'
import { hostedChannelId } from '../../../src/payments/hosted/state.js'
import { messageType } from '../../../src/wire/message.js'
import { paymentOf } from './net.js'
import { line, twoHosts } from './pay.suite.js'

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

test('what is committed in a channel that is errored already is not passed on: an override may not know of it', () => {
  const { net, payer, relay, merchant } = line()
  const payment = paymentOf(net, merchant.receive({ amountMsat: 100_000n, hidden: true }), 100_000n)
  // The payer offers an HTLC, errs the channel, waits for the host's override, and only then signs.
  net.hold = ({ to, message }) => to === relay.id && messageType(message) === STATE_UPDATE.type
  payer.step({ type: 'pay', payment })
  net.run()
  const channelId = hostedChannelId(fromHex(payer.id), fromHex(relay.id))
  const facts = { channelId } as Parameters<typeof errorMessage>[0]['facts']
  net.send(payer.id, relay.id, errorMessage({ facts } as Parameters<typeof errorMessage>[0], { code: 'X', why: 'x' }))
  net.run()
  expect(relay.core.channel(payer.id)!.status).toBe('errored')
  relay.step({ type: 'propose_override', peer: payer.id })
  net.hold = () => false
  net.run()
  net.pass(2_000)
  expect(relay.events('htlc_refused')).toMatchObject([{ code: 'temporary_channel_failure' }])
  expect(relay.events('htlc_forwarded')).toEqual([])
  expect(merchant.events('payment_received')).toEqual([])
  expect(merchant.local(relay)).toBe(0n)
})

test('a clock that is set back holds neither a delayed refusal nor an incomplete set for as long', () => {
  const day = 86_400_000
  const refused = line()
  const other = paymentOf(refused.net, refused.merchant.receive({ amountMsat: 1_000n, hidden: true }), 1_000n)
  const unknown = { ...other, paymentHash: new Uint8Array(32).fill(9) }
  refused.payer.step({ type: 'pay', payment: unknown })
  refused.net.run()
  expect(refused.payer.core.payment(other.id)!.status).toBe('sending')
  refused.net.now -= day
  refused.relay.step({ type: 'tick' })
  refused.net.run()
  expect(refused.payer.core.payment(other.id)!.status).toBe('failed')

  const { net, payer, a, b, merchant } = twoHosts()
  const payment = paymentOf(net, merchant.receive({ amountMsat: 400_000n, hidden: true }), 400_000n)
  // One of two parts does not arrive.
  net.hold = ({ from, to }) => from === b.id && to === merchant.id
  payer.step({ type: 'pay', payment })
  net.run()
  expect(merchant.core.channel(a.id)!.inFlightInMsat).toBeGreaterThan(0n)
  net.now -= day
  merchant.step({ type: 'tick' })
  net.run()
  expect(merchant.core.channel(a.id)!.inFlightInMsat).toBe(0n)
})
