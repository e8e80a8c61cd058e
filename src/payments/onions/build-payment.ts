import { encodePacket } from '../../onion/packet.js'
import { buildOnion, type OnionHop } from '../../onion/sphinx.js'
import { paymentError } from '../codes.js'
import type { HtlcTerms } from '../htlc.js'
import { type PaymentRoute, planHops } from './payment-route.js'
import { roomFor } from './room.js'

/** What `buildPayment` needs. */
export interface BuildPayment extends PaymentRoute {
  /** 32 bytes. */
  readonly paymentHash: Uint8Array
  /** 32 bytes, fresh for every HTLC (pitfall 38). */
  readonly sessionKey: Uint8Array
}

/** What must be kept to read what becomes of an HTLC of ours. Secret. */
export interface PaymentOrigin {
  /** One for each hop, our peer first; 32 bytes each. */
  readonly sharedSecrets: readonly Uint8Array[]
  /** Index of the introduction node of the blinded path; -1 when that is ourselves. */
  readonly introduction: number
}

/** An HTLC to offer. */
export interface BuiltPayment {
  /** Node id of the peer that gets it, 33 bytes. */
  readonly first: Uint8Array
  readonly terms: HtlcTerms
  /** msat beyond the amount that arrives. */
  readonly feeMsat: bigint
  readonly origin: PaymentOrigin
}

/**
 * An HTLC that pays an invoice over one of its paths (BOLT 4, writer of `payload`): rules P5 to P7, B5. When the path begins
 * with ourselves, our hop is peeled here and the HTLC goes to the hop behind it.
 *
 * Limits of the path (`htlc_minimum_msat`, `htlc_maximum_msat`, features) and of the user are the caller's to keep.
 * @throws LnoError `PAYMENT_ONION_TOO_LARGE` with `details.bytesOver`, and as `planHops`
 */
export function buildPayment(options: BuildPayment): BuiltPayment {
  const { paymentHash, sessionKey } = options
  const { first, hops, introduction, amountMsat, cltvExpiry, pathKey } = planHops(options)
  const { onion, sharedSecrets } = sealHops({ hops, paymentHash, sessionKey })
  return {
    first,
    terms: { amountMsat, paymentHash, cltvExpiry, onion, ...(pathKey && { pathKey }) },
    feeMsat: amountMsat - options.amountMsat,
    origin: { sharedSecrets, introduction },
  }
}

/**
 * The onion of a payment around the payloads of its hops.
 * @throws LnoError `PAYMENT_ONION_TOO_LARGE` with `details.bytesOver`
 */
export function sealHops(options: {
  readonly hops: readonly OnionHop[]
  readonly paymentHash: Uint8Array
  readonly sessionKey: Uint8Array
}): { readonly onion: Uint8Array; readonly sharedSecrets: readonly Uint8Array[] } {
  const { hops, paymentHash, sessionKey } = options
  const room = roomFor(hops.map(({ payload }) => payload.length))
  if (room < 0) {
    throw paymentError('PAYMENT_ONION_TOO_LARGE', `the onion of this payment is ${-room} bytes too long`, {
      details: { bytesOver: -room },
      spec: 'BOLT 4 Packet Construction',
      rule: 'S6',
    })
  }
  const { packet, sharedSecrets } = buildOnion({ sessionKey, hops, associatedData: paymentHash })
  return { onion: encodePacket(packet), sharedSecrets }
}
