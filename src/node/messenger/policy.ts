/**
 * In which forms a message is sent: a pure function over names of generations. Nothing on the wire tells which forms a node
 * speaks (all of them advertise the same feature), so that an old destination is sent to in two, each complete and with
 * secrets of its own; what worked once is enough from then on.
 */

/** Name of a generation: `modern`, `obs2`. */
export type GenerationName = string

/** What is known when a message is to be sent. */
export interface PolicyFacts {
  /**
   * Whom it is for: the issuer of an offer in today's form or in that of 2021 (told by the offer, so that nothing is guessed),
   * or a node of which nothing is known.
   */
  readonly target: 'offer' | '2021 offer' | 'other'
  /** Every form that this node speaks, newest first. */
  readonly speaks: readonly GenerationName[]
  /** The form in which this destination was last reached over this path. */
  readonly worked?: GenerationName | undefined
  /** The user's choice, in order. */
  readonly asked?: readonly GenerationName[] | undefined
}

/** The forms to send in, each as a message of its own, in this order; none when no form of ours can be meant. */
export type GenerationPolicy = (facts: PolicyFacts) => readonly GenerationName[]

/** What is sent of itself, and what instead where none of that is spoken. */
const FORMS: Readonly<Record<PolicyFacts['target'], readonly (readonly GenerationName[])[]>> = {
  offer: [['modern']],
  // Whoever speaks type 387 is reached by it; 385 adds c-lightning before v0.10.2. Type 513 without a count adds nobody to these.
  '2021 offer': [['obs2', 'obs'], ['modern-uncounted']],
  other: [['modern', 'obs2']],
}

/** What this node does of itself. */
export const sendBoth: GenerationPolicy = ({ target, speaks, worked, asked }) => {
  if (asked !== undefined) return [...new Set(asked)].filter((name) => speaks.includes(name))
  if (worked !== undefined && speaks.includes(worked)) return [worked]
  for (const wanted of FORMS[target]) {
    const forms = wanted.filter((name) => speaks.includes(name))
    if (forms.length > 0) return forms
  }
  // A node that was told to speak other forms alone means them for whatever it sends.
  return speaks.slice(0, 2)
}
