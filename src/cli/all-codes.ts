import { BASE_CODES } from '../base/codes.js'
import type { CodeText } from '../base/error.js'
import { BLINDING_CODES } from '../blinding/codes.js'
import { BOLT12_CODES } from '../bolt12/codes.js'
import { LEGACY_CODES } from '../bolt12/legacy/codes.js'
import { PROOF_CODES } from '../bolt12/proof/codes.js'
import { CRYPTO_CODES } from '../crypto/codes.js'
import { GOSSIP_CODES } from '../gossip/codes.js'
import { CAPTURE_CODES } from '../node/capture/codes.js'
import { NODE_CODES } from '../node/codes.js'
import { CONNECTION_CODES } from '../node/connections/codes.js'
import { MESSENGER_CODES } from '../node/messenger/codes.js'
import { OFFERS_CODES } from '../node/offers/codes.js'
import { PAYMENTS_CODES } from '../node/payments/codes.js'
import { REFUNDS_CODES } from '../node/refunds/codes.js'
import { NOISE_CODES } from '../noise/codes.js'
import { ONION_CODES } from '../onion/codes.js'
import { PAYMENT_CODES } from '../payments/codes.js'
import { WALLET_CODES } from '../wallets/codes.js'
import { WIRE_CODES } from '../wire/codes.js'
import { CLI_CODES } from './codes.js'

/** Every code of the project by the folder that publishes it. A folder with a `codes.ts` has its line here. */
export const CODES_BY_FOLDER: Readonly<Record<string, Readonly<Record<string, CodeText>>>> = {
  base: BASE_CODES,
  crypto: CRYPTO_CODES,
  wire: WIRE_CODES,
  noise: NOISE_CODES,
  blinding: BLINDING_CODES,
  onion: ONION_CODES,
  bolt12: BOLT12_CODES,
  'bolt12/legacy': LEGACY_CODES,
  'bolt12/proof': PROOF_CODES,
  gossip: GOSSIP_CODES,
  payments: PAYMENT_CODES,
  node: NODE_CODES,
  'node/capture': CAPTURE_CODES,
  'node/connections': CONNECTION_CODES,
  'node/messenger': MESSENGER_CODES,
  'node/offers': OFFERS_CODES,
  'node/payments': PAYMENTS_CODES,
  'node/refunds': REFUNDS_CODES,
  wallets: WALLET_CODES,
  cli: CLI_CODES,
}

/** Text of one code and the folder it comes from. */
export function findCode(code: string): (CodeText & { readonly folder: string }) | undefined {
  for (const [folder, codes] of Object.entries(CODES_BY_FOLDER)) {
    if (Object.hasOwn(codes, code)) return { ...codes[code]!, folder }
  }
  return undefined
}

/** Every code there is. */
export function allCodes(): readonly string[] {
  return Object.values(CODES_BY_FOLDER).flatMap((codes) => Object.keys(codes))
}
