import { toHex } from '../../base/hex.js'
import { sha256 } from '../../crypto/hash.js'
import { MAX_MSAT } from '../../wire/amount.js'
import { hash256, u16, u64, utf8 } from '../../wire/codec.js'
import { decodeTlv, encodeTlv, field, required } from '../../wire/tlv.js'
import { paymentError } from '../codes.js'
import type { HostPolicy } from '../hosted/channel.js'
import { MOST_HTLCS } from '../hosted/limits.js'
import type { CoreOptions, HostTerms, NewGrant } from '../step.js'
import { type Book, openBook } from './book.js'

const GRANT = {
  secret_hash: /* @__PURE__ */ required(0n, hash256),
  capacity: /* @__PURE__ */ required(2n, u64),
  htlc_minimum: /* @__PURE__ */ required(4n, u64),
  max_accepted_htlcs: /* @__PURE__ */ required(6n, u16),
  max_in_flight: /* @__PURE__ */ required(8n, u64),
  client_balance: /* @__PURE__ */ required(10n, u64),
  label: /* @__PURE__ */ field(11n, utf8),
} as const

/** Grants that nobody has used, by the hash of their secret (hex). */
export function openGrants(): Book<NewGrant> {
  return openBook<NewGrant>({
    kind: 'wallet-grant',
    encode: ({ secretHash, terms, clientBalanceMsat, label }) =>
      encodeTlv(GRANT, {
        secret_hash: secretHash,
        capacity: terms.capacityMsat,
        htlc_minimum: terms.htlcMinimumMsat,
        max_accepted_htlcs: terms.maxAcceptedHtlcs,
        max_in_flight: terms.maxInFlightMsat,
        client_balance: clientBalanceMsat,
        ...(label !== undefined && { label }),
      }),
    decode: (stored) => {
      const { fields } = decodeTlv(GRANT, stored)
      return {
        secretHash: fields.secret_hash,
        terms: {
          capacityMsat: fields.capacity,
          htlcMinimumMsat: fields.htlc_minimum,
          maxAcceptedHtlcs: fields.max_accepted_htlcs,
          maxInFlightMsat: fields.max_in_flight,
        },
        clientBalanceMsat: fields.client_balance,
        ...(fields.label !== undefined && { label: fields.label }),
      }
    },
  })
}

/** @throws LnoError `GRANT_REFUSED` */
export function addGrant(grants: Book<NewGrant>, grant: NewGrant): void {
  const wrong = wrongTerms(grant.terms, grant.clientBalanceMsat)
  if (wrong !== undefined) throw paymentError('GRANT_REFUSED', wrong)
  const key = toHex(grant.secretHash)
  if (grants.get(key) !== undefined) throw paymentError('GRANT_REFUSED', 'there is a grant with this secret')
  grants.put(key, grant)
}

function wrongTerms(terms: HostTerms, balance: bigint): string | undefined {
  const { capacityMsat, htlcMinimumMsat, maxAcceptedHtlcs, maxInFlightMsat } = terms
  if (capacityMsat <= 0n) return 'a channel needs a capacity'
  if (capacityMsat > MAX_MSAT) return 'there is less money than that'
  if (balance < 0n || balance > capacityMsat) return 'the balance must be between nothing and the capacity'
  if (htlcMinimumMsat < 0n || htlcMinimumMsat > capacityMsat) return 'the least HTLC must be less than the capacity'
  if (!Number.isInteger(maxAcceptedHtlcs) || maxAcceptedHtlcs < 1 || maxAcceptedHtlcs > MOST_HTLCS) {
    return `a channel takes between 1 and ${MOST_HTLCS} HTLCs`
  }
  if (maxInFlightMsat <= 0n) return 'nothing could be in flight'
  return undefined
}

/** @throws LnoError `GRANT_REFUSED` when there is none, or it was used */
export function revokeGrant(grants: Book<NewGrant>, secretHash: Uint8Array): void {
  const key = toHex(secretHash)
  if (grants.get(key) === undefined) throw paymentError('GRANT_REFUSED', 'there is no grant with this secret')
  grants.remove(key)
}

/**
 * Who gets a channel: whoever names the secret of a grant, and anybody if the host says so.
 * @param room for one more without a grant
 */
export function hostPolicy(grants: Book<NewGrant>, { openTo }: CoreOptions, room: boolean): HostPolicy {
  return {
    offer(secret) {
      if (secret.length > 0) {
        const grant = grants.get(toHex(sha256(secret)))
        if (grant === undefined) return { refused: 'there is no grant for this secret' }
        return { terms: grant.terms, clientBalanceMsat: grant.clientBalanceMsat, grant: grant.secretHash }
      }
      if (openTo === undefined) return { refused: 'channels are opened with a grant only' }
      if (!room) return { refused: 'there are too many channels for one without a grant' }
      return { terms: openTo, clientBalanceMsat: 0n }
    },
  }
}
