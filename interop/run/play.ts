import type { FetchOutcome, FetchRequest, LabPeer, MadeOffer, OfferShape, RefundShape, SeenOnion } from '../driver.js'
import { type Link, type Role, relaysOf, type Scenario, type Shape } from '../scenarios/scenario.js'
import { offerProblems, refundProblems } from './made.js'
import { secondOpinion, secondOpinionOfRefund } from './second-opinion.js'
import { carried, sightsOf, wireProblems } from './wire.js'

/** What playing a scenario showed. */
export interface Played {
  readonly kind: FetchOutcome['kind']
  readonly amountMsat?: bigint
  readonly code?: string
  /** As a sentence. */
  readonly observed: string
  /** Checks that did not hold. */
  readonly broken: readonly string[]
  /** A relay says that it dropped something, as its policy is; absent where none counts. */
  readonly refusedToRelay?: boolean
}

type Peers = Readonly<Record<string, LabPeer>>

/** Opens a channel between two peers of one implementation; satoshi. */
export type OpenChannel = (from: LabPeer, to: LabPeer, amountSat: bigint) => Promise<void>

/** Milliseconds that whoever claims a refund listens for an invoice_error: silence is its good outcome. */
const CLAIM_MS = 3_000

/** Satoshi of a channel that a scenario pays over. */
const CHANNEL_SAT = 200_000n

/** Milliseconds for what is played with nothing wrong. */
const CONTROL_MS = 24_000

/** Milliseconds in which whoever asks again does so. */
const AGAIN_MS = 5_000

/** Milliseconds of silence after which a connection has lasted: more than peers take to hang up on features. */
const LASTS_MS = 5_000

/** Seconds in which the offer of a scenario about expiry runs out. */
const EXPIRES_IN_S = 2n

/** Connects the peers of a scenario, plays it, and sees to its checks. @throws Error what a driver could not do */
export async function play(
  scenario: Scenario,
  peers: Peers,
  openChannel: OpenChannel,
  now: () => number,
): Promise<Played> {
  const { links, checks = [] } = scenario
  for (const [a, b] of links) await peers[a]!.connect(peers[b]!)
  await settled(scenario, peers)
  if (scenario.control) {
    const control = await act(sound(scenario), peers, openChannel, now)
    if (control.kind !== 'invoice') {
      const { kind, observed } = control
      return { kind, observed, broken: [`with nothing wrong it ends the same: ${observed}`] }
    }
  }
  const [before, refusedBefore] = await Promise.all([forwards(scenario, peers), refusals(scenario, peers)])
  const result = await act(scenario, peers, openChannel, now)
  const broken: string[] = [...(result.doubts ?? [])]
  const refused = await refusals(scenario, peers)
  const refusedToRelay = refused === undefined ? undefined : refused > (refusedBefore ?? 0)
  for (const check of checks) {
    if (check === 'still connected') broken.push(...(await notConnected(scenario, peers)))
    else if (check === 'one invoice') broken.push(...(await oneInvoice(scenario, peers, result)))
    else if (check === 'asked in each form') broken.push(...(await askedInEachForm(scenario, peers, result)))
    else if (check === 'remembers the form') broken.push(...(await remembersTheForm(scenario, peers, result)))
    else if (check === 'relay refused') {
      if (refusedToRelay === false) broken.push('no relay says that it dropped anything')
    } else if (result.kind === 'invoice') {
      // A request and its answer; nobody asks for the invoice of a refund.
      const least = scenario.action === 'refund' ? 1 : 2
      for (const [role, count] of Object.entries(await forwards(scenario, peers))) {
        const passed = count - (before[role] ?? 0)
        if (passed < least) broken.push(`${role} says that it passed on ${passed} of ${least} messages`)
      }
    }
  }
  const sights = await sightsOf(peers)
  broken.push(...wireProblems(scenario, sights, idsOf(peers), result.kind === 'invoice'))
  for (const [role, { lost }] of Object.entries(sights)) {
    if (lost > 0) broken.push(`${role} lost a connection ${lost} times`)
  }
  return { ...result, broken, ...(refusedToRelay !== undefined && { refusedToRelay }) }
}

interface Acted extends Omit<Played, 'broken' | 'refusedToRelay'> {
  /** The offer that was asked for. */
  readonly offer?: MadeOffer
  /** What we have against what was made, or against an invoice that the payer took. */
  readonly doubts?: readonly string[]
}

/** The same scenario with nothing wrong: what it ends with then is no mishap. */
function sound({ control: _control, request, shape, ...others }: Scenario): Scenario {
  const { expired: _expired, disabled: _disabled, ...kept } = shape
  const { amountMsat: _wrong, ...asked } = request ?? {}
  return { ...others, shape: kept, request: asked, timeoutMs: CONTROL_MS }
}

const idsOf = (peers: Peers) => Object.fromEntries(Object.entries(peers).map(([role, { nodeId }]) => [role, nodeId]))

/** Types of the copies of a request that no relay on the way has to drop: a relay passes on what it asks in itself. */
function passing({ over = [] }: Scenario, peers: Peers): readonly number[] | undefined {
  return peers.payer!.asks?.filter((type) => over.every((role) => peers[role]!.asks?.includes(type) ?? true))
}

/** The payee was asked more than once, where more than one copy can come to it, and has promised one invoice. */
async function oneInvoice(scenario: Scenario, peers: Peers, { kind, offer }: Acted): Promise<readonly string[]> {
  if (kind !== 'invoice' || offer === undefined) return []
  const [from, to] = scenario.links[scenario.links.length - 1]!
  const least = Math.min(2, passing(scenario, peers)?.length ?? 2)
  const requests = await sent(peers, [from, to], least)
  if (requests !== undefined && requests.length < least)
    return [`the payee was asked once in ${AGAIN_MS / 1000} s: nothing shows what a second request does`]
  const promised = await peers.payee!.promised?.(offer)
  return promised === undefined || promised === 1 ? [] : [`the payee has ${promised} open invoices for one request`]
}

/** Onion messages that went from one role to the next, at least `least` where so many come; undefined when neither tells. */
async function sent(peers: Peers, [from, to]: Link, least: number): Promise<readonly SeenOnion[] | undefined> {
  const end = Date.now() + AGAIN_MS
  for (;;) {
    const messages = carried(await sightsOf(peers), idsOf(peers), from, to)
    if (messages === undefined || messages.length >= least || Date.now() > end) return messages
    await pause(50)
  }
}

async function askedInEachForm({ links }: Scenario, peers: Peers, { kind }: Acted): Promise<readonly string[]> {
  const wanted = peers.payer!.asks
  if (kind !== 'invoice' || wanted === undefined) return []
  const types = (await sent(peers, links[0]!, wanted.length))?.map(({ type }) => type)
  if (types === undefined || types.join() === wanted.join()) return []
  return [`the payer asked by messages of type ${types.join(', ')} instead of ${wanted.join(', ')}`]
}

async function remembersTheForm(scenario: Scenario, peers: Peers, { kind, offer }: Acted): Promise<readonly string[]> {
  if (kind !== 'invoice' || offer === undefined) return []
  const [first] = scenario.links
  const before = await sent(peers, first!, 1)
  const again = await must(peers.payer!, 'fetch')(fetchRequest(scenario, peers, offer))
  if (again.kind !== 'invoice') return [`asked again it ends otherwise: ${told(again).observed}`]
  if (before === undefined) return []
  const more = (await sent(peers, first!, before.length + 1))!.slice(before.length).map(({ type }) => type)
  return more.length === 1 ? [] : [`the payer asked again by ${more.length} messages, of type ${more.join(', ')}`]
}

async function act(scenario: Scenario, peers: Peers, openChannel: OpenChannel, now: () => number): Promise<Acted> {
  const payer = peers.payer!
  const payee = peers.payee!
  const { action, request = {}, timeoutMs, over = [] } = scenario
  const way = over.map((role) => peers[role]!)
  if (action === 'connect') return lasts(scenario, peers)
  if (action === 'refund') {
    const shape = refundShape(scenario.shape, peers, now)
    const refund = await must(payer, 'createRefund')(shape)
    const made = refundProblems(refund.text, shape, payer.nodeId)
    if (scenario.shape.disabled) await must(payer, 'disableRefund')(refund)
    await passed(shape.absoluteExpiry, now)
    // Both at once: whoever takes the invoice may say why not before whoever sent it has stopped to listen.
    const outcome = must(payer, 'refundOutcome')(refund, timeoutMs)
    outcome.catch(() => undefined)
    const claimed = must(payee, 'claim')({ refund: refund.text, over: way, timeoutMs: Math.min(timeoutMs, CLAIM_MS) })
    const answer = await claimed
    if (answer.kind === 'refused') {
      const { code, message } = answer
      const observed = `the payee refused: ${message}${code === undefined ? '' : ` (${code})`}`
      return { ...answer, observed, doubts: made }
    }
    if (answer.kind === 'invoice_error') {
      return { kind: 'invoice_error', observed: `invoice_error: ${answer.message}`, doubts: made }
    }
    const seen = await outcome
    if (seen.kind === 'invoice') {
      const { amountMsat, invoice } = seen
      const doubts =
        invoice === undefined ? [] : secondOpinionOfRefund(refund.text, invoice, amountMsat, answer.invoice)
      const observed = `the payer took an invoice over ${amountMsat} msat`
      return { kind: 'invoice', amountMsat, observed, doubts: [...made, ...doubts] }
    }
    if (seen.kind === 'refused') {
      return { ...seen, observed: `the payer refused the invoice: ${seen.message}`, doubts: made }
    }
    return { kind: 'silence', observed: 'the invoice was sent, and the payer saw none', doubts: made }
  }
  const shape = offerShape(scenario.shape, peers, now)
  const offer = await must(payee, 'createOffer')(shape)
  const made = offerProblems(offer.text, shape, payee.nodeId, scenario.form)
  if (scenario.shape.disabled) await must(payee, 'disableOffer')(offer)
  await passed(shape.absoluteExpiry, now)
  if (action === 'pay') return { ...(await pay(peers, offer, openChannel, timeoutMs)), doubts: made }
  const { quantity, note } = request
  const outcome = await must(payer, 'fetch')(fetchRequest(scenario, peers, offer))
  const doubts =
    outcome.kind === 'invoice' ? secondOpinion(offer.text, outcome.invoice, { ...outcome, quantity, note }) : []
  return { ...told(outcome), offer, doubts: [...made, ...doubts] }
}

function fetchRequest({ request = {}, over = [], timeoutMs }: Scenario, peers: Peers, offer: MadeOffer): FetchRequest {
  const { amountMsat, quantity, note } = request
  return {
    offer: offer.text,
    issuer: peers.payee!.nodeId,
    ...(amountMsat !== undefined && { amountMsat }),
    ...(quantity !== undefined && { quantity }),
    ...(note !== undefined && { payerNote: note }),
    over: over.map((role) => peers[role]!),
    timeoutMs,
    ...(offer.scids && { scids: offer.scids }),
  }
}

async function pay(peers: Peers, offer: MadeOffer, openChannel: OpenChannel, timeoutMs: number): Promise<Acted> {
  const payer = peers.payer!
  const payee = peers.payee!
  await openChannel(payer, payee, CHANNEL_SAT)
  const paid = await must(payer, 'pay')({ offer: offer.text, issuer: payee.nodeId, over: [], timeoutMs })
  if (paid.kind === 'paid') {
    return { kind: 'invoice', amountMsat: paid.amountMsat, observed: `paid ${paid.amountMsat} msat, preimage shown` }
  }
  if (paid.kind === 'failed') return { kind: 'refused', observed: `not paid: ${paid.message}` }
  return told(paid)
}

function told(outcome: FetchOutcome): Acted {
  if (outcome.kind === 'invoice') {
    return { kind: 'invoice', amountMsat: outcome.amountMsat, observed: `an invoice over ${outcome.amountMsat} msat` }
  }
  if (outcome.kind === 'invoice_error') {
    const { code, message } = outcome
    return { kind: 'invoice_error', observed: `invoice_error: ${message}`, ...(code !== undefined && { code }) }
  }
  const { kind, code } = outcome
  const message = outcome.message ?? 'nothing came back'
  const observed = `${kind === 'silence' ? 'silence' : 'refused by the payer'}: ${message}`
  return {
    kind,
    observed: code === undefined ? observed : `${observed} (${code})`,
    ...(code !== undefined && { code }),
  }
}

/** Both ends of every link have it. @throws Error after ten seconds */
async function settled(scenario: Scenario, peers: Peers): Promise<void> {
  const end = Date.now() + 10_000
  for (;;) {
    const missing = await notConnected(scenario, peers)
    if (missing.length === 0) return
    if (Date.now() > end) throw new Error(`not connected in 10 s: ${missing.join('; ')}`)
    await pause(50)
  }
}

async function notConnected({ links }: Scenario, peers: Peers): Promise<readonly string[]> {
  const missing: string[] = []
  for (const [a, b] of links) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const connected = await peers[from]!.peers()
      if (!connected.includes(peers[to]!.nodeId)) missing.push(`${from} (${peers[from]!.driver}) has lost ${to}`)
    }
  }
  return missing
}

/** Nothing is said for a while but what keeps a connection alive; whoever wants to hang up has had its time. */
async function lasts(scenario: Scenario, peers: Peers): Promise<Acted> {
  await pause(LASTS_MS)
  const missing = await notConnected(scenario, peers)
  if (missing.length > 0) return { kind: 'refused', observed: missing.join('; ') }
  return { kind: 'invoice', observed: `still connected after ${LASTS_MS / 1000} s` }
}

async function forwards(scenario: Scenario, peers: Peers): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const role of relaysOf(scenario)) {
    const count = await peers[role]!.forwarded?.()
    if (count !== undefined) counts[role] = count
  }
  return counts
}

/** What all relays say that they dropped; undefined where none counts. */
async function refusals(scenario: Scenario, peers: Peers): Promise<number | undefined> {
  const counts = await Promise.all(relaysOf(scenario).map((role) => peers[role]!.refusedToRelay?.()))
  const known = counts.filter((count) => count !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0)
}

function offerShape(shape: Shape, peers: Peers, now: () => number): OfferShape {
  const { amountMsat, quantityMax, dummyHops, compact, selfIntroduction, ownPaths } = shape
  return {
    ...common(shape, peers, now),
    ...(amountMsat !== undefined && { amountMsat }),
    ...(quantityMax !== undefined && { quantityMax }),
    ...(dummyHops !== undefined && { dummyHops }),
    ...(compact && { compact }),
    ...(selfIntroduction && { selfIntroduction }),
    ...(ownPaths && { ownPaths }),
  }
}

function refundShape(shape: Shape, peers: Peers, now: () => number): RefundShape {
  return {
    ...common(shape, peers, now),
    amountMsat: shape.amountMsat ?? 0n,
    ...(shape.ownPaths && { ownPaths: true }),
  }
}

function common(shape: Shape, peers: Peers, now: () => number) {
  const bytes = shape.descriptionBytes
  return {
    description:
      bytes === undefined ? 'A cup of coffee' : 'A cup of coffee. '.repeat(Math.ceil(bytes / 17)).slice(0, bytes),
    paths: shape.paths.map((path) => path.map((role: Role) => peers[role]!)),
    ...(shape.expired && { absoluteExpiry: BigInt(Math.floor(now() / 1000)) + EXPIRES_IN_S }),
  }
}

/** The moment of expiry is over for both sides, whose clocks are one. */
async function passed(expiry: bigint | undefined, now: () => number): Promise<void> {
  if (expiry === undefined) return
  const left = Number(expiry + 2n) * 1000 - now()
  if (left > 0) await pause(left)
}

function must<K extends keyof LabPeer>(peer: LabPeer, method: K): NonNullable<LabPeer[K]> {
  const own = peer[method]
  if (own === undefined || own === null)
    throw new Error(`the driver ${peer.driver} has no ${method}, and does not say why`)
  return own
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
