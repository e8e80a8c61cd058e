import type { HtlcFailure } from '../htlc.js'
import type { LinkEvent, LinkId } from '../link.js'
import { passFailureBack, refuseHtlc } from '../onions/index.js'
import { giveBack, pay } from './fate.js'
import { htlcKey, type IncomingHtlc, type OutgoingHtlc } from './htlc-records.js'
import { partDisputed, partLost, partPaid, partReturned } from './payments.js'
import type { Turn } from './state.js'

/** The preimage of an outgoing HTLC came: it counts at once, and goes upstream in the same step. */
export function preimageOut(
  turn: Turn,
  peer: LinkId,
  id: bigint,
  preimage: Uint8Array,
  attribution: Uint8Array | undefined,
): void {
  const { state } = turn
  const key = htlcKey({ peer, id })
  const htlc = state.outgoing.get(key)
  if (htlc === undefined || htlc.paid) return
  state.outgoing.put(key, { ...htlc, paid: true })
  const { cause } = htlc
  if (cause.type === 'payment') {
    partPaid(turn, cause.payment, cause.part, preimage)
    return
  }
  const from = state.incoming.get(htlcKey(cause.from))
  // Given back upstream before, because the outgoing one had expired: then the loss is ours.
  if (from === undefined || !isOpen(from)) return
  pay(turn, from, preimage, attribution)
  const { amountMsat } = htlc
  turn.tell({ type: 'htlc_forwarded', from: cause.from.peer, to: peer, amountMsat, feeMsat: cause.feeMsat })
}

/** It still waits for what becomes of the outgoing one. */
function isOpen({ fate: { status } }: IncomingHtlc): boolean {
  return status === 'forwarded' || status === 'delayed'
}

/** An outgoing HTLC was paid, and that is committed. */
export function settledOut(turn: Turn, peer: LinkId, id: bigint, amountMsat: bigint): void {
  const { state, now } = turn
  const key = htlcKey({ peer, id })
  const htlc = state.outgoing.get(key)
  state.outgoing.remove(key)
  if (htlc?.cause.type === 'payment' && !htlc.paid) partLost(turn, htlc.cause.payment, htlc.cause.part)
  const payment = htlc?.cause.type === 'payment' ? state.payments.get(htlc.cause.payment) : undefined
  const part = htlc?.cause.type === 'payment' ? payment?.parts[htlc.cause.part] : undefined
  state.ledger.append({
    at: now,
    kind: payment ? 'sent' : 'forward_out',
    peer,
    amountMsat: -amountMsat,
    feeMsat: part?.feeMsat ?? 0n,
    ...(htlc && { paymentHash: htlc.paymentHash }),
    ...(payment && { paymentId: payment.id, about: payment.about }),
  })
}

/** An outgoing HTLC was given back, and that is committed, or an override decided it. */
export function returnedOut(turn: Turn, peer: LinkId, event: LinkEvent & { readonly type: 'returned_out' }): void {
  const { state } = turn
  const { id, failure } = event
  const key = htlcKey({ peer, id })
  const htlc = state.outgoing.get(key)
  if (htlc === undefined) return
  state.outgoing.remove(key)
  if (htlc.cause.type === 'payment') {
    partReturned(turn, htlc.cause, event)
    return
  }
  failUpstream(turn, htlc, failure)
}

/** An outgoing HTLC expired: what it was forwarded from is given back, while its own amount waits for an override. */
export function disputedOut(turn: Turn, peer: LinkId, id: bigint): void {
  const htlc = turn.state.outgoing.get(htlcKey({ peer, id }))
  if (htlc === undefined || htlc.paid) return
  if (htlc.cause.type === 'payment') {
    partDisputed(turn, htlc.cause.payment, htlc.cause.part)
    return
  }
  failUpstream(turn, htlc, undefined)
}

function failUpstream(turn: Turn, { cause }: OutgoingHtlc, downstream: HtlcFailure | undefined): void {
  if (cause.type !== 'forward') return
  const from = turn.state.incoming.get(htlcKey(cause.from))
  if (from?.fate.status !== 'forwarded') return
  const { sharedSecret } = from
  giveBack(turn, from, (holdTime) =>
    downstream && sharedSecret
      ? passFailureBack({ ...from, sharedSecret, downstream, holdTime })
      : refuseHtlc({
          ...from,
          refusal: { failure: 'permanent_channel_failure', data: {}, why: 'the next channel failed' },
          holdTime,
        }),
  )
}
