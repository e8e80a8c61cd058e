import { fromHex } from '../../base/hex.js'
import { blindedPath } from '../../blinding/blinded-path.js'
import { encode } from '../../wire/codec.js'
import { messengerError } from '../messenger/codes.js'
import type { OnionMessenger } from '../messenger/messenger.js'
import type { GenerationName, GenerationPolicy, PolicyFacts } from '../messenger/policy.js'
import { type Reach, wayTo } from '../messenger/reach.js'
import type { AttemptPlan, NodeId } from '../messenger/routes.js'
import type { FetchPlan } from './fetch-machine.js'
import type { Destination } from './question.js'
import { waysTo } from './ways.js'

/** What plans are made from. */
export interface PlanTools {
  readonly messenger: Pick<OnionMessenger, 'known' | 'deafPeers' | 'introductionOf' | 'generations'>
  readonly selfId: NodeId
  /** Peers whose address is known, connected or not. */
  readonly dialable: () => readonly NodeId[]
  readonly policy: GenerationPolicy
  readonly reach: Reach
  /** Where answers shall begin, whatever the destination prefers. */
  readonly back?: Destination['back']
}

/** The user's choice of forms, if any. */
type Chosen = readonly GenerationName[] | undefined

/**
 * The forms in which a request is sent as long as nothing is known of its destination.
 * @throws LnoError `GENERATION_NOT_SPOKEN`
 */
export function formsFor(
  to: Pick<Destination, 'target'>,
  asked: Chosen,
  tools: Pick<PlanTools, 'messenger' | 'policy'>,
): readonly GenerationName[] {
  const speaks = namesOf(tools)
  const unknown = asked?.find((name) => !speaks.includes(name))
  if (unknown !== undefined) {
    throw messengerError('GENERATION_NOT_SPOKEN', `this node does not speak ${unknown}, only ${speaks.join(', ')}`)
  }
  const forms = decide({ target: to.target, speaks, asked }, tools)
  if (forms.length > 0) return forms
  throw messengerError('GENERATION_NOT_SPOKEN', 'this node speaks no form in which this can be asked')
}

/**
 * The ways to ask, best first, each with its forms: `forms`, or what worked over this very way the last time. Such a way goes
 * first, since it led there; with peers that the user names, only one over them.
 * @throws LnoError as `waysTo`
 */
export function plansFor(
  to: Destination,
  { via = [], generations: asked }: { readonly via?: readonly NodeId[]; readonly generations?: Chosen },
  forms: readonly GenerationName[],
  tools: PlanTools,
): readonly FetchPlan[] {
  const { messenger, dialable, reach, selfId, back = to.back } = tools
  const known: FetchPlan[] = []
  const others: FetchPlan[] = []
  for (const plan of waysTo({ ...to, ...(back && { back }) }, { messenger, dialable: dialable(), via })) {
    const way = nameOf(to, plan, selfId)
    const form = reach.worked(way)
    const worked =
      form === undefined ? [] : decide({ target: to.target, speaks: namesOf(tools), worked: form, asked }, tools)
    const first = plan.route[0]
    const group =
      form !== undefined && (via.length === 0 || (first !== undefined && via.includes(first))) ? known : others
    const { isHalfKnown, ...rest } = plan
    group.push({
      ...rest,
      // Where something led there before, the id was the right one.
      ...(form === undefined && isHalfKnown && { isHalfKnown }),
      way,
      forms,
      ...(worked.length > 0 && worked.length < forms.length && { worked }),
    })
  }
  return [...known, ...others]
}

function namesOf({ messenger }: Pick<PlanTools, 'messenger'>): readonly GenerationName[] {
  return messenger.generations.map(({ name }) => name)
}

/** Whatever a policy says: each form once, and only what is spoken. */
function decide(facts: PolicyFacts, { policy }: Pick<PlanTools, 'policy'>): readonly GenerationName[] {
  return [...new Set(policy(facts))].filter((name) => facts.speaks.includes(name))
}

function nameOf({ paths }: Destination, { pathIndex, route }: AttemptPlan, selfId: NodeId): string {
  const path = pathIndex === undefined ? undefined : paths[pathIndex]
  if (path !== undefined) return wayTo(encode(blindedPath, path), route)
  return wayTo(fromHex(route[route.length - 1] ?? selfId), route.slice(0, -1))
}
