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
