import type { PublicKeyOperation } from './counted-backend.js'
import { PAYMENTS, type PaymentsResult } from './pay.js'

const MEANING: Readonly<Record<PublicKeyOperation, string>> = {
  mulPoint: 'multiplication of a point',
  mulBase: 'key of a secret',
  isPoint: 'point checked',
  mulScalar: 'product of two scalars',
  addScalar: 'sum of two scalars',
  ecdsaSign: 'ECDSA signature',
  ecdsaVerify: 'ECDSA verification',
  schnorrSign: 'BIP-340 signature',
  schnorrVerify: 'BIP-340 verification',
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

/** What a run of payments was, in a sentence, and a line for each operation. */
export function paymentLines(result: PaymentsResult): readonly string[] {
  const { payments, mostInFlight, seconds, perSecond, eachMs, publicKeyShare, spent } = result
  return [
    `${payments} ${PAYMENTS}, ${mostInFlight} in flight: ${seconds.toFixed(1)} s, ${perSecond.toFixed(1)} a second, ` +
      `${eachMs.toFixed(1)} ms each; ${percent(publicKeyShare)} of the time in public-key operations`,
    ...spent
      .filter(({ calls }) => calls > 0)
      .map(
        ({ operation, calls, milliseconds }) =>
          `  ${percent(milliseconds / seconds / 1000).padStart(6)}  ${(calls / payments).toFixed(1).padStart(6)} a payment  ` +
          MEANING[operation],
      ),
  ]
}
