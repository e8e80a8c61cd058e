import type { Answer, OracleName, Order, Question } from './oracle.js'
import type { ShownMessage } from './ours.js'

/** Where two sides part. */
export interface Difference {
  readonly oracle: OracleName
  readonly question: Question | Order
  /** How it came about: `made by us`, `made by LDK`, or the mutation. */
  readonly origin: string
  /** `acceptance`, `bytes`, `text`, `root`, `signed`, `signature`, `offer_id`, or a field: `fields.offer_amount`. */
  readonly what: string
  /** Our code, or what we show. */
  readonly ours: string
  /** All codes that apply where we refuse. */
  readonly codes: readonly string[]
  /** The other side's reason in its own words, or what it shows. */
  readonly theirs: string
}

export const ACCEPTED = 'accepted'

/** What a side does not show of a message, or keeps to itself in another form. */
const HIDDEN: Readonly<Record<OracleName, ReadonlySet<string>>> = {
  // The request in an invoice: LDK shows the invoice's amount alone, and no name.
  ldk: new Set(['invoice: invreq_amount', 'invoice: invreq_bip_353_name']),
  // Types 90 and 91 came after this release: 90 makes it refuse the message, 91 stays among the unknown.
  kmp: new Set(['invoice_request: invreq_bip_353_name', 'invoice: invreq_bip_353_name']),
}

type Shown = Readonly<Record<string, unknown>>

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Text for a report: values as JSON. */
const told = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent'))

/** All that differs between our answer and theirs; nothing when they agree. */
export function compare(
  oracle: OracleName,
  question: Question,
  ours: Answer,
  theirs: Answer,
  origin: string,
): readonly Difference[] {
  const differ = (what: string, our: unknown, their: unknown): Difference => ({
    oracle,
    question,
    origin,
    what,
    ours: told(our),
    codes: ours.ok ? [] : (ours.codes ?? [ours.reason]),
    theirs: told(their),
  })
  const accepted = accepts(theirs)
  if (ours.ok !== accepted) {
    // kmp is a second opinion on what is valid: it takes much that nobody may, by design.
    if (oracle === 'kmp' && !ours.ok && question.method === 'decode') return []
    return [differ('acceptance', ours.ok ? ACCEPTED : ours.reason, accepted ? ACCEPTED : whyRefused(theirs))]
  }
  if (!ours.ok || !theirs.ok) return []
  switch (question.method) {
    case 'decode': {
      const [our, their] = [ours.value as ShownMessage, theirs.value as Shown]
      const pairs = (['bytes', 'text', 'root', 'signed', 'signature'] as const)
        .filter((name) => their[name] !== undefined && our[name] !== undefined)
        .map((name) => [name as string, our[name] as unknown, their[name]] as const)
      const id = their.offer_id === undefined ? [] : [['offer_id', our.offer_ids[oracle], their.offer_id] as const]
      const fields = members(fieldsFor(oracle, our), their.fields as Shown).filter(
        ([name]) => !HIDDEN[oracle].has(`${question.item.kind}: ${name}`),
      )
      return [...pairs, ...id, ...fields.map(([name, a, b]) => [`fields.${name}`, a, b] as const)]
        .filter(([, a, b]) => !same(a, b))
        .map(([name, a, b]) => differ(name, a, b))
    }
    case 'path':
      return members(ours.value as Shown, theirs.value as Shown)
        .filter(([, a, b]) => !sorted(a, b))
        .map(([name, a, b]) => differ(name, a, b))
    case 'walk': {
      const [our, their] = [ours.value as readonly Shown[], theirs.value as readonly Shown[]]
      if (our.length !== their.length) return [differ('hops', our.length, their.length)]
      return their.flatMap((step, i) =>
        Object.entries(step)
          .filter(([name, value]) => !same(our[i]![name], value))
          .map(([name, value]) => differ(`hop ${i} ${name}`, our[i]![name], value)),
      )
    }
    case 'peel': {
      const [our, their] = [ours.value as Record<string, Shown>, theirs.value as Record<string, Shown>]
      const kind = 'forward' in our ? 'forward' : 'deliver'
      if (their[kind] === undefined) return [differ('decision', kind, Object.keys(their)[0])]
      return members(our[kind]!, their[kind])
        .filter(([name, a, b]) => !same(a, b) && !(oracle === 'ldk' && name === 'path_id'))
        .map(([name, a, b]) => differ(name, a, b))
    }
  }
}

/** The fields that this side shows: LDK keeps fallbacks to itself that are no addresses of the chain. */
export function fieldsFor(oracle: OracleName, { fields, usable_fallbacks = [] }: ShownMessage): Shown {
  if (oracle !== 'ldk' || !('invoice_payment_hash' in fields)) return fields
  const { invoice_fallbacks: _, ...others } = fields
  return usable_fallbacks.length === 0 ? others : { ...others, invoice_fallbacks: usable_fallbacks }
}

/** Objects whose members may stand in another order. */
function sorted(a: unknown, b: unknown): boolean {
  const order = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
      : value
  return JSON.stringify(a, order) === JSON.stringify(b, order)
}

function members(ours: Shown, theirs: Shown): readonly (readonly [name: string, ours: unknown, theirs: unknown])[] {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)])
  return [...names].filter((name) => !sorted(ours[name], theirs[name])).map((name) => [name, ours[name], theirs[name]])
}

/** lightning-kmp decodes whatever the signature is, and says apart whether it is good. */
function accepts(answer: Answer): boolean {
  return answer.ok && (answer.value as { readonly signature?: boolean }).signature !== false
}

const whyRefused = (answer: Answer) => (answer.ok ? 'bad signature' : answer.reason)
