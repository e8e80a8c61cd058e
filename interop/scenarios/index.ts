/**
 * What the lab tries, as data. A scenario says what is done, what must come of it, and why; who plays it is decided by the
 * run. What implementations are known to do otherwise stands in `known.ts`.
 * @module
 */
import { FETCH } from './fetch.js'
import { GENERATIONS } from './generations.js'
import { QUIRKS } from './quirks.js'
import { REFUND } from './refund.js'
import type { Scenario } from './scenario.js'

export const SCENARIOS: readonly Scenario[] = [...FETCH, ...REFUND, ...QUIRKS, ...GENERATIONS]
