import type { Driver } from '../driver.js'
import { needsOf, type Role, relaysOf, rolesOf, type Scenario } from '../scenarios/scenario.js'

/** Who plays a scenario: a driver's name for each role. */
export type Cast = Readonly<Partial<Record<Role, string>>>

/** A cell before it is played. */
export interface Plan {
  readonly scenario: Scenario
  readonly cast: Cast
  /** Why it cannot be played, where that is known beforehand. */
  readonly cannot?: string
}

export interface Selection {
  /** `core`: a dozen cells that every change must keep. `all`: also those in which we take no part. */
  readonly level: 'core' | 'normal' | 'all'
  /** Parts of scenario ids; all when empty. */
  readonly only: readonly string[]
  readonly payer?: string
  readonly payee?: string
  /** Of every relay, or in order. */
  readonly relays?: readonly string[]
}

/** Ourselves. */
const LNO = 'lno'

/** Our daemon as well, started so that it speaks forms of 2021 alone. */
const LNO_2021 = 'lno-2021'

/** Ourselves as well: plays the payer where the request must be one that no node sends. */
const CRAFTED = 'crafted'

/** Drivers that cannot be more than a relay, or are not meant to be. */
const RELAYS_ONLY = new Set(['lnd', 'lnd-gated'])

/** Variants of one implementation: they play what the plain one plays, but as relay nothing differs. */
const NEVER_RELAY = new Set(['ldk-stock', CRAFTED])

/** Those that play only where a scenario names them. */
const NAMED_ONLY = new Set(['ldk-bare', LNO_2021, 'lno-v22.11'])

/**
 * All cells of a selection, in the order of the matrix. A cell that nobody can play stands once for each reason, so that
 * the matrix says what was not tried and why.
 */
export function plan(
  scenarios: readonly Scenario[],
  drivers: readonly Driver[],
  selection: Selection,
): readonly Plan[] {
  const names = new Map(drivers.map((driver) => [driver.name, driver]))
  const cells: Plan[] = []
  for (const scenario of scenarios) {
    if (selection.only.length > 0 && !selection.only.some((part) => scenario.id.includes(part))) continue
    if (selection.level === 'core' && scenario.reach !== 'core') continue
    for (const cast of casts(scenario, drivers)) {
      if (!wanted(scenario, cast, selection)) continue
      const missing = rolesOf(scenario).flatMap((role) => {
        const { cannot } = names.get(cast[role]!)!
        return needsOf(scenario, role).flatMap((need) => cannot[need] ?? [])
      })
      cells.push({ scenario, cast, ...(missing[0] !== undefined && { cannot: missing[0] }) })
    }
  }
  return cells
}

/** Every assignment of drivers to roles that makes sense for a scenario. */
function casts(scenario: Scenario, drivers: readonly Driver[]): readonly Cast[] {
  const allowed = (role: Role): readonly string[] => {
    const only = scenario.only?.[role]
    if (only !== undefined) return drivers.map(({ name }) => name).filter((name) => only.includes(name))
    const relay = role === 'relay1' || role === 'relay2'
    const ofItsTime = drivers.filter(({ name, form }) => form === scenario.form || (relay && name === LNO))
    return ofItsTime
      .map(({ name }) => name)
      .filter((name) =>
        NAMED_ONLY.has(name)
          ? false
          : relay
            ? !NEVER_RELAY.has(name)
            : name !== CRAFTED && (scenario.action === 'connect' || !RELAYS_ONLY.has(name)),
      )
  }
  let all: readonly Cast[] = [{}]
  for (const role of rolesOf(scenario)) {
    all = all.flatMap((cast) => allowed(role).map((name) => ({ ...cast, [role]: name })))
  }
  return all
}

function wanted(scenario: Scenario, cast: Cast, selection: Selection): boolean {
  const { payer, payee } = cast
  const relays = relaysOf(scenario).map((role) => cast[role]!)
  if (selection.payer !== undefined && payer !== selection.payer) return false
  if (selection.payee !== undefined && payee !== selection.payee) return false
  if (selection.relays !== undefined) {
    const asked = selection.relays
    if (relays.some((name, index) => name !== (asked.length === 1 ? asked[0] : asked[index]))) return false
    return relays.length > 0
  }
  if (selection.level === 'all') return true
  if (scenario.form !== undefined) return isPairOfToday(cast, relays, selection)
  // What others do among themselves says nothing about us.
  if (![payer, payee, ...relays].some((name) => name === LNO || name === CRAFTED)) return false
  if (scenario.only !== undefined) return true
  const isVariant = (name: string) => name !== LNO && name.includes('-')
  if (selection.level === 'core') {
    return relays.every((name) => name === LNO || name === 'ldk') && ![payer!, payee!].some(isVariant)
  }
  if (scenario.reach !== 'pairs') {
    // Two relays: of one kind, or one of them ours; a variant plays with plain ones only.
    if (relays.length === 2 && relays[0] !== relays[1] && !relays.includes(LNO)) return false
    return [payer!, payee!, ...relays].filter(isVariant).length <= 1
  }
  // Pairs are about the two ends.
  return relays.every((name) => name === LNO)
}

/** Ourselves and a node of 2021, over relays of ours or of its own release. */
function isPairOfToday({ payer, payee }: Cast, relays: readonly string[], { level }: Selection): boolean {
  const theirs = payer === LNO ? payee : payee === LNO_2021 ? payer : undefined
  if (theirs === undefined) return false
  return relays.every((name) => name === LNO || (level !== 'core' && name === theirs))
}
