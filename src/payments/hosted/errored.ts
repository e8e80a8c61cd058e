import { ascii, equalBytes, isZero } from '../../base/bytes.js'
import { decodeMessage, encodeMessage } from '../../wire/message.js'
import { complaintText } from '../../wire/messages/complaint.js'
import type { PaymentCode } from '../codes.js'
import { nextHtlcState } from '../htlc.js'
import type { LinkContext } from '../link.js'
import {
  type Errored,
  entryKey,
  type HostedChannel,
  type HostedStep,
  NOT_CONNECTED,
  stepTo,
  withKept,
  withLive,
} from './channel.js'
import { HOSTED_ERROR } from './htlc-messages.js'
import { defect } from './updates.js'

/**
 * Forgets what ends with the connection. Of every HTLC that the peer moved the table says what becomes of it: what is left must be
 * what is stored.
 */
export function forgotten(channel: HostedChannel): HostedChannel {
  for (const { direction, htlc, state } of channel.live.htlcs.values()) {
    const left = nextHtlcState(direction, state, 'forget')
    const kept = channel.kept.htlcs.get(entryKey(direction, htlc.id))
    if (left !== (kept?.state ?? 'returned')) throw defect(`an HTLC ${state} is forgotten as ${kept?.state}`)
  }
  return { ...channel, live: NOT_CONNECTED }
}

/** The two sides have lost track of each other: nothing more is taken on this connection. */
export function hangUp(channel: HostedChannel, why: string): HostedStep {
  return stepTo(withLive(forgotten(channel), { stage: 'gone' }), { hangUp: why })
}

function connected({ live }: HostedChannel): boolean {
  return live.stage !== 'off' && live.stage !== 'gone'
}

/** The message that makes the peer's side errored, too. */
export function errorMessage({ facts }: HostedChannel, { code, why }: Pick<Errored, 'code' | 'why'>): Uint8Array {
  const text = `${code}: ${why}`.replace(/[^\x20-\x7e]/gu, '?')
  return encodeMessage(HOSTED_ERROR, { channel_id: facts.channelId, data: ascii(text) })
}

function becomeErrored(channel: HostedChannel, errored: Errored): HostedStep {
  // Errored once is errored: the first reason stays.
  if (channel.kept.errored) return stepTo(channel)
  const send = errored.byUs && connected(channel) ? [errorMessage(channel, errored)] : []
  return stepTo(withKept(channel, { errored }), { send, notices: [{ type: 'errored', errored }] })
}

/** Puts the channel in the state that only an override ends, and tells the peer. HTLCs in it stay. */
export function toErrored(channel: HostedChannel, code: PaymentCode, why: string, { now }: LinkContext): HostedStep {
  return becomeErrored(channel, { byUs: true, code, why, at: now })
}

/** Ends an opening. A record that there was is to be deleted: the phase is `new`. */
export function refuseOpening(channel: HostedChannel, why: string, byUs: boolean): HostedStep {
  const stage = connected(channel) ? 'idle' : channel.live.stage
  const refused = withLive(withKept(channel, { phase: 'new', isHost: true, wish: undefined }), {
    stage,
    first: undefined,
    secret: undefined,
  })
  const code: PaymentCode = 'CHANNEL_REFUSED'
  const send = byUs && connected(channel) ? [errorMessage(channel, { code, why })] : []
  return stepTo(refused, { send, notices: [{ type: 'refused', code, why, byUs }] })
}

/** Takes the peer's `error`. */
export function onError(channel: HostedChannel, message: Uint8Array, { now }: LinkContext): HostedStep {
  const { channel_id, data } = decodeMessage(HOSTED_ERROR, message).fields
  if (!isZero(channel_id) && !equalBytes(channel_id, channel.facts.channelId)) return stepTo(channel)
  const why = complaintText(data)
  switch (channel.kept.phase) {
    case 'opening':
      // Another lno has written the code in front, which is said anyway.
      return refuseOpening(channel, why.replace(/^CHANNEL_REFUSED: /, ''), false)
    case 'new':
      return stepTo(withLive(channel, { stage: channel.live.stage === 'offered' ? 'idle' : channel.live.stage }))
    case 'closed':
      return stepTo(channel)
    case 'open':
      if (channel.live.accepting) return stepTo(channel)
      return becomeErrored(channel, { byUs: false, code: 'HOSTED_PEER_ERROR' satisfies PaymentCode, why, at: now })
  }
}
