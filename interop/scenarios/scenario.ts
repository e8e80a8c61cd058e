import type { Capability, FetchOutcome } from '../driver.js'

/** Who takes part. Relays stand in order from the payer to the payee. */
export type Role = 'payer' | 'payee' | 'relay1' | 'relay2'

/** What is done. `connect`: nothing but a connection that must last. `pay`: a fetch, and a payment over a channel of their own. */
export type Action = 'fetch' | 'refund' | 'connect' | 'pay'

export type PathKind = 'direct' | 'one relay' | 'two relays' | 'joined'

/** The shape of an offer or refund, by roles. */
export interface Shape {
  /** msat; absent: any amount. */
  readonly amountMsat?: bigint
  readonly quantityMax?: bigint
  /** Its time is over when it is asked for. */
  readonly expired?: true
  /** Switched off again before it is asked for. */
  readonly disabled?: true
  /** Relays of each path, its introduction node first, whoever makes it left out. Empty: no path. */
  readonly paths: readonly (readonly Role[])[]
  /** Whatever paths the implementation makes by itself. */
  readonly ownPaths?: true
  readonly dummyHops?: number
  readonly compact?: true
  readonly selfIntroduction?: true
  /** Bytes of the description: beyond 600 or so a request needs the packet of 32834 bytes. */
  readonly descriptionBytes?: number
}

/** What must come of it: outcomes that are right, and the amount where an invoice is. */
export interface Expectation {
  /** Of `fetch`, `pay`: a kind of `FetchOutcome`. Of `refund`: what its maker saw. */
  readonly kinds: readonly FetchOutcome['kind'][]
  /** msat, of an invoice. */
  readonly amountMsat?: bigint
  /** Code that lno must end with when it asks (as the payer; of a refund, as the payee): the stage of the failure (docs/errors.md). */
  readonly code?: string
  /** The same of others, by driver, in their own words: that the outcome is this one and no mishap. */
  readonly codes?: Readonly<Record<string, string>>
  /** What stands in the text of the error, so that it is this one. */
  readonly text?: string
}

/** Seen to afterwards, besides the outcome. */
export type Check =
  /** Everybody is still connected to everybody who was. */
  | 'still connected'
  /** Every relay that counts says that it passed something on. */
  | 'relays forwarded'
  /** A payee of ours was asked more than once, and promised one invoice. */
  | 'one invoice'
  /** The payer asked in each of the forms that it has for such an offer, once and in their order. */
  | 'asked in each form'
  /** The payer asks again, is answered again, and sends one message only: it knows which form arrived. */
  | 'remembers the form'
  /** The first relay that counts says that it dropped something, as its policy is. */
  | 'relay refused'

/** Two roles that are connected; the one that is nearer to the payer first. */
export type Link = readonly [Role, Role]

/** What is tried. A scenario is data: the runner plays it for every assignment of implementations to its roles. */
export interface Scenario {
  /** `fetch.relay.path` */
  readonly id: string
  /** One line, as the matrix prints it. */
  readonly title: string
  readonly action: Action
  readonly path: PathKind
  /** Pairs that are connected, whoever calls first. */
  readonly links: readonly Link[]
  /** No onion message may pass from the first of these to the second; links that are not named here carry all of them. */
  readonly quiet?: readonly Link[]
  /** Of these links: messages pass from the first to the second alone. */
  readonly unanswered?: readonly Link[]
  readonly shape: Shape
  /** Its offer is of the form of 2021; today's unless given. */
  readonly form?: '2021'
  /**
   * For scenarios that end without an invoice: before it is played, the same is played with nothing wrong (not expired, not
   * switched off, no amount named) and must bring one. Else a cell could pass by a road that is closed to everything.
   */
  readonly control?: true
  /** What the payer asks with. */
  readonly request?: { readonly amountMsat?: bigint; readonly quantity?: bigint; readonly note?: string }
  /** The relays that the payer (of a refund: the payee) goes over before the introduction node or issuer. */
  readonly over?: readonly Role[]
  readonly expect: Expectation
  /** Milliseconds in which it must be over; short where silence is right. */
  readonly timeoutMs: number
  readonly checks?: readonly Check[]
  /** Why this must happen, for people; with the rule where there is one. */
  readonly why: string
  readonly rule?: string
  /** What the roles must be able to do besides the action itself. */
  readonly needs?: Readonly<Partial<Record<Role, readonly Capability[]>>>
  /**
   * `core`: in every run, CI too. `wide`: played by all; others by pairs over relays of ours only, so that the matrix stays
   * readable.
   */
  readonly reach: 'core' | 'wide' | 'pairs'
  /** Only these drivers may have a role: for the quirk of one implementation. */
  readonly only?: Readonly<Partial<Record<Role, readonly string[]>>>
}

/** The roles of a scenario, payer first. */
export function rolesOf(scenario: Scenario): readonly Role[] {
  const named = new Set<Role>(scenario.links.flat())
  return (['payer', 'relay1', 'relay2', 'payee'] as const).filter((role) => named.has(role))
}

/** The relays of a scenario, in order. */
export function relaysOf(scenario: Scenario): readonly Role[] {
  return rolesOf(scenario).filter((role) => role !== 'payer' && role !== 'payee')
}

/** What each role must be able to do. */
export function needsOf(scenario: Scenario, role: Role): readonly Capability[] {
  const { action, shape, request, over = [], needs } = scenario
  const maker: Capability[] = []
  const asker: Capability[] = []
  if (action === 'refund') {
    maker.push('refund')
    asker.push('claim')
    if (shape.paths.length > 0) maker.push('refund_path')
    if (shape.paths.some((path) => path.length > 1)) maker.push('refund_long_path')
    if (shape.disabled) maker.push('refund_disable')
    if (shape.ownPaths) maker.push('own_paths')
  } else if (action !== 'connect') {
    maker.push('offer')
    asker.push('fetch')
    if (shape.paths.length === 1) maker.push('offer_path')
    if (shape.paths.length > 1) maker.push('offer_paths')
    if (shape.paths.some((path) => path.length > 1)) maker.push('offer_long_path')
    if (shape.paths.length === 0 && !shape.ownPaths && !shape.selfIntroduction) maker.push('offer_issuer_id')
    if (shape.compact) {
      maker.push('offer_compact')
      asker.push('fetch_scid')
    }
    if (shape.dummyHops !== undefined) maker.push('offer_dummy_hops')
    if (shape.selfIntroduction) maker.push('offer_self_introduction')
    if (shape.quantityMax !== undefined) maker.push('offer_quantity')
    if (shape.ownPaths) maker.push('own_paths')
    if (shape.expired) maker.push('offer_expiry')
    if (shape.disabled) maker.push('offer_disable')
    if ((shape.descriptionBytes ?? 0) > 600) asker.push('fetch_large')
    if (action === 'pay') {
      maker.push('pay')
      asker.push('pay')
    }
  }
  if (request?.note !== undefined) asker.push('fetch_note')
  if (over.length > 0) asker.push('fetch_over')
  const [makes, asks]: readonly [Role, Role] = action === 'refund' ? ['payer', 'payee'] : ['payee', 'payer']
  const own = role === makes ? maker : role === asks ? asker : action === 'connect' ? [] : (['relay'] as const)
  return [...own, ...(needs?.[role] ?? [])]
}
