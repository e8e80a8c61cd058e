import { fromHex } from '../../src/base/hex.js'
import { makeHtlc } from '../../src/payments/hosted/htlc-messages.js'
import { type HostedState, hostedChannelId, NO_SIGNATURE } from '../../src/payments/hosted/state.js'
import { node } from './keys.js'

export const HOST = node(0x41)
export const CLIENT = node(0x42)

export const HTLC = makeHtlc(hostedChannelId(HOST.id, CLIENT.id), 4n, {
  amountMsat: 250_000n,
  paymentHash: new Uint8Array(32).fill(9),
  cltvExpiry: 800,
  onion: new Uint8Array(1366),
})

/** A state as its client sees it, with one HTLC of its own; nobody has signed it. */
export const UNSIGNED: HostedState = {
  isHost: false,
  refundScriptpubkey: fromHex('0014aabb'),
  init: {
    max_htlc_value_in_flight_msat: 500_000n,
    htlc_minimum_msat: 1n,
    max_accepted_htlcs: 20,
    channel_capacity_msat: 1_000_000n,
    initial_client_balance_msat: 0n,
    features: new Uint8Array(0),
  },
  blockDay: 6000,
  localBalanceMsat: 150_000n,
  remoteBalanceMsat: 600_000n,
  localUpdates: 4,
  remoteUpdates: 7,
  incoming: [],
  outgoing: [HTLC],
  remoteSigOfLocal: NO_SIGNATURE,
  localSigOfRemote: NO_SIGNATURE,
}
