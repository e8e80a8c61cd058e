import type { PaymentCode } from '../../payments/codes.js'
import type { WalletCode } from '../../wallets/codes.js'
import type { WireCode } from '../../wire/codes.js'
import type { PaymentsCode } from './codes.js'

/**
 * How far a payment is.
 *
 * - `asking`: the invoice is waited for. Nothing was sent.
 * - `invoice`: it is there and was checked. The wallet may have been told, or not: it says so when it is asked.
 * - `sending`: the wallet has it on disk, and ends it.
 */
export type IntentStage = 'asking' | 'invoice' | 'sending' | 'paid' | 'failed'

export type IntentEvent = 'invoice' | 'sent' | 'paid' | 'failed'

/** The table. An event without an entry changes nothing: it came twice, or too late. */
const STAGES: Readonly<Record<IntentStage, Readonly<Partial<Record<IntentEvent, IntentStage>>>>> = {
  asking: { invoice: 'invoice', failed: 'failed' },
  invoice: { sent: 'sending', paid: 'paid', failed: 'failed' },
  sending: { paid: 'paid', failed: 'failed' },
  paid: {},
  failed: {},
}

/** The stage after an event; undefined when it changes nothing. */
export function nextStage(stage: IntentStage, event: IntentEvent): IntentStage | undefined {
  return STAGES[stage][event]
}

/** What a restart does with a payment in each stage: the wallet tells whether one in `invoice` was begun. */
export const ON_RESTART: Readonly<Record<IntentStage, 'fail' | 'go on' | 'nothing'>> = {
  asking: 'fail',
  invoice: 'go on',
  sending: 'go on',
  paid: 'nothing',
  failed: 'nothing',
}

/** The stage in a record. */
export function stageOf({ stage }: { readonly stage: string }): IntentStage {
  return Object.hasOwn(STAGES, stage) ? (stage as IntentStage) : 'failed'
}

/** What a payment fails with of which nothing was sent. */
export const NOTHING_SENT: readonly string[] = [
  'PAYMENT_TWICE',
  'PAYMENT_EXPIRED',
  'NO_PAYMENT_ROUTE',
  'PAYMENT_FEE_LIMIT',
  'PAYMENT_ONION_TOO_LARGE',
  'HEIGHT_UNKNOWN',
  'AMOUNT_OUT_OF_RANGE',
  'PAYMENT_DELAY_LIMIT',
  'WALLET_BUSY',
  'PAYMENT_CANCELLED',
] satisfies readonly (PaymentCode | PaymentsCode | WalletCode | WireCode)[]
