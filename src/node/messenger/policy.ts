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
  /** Every form that this node speaks. */
  readonly speaks: readonly GenerationName[]
  /** The form in which this destination was last reached over this path. */
  readonly worked?: GenerationName | undefined
  /** The user's choice, in order. */
  readonly asked?: readonly GenerationName[] | undefined
}

/** The forms to send in, each as a message of its own, in this order; none when no form of ours can be meant. */
export type GenerationPolicy = (facts: PolicyFacts) => readonly GenerationName[]

/** Forms by target, newest first: whoever speaks the newer one is answered in it. */
const FORMS: Readonly<Record<PolicyFacts['target'], readonly GenerationName[]>> = {
  offer: ['modern'],
  '2021 offer': ['obs2', 'obs'],
  other: ['modern', 'obs2'],
}

/** What this node does of itself. */
export const sendBoth: GenerationPolicy = ({ target, speaks, worked, asked }) => {
  if (asked !== undefined) return asked.filter((name) => speaks.includes(name))
  if (worked !== undefined && speaks.includes(worked)) return [worked]
  const wanted = FORMS[target].filter((name) => speaks.includes(name))
  // A node that was told to speak old forms alone means them for whatever it sends.
  return wanted.length > 0 ? wanted : speaks.slice(0, 2)
}
