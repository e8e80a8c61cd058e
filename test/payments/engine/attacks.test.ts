import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import { fromHex } from '../../../src/base/hex.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { PaymentCore } from '../../../src/payments/core.js'
import { errorMessage } from '../../../src/payments/hosted/errored.js'
import { HOSTED_ERROR, UPDATE_FULFILL_HTLC } from '../../../src/payments/hosted/htlc-messages.js'
import {
  INIT_HOSTED_CHANNEL,
  INVOKE_HOSTED_CHANNEL,
  LAST_CROSS_SIGNED_STATE,
  STATE_UPDATE,
} from '../../../src/payments/hosted/messages.js'
import { hostedChannelId } from '../../../src/payments/hosted/state.js'
import { MAX_OPEN_CHANNELS } from '../../../src/payments/limits.js'
import { bitmapOf } from '../../../src/wire/features.js'
import { encodeMessage, messageType } from '../../../src/wire/message.js'
import { codeOf } from '../../support/code-of.js'
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
  payer.step({ type: 'accept_override', peer: host.id, localMsat })
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

test('strangers fill no store: beyond a number of channels a grant is needed', () => {
  const { net, payer, relay } = line()
  const record = relay.records.get(`wallet-channel/${payer.id}`)!
  const peers = Array.from({ length: MAX_OPEN_CHANNELS }, (_, i) => `02${i.toString(16).padStart(64, '0')}`)
  const terms = { capacityMsat: 1_000n, htlcMinimumMsat: 1n, maxAcceptedHtlcs: 20, maxInFlightMsat: 1_000n }
  const at = { now: net.now, height: net.height }
  const features = bitmapOf([25, 257])
  const stranger = `03${'11'.repeat(32)}`
  const answer = (channels: number, peer: string, secret?: Uint8Array) => {
    const records = peers.slice(0, channels).map((id) => [`wallet-channel/${id}`, record] as const)
    const core = PaymentCore.load({ ...relay.options, openTo: terms }, records)
    if (secret) {
      core.step({ type: 'grant', grant: { secretHash: sha256(secret), terms, clientBalanceMsat: 0n } }, at)
    }
    core.step({ type: 'peer_up', peer, features }, at)
    const message = encodeMessage(INVOKE_HOSTED_CHANNEL, {
      chain_hash: relay.options.chainHash,
      refund_scriptpubkey: new Uint8Array(34),
      secret: secret ?? new Uint8Array(0),
    })
    const { effects } = core.step({ type: 'message', peer, message }, at)
    return effects.flatMap((effect) => (effect.type === 'send' ? [messageType(effect.message)] : []))
  }
  expect(answer(MAX_OPEN_CHANNELS - 1, stranger)).toEqual([INIT_HOSTED_CHANNEL.type])
  expect(answer(MAX_OPEN_CHANNELS, stranger)).toEqual([HOSTED_ERROR.type])
  expect(answer(MAX_OPEN_CHANNELS, stranger, new Uint8Array(32).fill(5))).toEqual([INIT_HOSTED_CHANNEL.type])
  // Who has a channel goes on with it.
  expect(answer(MAX_OPEN_CHANNELS, peers[0]!)).toEqual([LAST_CROSS_SIGNED_STATE.type])
})

test('what was forwarded is not given back by default while it is undecided', () => {
  const { net, payer, relay, merchant } = line()
  const payment = paymentOf(net, merchant.receive({ amountMsat: 100_000n, hidden: true }), 100_000n)
  const relayed = relay.local(payer)
  // The relay has forwarded, the merchant's answer is on its way, and the payer errs the channel.
  let answered = false
  net.hold = ({ from, message }) => {
    answered ||= from === merchant.id && messageType(message) === UPDATE_FULFILL_HTLC.type
    return answered && from === merchant.id
  }
  payer.step({ type: 'pay', payment })
  net.run()
  const channelId = hostedChannelId(fromHex(payer.id), fromHex(relay.id))
  const channel = { facts: { channelId } } as Parameters<typeof errorMessage>[0]
  net.send(payer.id, relay.id, errorMessage(channel, { code: 'X', why: 'x' }))
  net.run()
  expect(relay.core.channel(payer.id)!.status).toBe('errored')
  expect(codeOf(() => relay.step({ type: 'propose_override', peer: payer.id }))).toBe('OVERRIDE_UNDECIDED')
  net.hold = () => false
  net.run()
  // Now it is decided: the preimage is known, and the default counts the HTLC as paid.
  expect(codeOf(() => relay.step({ type: 'propose_override', peer: payer.id }))).toBe('accepted')
  expect(relay.core.channel(payer.id)!.overrideMsat! - relayed).toBeGreaterThanOrEqual(100_000n)
})
