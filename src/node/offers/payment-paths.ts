import { concatBytes } from '../../base/bytes.js'
import type { Random } from '../../base/effects.js'
import { isLnoError } from '../../base/error.js'
import { buildBlindedPath, encodeEncryptedData } from '../../blinding/index.js'
import { equalSecrets } from '../../crypto/equal.js'
import { randomSecret } from '../../crypto/group.js'
import { hmacSha256, sha256 } from '../../crypto/hash.js'
import type { PaymentPaths } from '../../wallets/wallet.js'
import { bytes, decode, encode, hash256, struct, u64, type ValueOf } from '../../wire/codec.js'

/** The content of a payment path's `path_id`: all of the promise that is needed to keep it, and a proof that we made it. */
const envelope = /* @__PURE__ */ struct('payment_path_id', {
  nonce: /* @__PURE__ */ bytes(16),
  offer_id: hash256,
  request_hash: hash256,
  amount: u64,
  created: u64,
  expires: u64,
})
export type PaymentEnvelope = ValueOf<typeof envelope>

const MAC_LENGTH = 16

/**
 * The latest block height that a lock time can name. A node without a chain knows no height, so it cannot set a nearer
 * bound; the invoice's own expiry is in its `path_id`.
 */
const NO_MAX_CLTV = 499_999_999

/** Blocks that BOLT 11 and the implementations take as the least for the last hop. */
export const FINAL_CLTV_DELTA = 18

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
    async receive({ requestHash, offerId, amountMsat, createdAt, expiresAt }) {
      const content = encode(envelope, {
        nonce: random(16),
        offer_id: offerId,
        request_hash: requestHash,
        amount: amountMsat,
        created: createdAt,
        expires: expiresAt,
      })
      const pathId = concatBytes(content, macOf(preimageSecret, content))
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
      const preimage = preimageOf(preimageSecret, content)
      return { paymentHash: sha256(preimage), paths: [{ path, payinfo }], features: new Uint8Array(0), preimage }
    },
  }
}

function macOf(secret: Uint8Array, content: Uint8Array): Uint8Array {
  return hmacSha256(secret, concatBytes(Uint8Array.of(1), content)).subarray(0, MAC_LENGTH)
}

function preimageOf(secret: Uint8Array, content: Uint8Array): Uint8Array {
  return hmacSha256(secret, concatBytes(Uint8Array.of(2), content))
}

/**
 * The promise behind a payment's `path_id`, derived again: its content and preimage. Undefined for a path id that we did not
 * make for a payment.
 */
export function openPaymentPathId(
  preimageSecret: Uint8Array,
  pathId: Uint8Array,
): { readonly promise: PaymentEnvelope; readonly preimage: Uint8Array } | undefined {
  const content = pathId.subarray(0, Math.max(0, pathId.length - MAC_LENGTH))
  if (!equalSecrets(macOf(preimageSecret, content), pathId.subarray(content.length))) return undefined
  try {
    return { promise: decode(envelope, content), preimage: preimageOf(preimageSecret, content) }
  } catch (error) {
    if (!isLnoError(error)) throw error
    return undefined
  }
}
