import { cliError } from '../frame/exit.js'
import type { DemoNode } from './processes.js'

/** Tells what happened, with the time since the beginning. */
export type Tell = (who: string, what: string) => void

/** Who plays. */
export interface Cast {
  readonly merchant: DemoNode
  readonly relay: DemoNode
  readonly payer: DemoNode
}

/** What is bought. */
export const GOODS = 'Cup of coffee'
export const AMOUNT_MSAT = 10_000n
/** What the payer has from the start: the relay's promise, and nothing else. */
export const GRANT_MSAT = 50_000n

/** @throws LnoError `DEMO_FAILED` */
export function check(holds: boolean, otherwise: string): void {
  if (!holds) throw cliError('DEMO_FAILED', otherwise)
}

/** A member of what a command printed. @throws LnoError `DEMO_FAILED` */
export function textOf(document: Readonly<Record<string, unknown>>, member: string): string {
  const value = document[member]
  if (typeof value === 'string') return value
  throw cliError('DEMO_FAILED', `a command printed no ${member}`)
}
