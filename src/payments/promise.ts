import { concatBytes } from '../base/bytes.js'
import { isLnoError } from '../base/error.js'
import { equalSecrets } from '../crypto/equal.js'
import { hmacSha256 } from '../crypto/hash.js'
import { bytes, type Codec, decode, encode, hash256, struct, u64 } from '../wire/codec.js'

/** What was promised when an invoice was made: kept in its paths' `path_id`, so that nothing need be stored. */
export interface PaymentPromise {
  /** 16 random bytes: two invoices for one request have different hashes. */
  readonly nonce: Uint8Array
  /** 32 bytes. */
  readonly offer_id: Uint8Array
  /** 32 bytes. */
  readonly request_hash: Uint8Array
  /** msat that are to arrive. */
  readonly amount: bigint
  /** Unix seconds. */
  readonly created: bigint
  /** Unix seconds after which nothing is taken. */
  readonly expires: bigint
  /** 32 bytes: of all invoices that share it, one is paid. */
  readonly exclusive?: Uint8Array
}

const FIXED = /* @__PURE__ */ struct('payment_path_id', {
  nonce: /* @__PURE__ */ bytes(16),
  offer_id: hash256,
  request_hash: hash256,
  amount: u64,
  created: u64,
  expires: u64,
})

const promiseCodec: Codec<PaymentPromise> = {
  ...FIXED,
  read: (reader) => {
    const fixed = FIXED.read(reader)
    return reader.remaining === 0 ? fixed : { ...fixed, exclusive: hash256.read(reader) }
  },
  write: (writer, promise) => {
    FIXED.write(writer, promise)
    if (promise.exclusive) hash256.write(writer, promise.exclusive)
  },
}

const MAC_LENGTH = 16

/** A `path_id` under 200 bytes, and the preimage that belongs to it; both come from the promise and the secret alone. */
export interface MadePromise {
  readonly pathId: Uint8Array
  /** 32 bytes. */
  readonly preimage: Uint8Array
}

/**
 * Puts a promise into an authenticated `path_id`.
 * @param preimageSecret 32 bytes
 */
export function makePromise(preimageSecret: Uint8Array, promise: PaymentPromise): MadePromise {
  const content = encode(promiseCodec, promise)
  return {
    pathId: concatBytes(content, macOf(preimageSecret, content)),
    preimage: preimageOf(preimageSecret, content),
  }
}

/**
 * The promise behind a payment's `path_id`, derived again: its content and preimage. Undefined for a path id that we did not
 * make for a payment.
 */
export function openPaymentPathId(
  preimageSecret: Uint8Array,
  pathId: Uint8Array,
): { readonly promise: PaymentPromise; readonly preimage: Uint8Array } | undefined {
  const content = pathId.subarray(0, Math.max(0, pathId.length - MAC_LENGTH))
  if (!equalSecrets(macOf(preimageSecret, content), pathId.subarray(content.length))) return undefined
  try {
    return { promise: decode(promiseCodec, content), preimage: preimageOf(preimageSecret, content) }
  } catch (error) {
    if (!isLnoError(error)) throw error
    return undefined
  }
}

function macOf(secret: Uint8Array, content: Uint8Array): Uint8Array {
  return hmacSha256(secret, concatBytes(Uint8Array.of(1), content)).subarray(0, MAC_LENGTH)
}

function preimageOf(secret: Uint8Array, content: Uint8Array): Uint8Array {
  return hmacSha256(secret, concatBytes(Uint8Array.of(2), content))
}
