import type { LabPeer, SeenOnion, Sight } from '../driver.js'
import type { Link, Role, Scenario } from '../scenarios/scenario.js'

/** Which messages really went which way: what the nodes saw, against what the scenario says. */

/** What each role saw, of those that tell. */
export type Sights = Readonly<Partial<Record<Role, Sight>>>

/** Bytes of the packets that senders make (rule O4). */
const SMALL = 1366
const LARGE = 32_834

/** What is seen of those who tell. */
export async function sightsOf(peers: Readonly<Record<string, LabPeer>>): Promise<Sights> {
  const all = await Promise.all(
    Object.entries(peers).map(async ([role, peer]) => [role, await peer.sight?.()] as const),
  )
  return Object.fromEntries(all.filter(([, sight]) => sight !== undefined)) as Sights
}

/** Onion messages that went from one role to another, as either end saw them; undefined when neither tells. */
export function carried(sights: Sights, ids: Ids, from: Role, to: Role): readonly SeenOnion[] | undefined {
  const [out, into] = [sights[from], sights[to]]
  if (out) return out.onions.filter(({ dir, peer }) => dir === 'out' && peer === ids[to])
  if (into) return into.onions.filter(({ dir, peer }) => dir === 'in' && peer === ids[from])
  return undefined
}

/** Node ids by role. */
export type Ids = Readonly<Record<string, string>>

type Ways = Pick<Scenario, 'links' | 'quiet' | 'unanswered' | 'action' | 'shape'>

const has = (links: readonly Link[], a: Role, b: Role) =>
  links.some(([one, other]) => (one === a && other === b) || (one === b && other === a))

/**
 * What does not fit: messages beside the links or on quiet ones, links that carried nothing, packets of other sizes. Empty
 * where everything fits, or nobody tells.
 * @param answered an invoice came: request and answer have gone the whole way
 */
export function wireProblems(scenario: Ways, sights: Sights, ids: Ids, answered: boolean): readonly string[] {
  const { links, quiet = [], action } = scenario
  const problems = new Set<string>()
  const roleOf = new Map(Object.entries(ids).map(([role, id]) => [id, role as Role]))
  for (const [role, { onions }] of Object.entries(sights) as [Role, Sight][]) {
    for (const { dir, peer, packet } of onions) {
      const other = roleOf.get(peer)
      if (other === undefined) problems.add(`${role} and a stranger exchanged an onion message`)
      else if (!has(links, role, other)) problems.add(`an onion message went between ${role} and ${other} directly`)
      const [from, to] = dir === 'out' ? [role, other] : [other, role]
      if (quiet.some(([one, next]) => one === from && next === to))
        problems.add(`an onion message went from ${from} to ${to}`)
      if (packet !== SMALL && packet !== LARGE) problems.add(`a packet of ${packet} bytes (O4)`)
    }
  }
  if (action === 'connect') return [...problems]
  for (const [from, to] of wanted(scenario, answered)) {
    const packets = carried(sights, ids, from, to)?.map(({ packet }) => packet)
    if (packets === undefined) continue
    if (packets.length === 0) problems.add(`no onion message went from ${from} to ${to}`)
    else if (isLarge(scenario) && !packets.includes(LARGE))
      problems.add(`no packet of ${LARGE} bytes went from ${from} to ${to}`)
  }
  return [...problems]
}

/** Directions that must have carried something. */
function wanted({ links, quiet = [], unanswered = [], action }: Ways, answered: boolean): readonly Link[] {
  return links.flatMap(([near, far]): readonly Link[] => {
    if (has(quiet, near, far)) return []
    if (has(unanswered, near, far)) return [[near, far]]
    if (!answered) return []
    // Nobody asks for the invoice of a refund.
    return action === 'refund'
      ? [[far, near]]
      : [
          [near, far],
          [far, near],
        ]
  })
}

const isLarge = ({ shape }: Ways) => (shape.descriptionBytes ?? 0) > 600
