import type { ForwardingTerms } from '../../payments/step.js'

/** What passing a payment on costs unless the user says otherwise: 1 sat and one part in a thousand, as wallets have it. */
export const DEFAULT_FORWARDING: ForwardingTerms = {
  feeBaseMsat: 1000,
  feeProportionalMillionths: 1000,
  cltvExpiryDelta: 36,
}
