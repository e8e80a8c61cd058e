import { paymentError } from '../codes.js'
import { announced, type HostedChannel, type HostedStep, stepTo, withKept, withLive } from './channel.js'
import { forgotten, refuseOpening } from './errored.js'

/**
 * Closes a channel in which the client owns nothing. No message says so: it is not used any more, and its record stays, so that no
 * signed state of it can ever be shown as a new one. An opening is given up.
 * @throws LnoError `CHANNEL_UNKNOWN`, `CHANNEL_NOT_EMPTY`
 */
export function closeChannel(channel: HostedChannel): HostedStep {
  const { kept, live } = channel
  if (kept.phase === 'opening') return refuseOpening(channel, 'given up', false)
  const state = kept.committed
  if (kept.phase !== 'open' || state === undefined) {
    throw paymentError('CHANNEL_UNKNOWN', 'there is no open channel with this peer')
  }
  const clients = kept.isHost ? state.remoteBalanceMsat : state.localBalanceMsat
  if (clients > 0n) throw paymentError('CHANNEL_NOT_EMPTY', `the client owns ${clients} msat`)
  if (kept.htlcs.size + kept.own.length + live.remote.length + state.incoming.length + state.outgoing.length > 0) {
    throw paymentError('CHANNEL_NOT_EMPTY', 'HTLCs are under way')
  }
  const connected = live.stage !== 'off' && live.stage !== 'gone'
  const { blinding, invokes } = live
  const closed = withLive(withKept(forgotten(channel), { phase: 'closed' }), {
    blinding,
    invokes,
    stage: connected ? 'idle' : live.stage,
  })
  return announced(channel, stepTo(closed, { notices: [{ type: 'closed' }] }), 'closed')
}
