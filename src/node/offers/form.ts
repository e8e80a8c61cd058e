import type { Generation } from '../../onion/generation.js'
import { modernUncounted } from '../../onion/generations/modern-uncounted.js'
import { obs } from '../../onion/generations/obs.js'
import { obs2 } from '../../onion/generations/obs2.js'
import type { Bolt12Form } from '../bolt12-form.js'

/** Wire forms of onion messages whose speakers write BOLT 12 in the form of 2021, and read no other. */
const OF_2021: ReadonlySet<string> = /* @__PURE__ */ new Set([modernUncounted.name, obs2.name, obs.name])

/**
 * The forms of offers that a node can make, the one that it makes unless asked otherwise first: whoever reads an offer of a form
 * must be able to ask for an invoice in some wire form that the node speaks.
 */
export function offerForms(generations: readonly Pick<Generation, 'name'>[]): readonly Bolt12Form[] {
  const old = generations.some(({ name }) => OF_2021.has(name))
  const modern = generations.some(({ name }) => !OF_2021.has(name))
  return [...(modern ? (['modern'] as const) : []), ...(old ? (['2021'] as const) : [])]
}
