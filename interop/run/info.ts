import type { Scenario } from '../scenarios/scenario.js'
import type { ScenarioInfo } from './result.js'

/** A scenario as reports tell it. */
export function scenarioInfo(scenario: Scenario): ScenarioInfo {
  const { id, title, action, path, why, rule } = scenario
  return { id, title, action, path, shape: shapeText(scenario), why, ...(rule !== undefined && { rule }) }
}

/** The shape of its offer or refund, in words. */
function shapeText({ shape, action }: Scenario): string {
  if (action === 'connect') return 'none'
  const { amountMsat, quantityMax, expired, disabled, paths, ownPaths, dummyHops, compact, selfIntroduction } = shape
  const way = ownPaths
    ? 'paths of its own choice'
    : selfIntroduction
      ? 'a path that begins at its maker'
      : paths.length === 0
        ? action === 'refund'
          ? 'no path'
          : 'issuer id'
        : paths.length === 1
          ? `a path of ${paths[0]!.length === 1 ? 'one relay' : `${paths[0]!.length} relays`}`
          : `${paths.length} paths`
  const more = [
    amountMsat === undefined && 'any amount',
    quantityMax !== undefined && `up to ${quantityMax} at once`,
    dummyHops !== undefined && `${dummyHops} dummy hops`,
    compact && 'begins at a channel',
    shape.descriptionBytes !== undefined && `a description of ${shape.descriptionBytes} bytes`,
    expired && 'expired',
    disabled && 'switched off',
  ]
  return [way, ...more.filter((part) => part !== undefined && part !== false)].join(', ')
}
