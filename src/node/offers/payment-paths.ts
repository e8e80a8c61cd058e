import type { Random } from '../../base/effects.js'
import { buildBlindedPath, encodeEncryptedData } from '../../blinding/index.js'
import { randomSecret } from '../../crypto/group.js'
import { sha256 } from '../../crypto/hash.js'
import { FINAL_CLTV_DELTA } from '../../payments/limits.js'
import { makePromise } from '../../payments/promise.js'
import type { PaymentPaths } from '../../wallets/wallet.js'

export { FINAL_CLTV_DELTA } from '../../payments/limits.js'
export { openPaymentPathId } from '../../payments/promise.js'

/**
 * The latest block height that a lock time can name. A node without a chain knows no height, so it cannot set a nearer
 * bound; the invoice's own expiry is in its `path_id`.
 */
const NO_MAX_CLTV = 499_999_999

/** A node that is its own wallet, without channels: regtest only. Its invoices are real, except that nobody can route to it. */
export interface UnroutablePathsOptions {
  /** 33 bytes. */
  readonly nodeId: Uint8Array
  /** `deriveSecret(nodeSecret, 'preimages')`, 32 bytes. */
  readonly preimageSecret: Uint8Array
  readonly random: Random
}

/** The `PaymentPaths` of a node without a wallet: one path whose introduction node we are, data, constraints and `path_id` real. */
export function unroutablePaths({ nodeId, preimageSecret, random }: UnroutablePathsOptions): PaymentPaths {
  return {
    async receive({ requestHash, offerId, amountMsat, createdAt, expiresAt, exclusive }) {
      const { pathId, preimage } = makePromise(preimageSecret, {
        nonce: random(16),
        offer_id: offerId,
        request_hash: requestHash,
        amount: amountMsat,
        created: createdAt,
        expires: expiresAt,
        ...(exclusive && { exclusive }),
      })
      const data = encodeEncryptedData({
        path_id: pathId,
        payment_constraints: { max_cltv_expiry: NO_MAX_CLTV, htlc_minimum_msat: 1n },
      })
      const { path } = buildBlindedPath({ hops: [{ node_id: nodeId, data }], sessionKey: randomSecret(random) })
      const payinfo = {
        fee_base_msat: 0,
        fee_proportional_millionths: 0,
        cltv_expiry_delta: FINAL_CLTV_DELTA,
        htlc_minimum_msat: 1n,
        htlc_maximum_msat: amountMsat,
        features: new Uint8Array(0),
      }
      return { paymentHash: sha256(preimage), paths: [{ path, payinfo }], features: new Uint8Array(0), preimage }
    },
  }
}
