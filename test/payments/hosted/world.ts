import { expect } from 'vitest'
import { equalBytes } from '../../../src/base/bytes.js'
import { toHex } from '../../../src/base/hex.js'
import { sha256 } from '../../../src/crypto/hash.js'
import {
  channelFacts,
  entryOf,
  type HostedChannel,
  type HostedNotice,
  type HostedStep,
  type HostOffer,
  type HostPolicy,
  isInAgreement,
  noChannel,
  positionMsat,
} from '../../../src/payments/hosted/channel.js'
import { hostedLink } from '../../../src/payments/hosted/link.js'
import { STATE_UPDATE } from '../../../src/payments/hosted/messages.js'
import { openChannel } from '../../../src/payments/hosted/open.js'
import { receive } from '../../../src/payments/hosted/receive.js'
import { peerDown, peerUp } from '../../../src/payments/hosted/reconnect.js'
import { channelFromRecord, channelRecord } from '../../../src/payments/hosted/records.js'
import { reverse, stateHash } from '../../../src/payments/hosted/state.js'
import { booksAt, committedState, stateOf } from '../../../src/payments/hosted/updates.js'
import type { HtlcTerms } from '../../../src/payments/htlc.js'
import type { LinkContext, LinkEvent, LinkStep } from '../../../src/payments/link.js'
import type { HostTerms } from '../../../src/payments/step.js'
import { seededRandom } from '../../../src/testing/seeded-random.js'
import { bitmapOf } from '../../../src/wire/features.js'
import { decodeMessage, messageType } from '../../../src/wire/message.js'
import { node } from '../../support/keys.js'

export type Who = 'client' | 'host'
export const OTHER: Readonly<Record<Who, Who>> = { client: 'host', host: 'client' }

/** What happens to a step: the process dies before or after it is stored, or the connection breaks when it is done. */
export type Fault = 'before' | 'after' | 'cut'

/** What stands in the store of one side, changed as a whole. */
interface Disk {
  readonly record: Uint8Array | undefined
  /** What was told so far. */
  readonly events: readonly LinkEvent[]
  readonly notices: readonly HostedNotice[]
  readonly ledgerMsat: bigint
  readonly grantUsed: boolean
}

export interface Side {
  readonly secret: Uint8Array
  readonly id: Uint8Array
  channel: HostedChannel
  disk: Disk
}

export const TERMS: HostTerms = {
  capacityMsat: 1_000_000n,
  htlcMinimumMsat: 1_000n,
  maxAcceptedHtlcs: 10,
  maxInFlightMsat: 800_000n,
}

export const CHAIN = new Uint8Array(32).fill(6)
export const GRANT_SECRET = new Uint8Array(32).fill(7)
const EMPTY_DISK: Disk = { record: undefined, events: [], notices: [], ledgerMsat: 0n, grantUsed: false }

export interface WorldOptions {
  readonly terms?: HostTerms
  /** msat; with it the host has a grant for `GRANT_SECRET`. */
  readonly grantMsat?: bigint
  /** The host opens channels to whoever asks. */
  readonly openTo?: boolean
  readonly height?: number | undefined
  /** Asked before each step, which are counted from 0. */
  readonly fault?: (step: number) => Fault | undefined
}

/** What the holder of an incoming HTLC does in the step in which it is locked in. */
export type Answer = 'fulfil' | 'fail' | 'malformed' | 'hold'

/** An HTLC of a test, all of it made from one number. */
export function htlcOf(
  n: number,
  amountMsat: bigint,
  cltvExpiry = 1000,
): HtlcTerms & { readonly preimage: Uint8Array } {
  const preimage = sha256(Uint8Array.of(n >> 8, n & 0xff, 1))
  return { amountMsat, preimage, paymentHash: sha256(preimage), cltvExpiry, onion: new Uint8Array(1366).fill(n) }
}

/** A host and its client with one channel between them, and a stand-in for the engine. */
export function createWorld(options: WorldOptions = {}) {
  const keys = { client: node(0x41), host: node(0x42) }
  const facts = {
    client: channelFacts(keys.client.id, keys.host.id, toHex(keys.host.id), CHAIN),
    host: channelFacts(keys.host.id, keys.client.id, toHex(keys.client.id), CHAIN),
  }
  const side = (who: Who): Side => ({ ...keys[who], channel: noChannel(facts[who]), disk: EMPTY_DISK })
  const sides: Record<Who, Side> = { client: side('client'), host: side('host') }
  const wire: Record<Who, Uint8Array[]> = { client: [], host: [] }
  const answers = new Map<string, { answer: Answer; preimage: Uint8Array }>()
  /** Of every state that a side has signed what it says of money, by its counters. */
  const signed = new Map<string, string>()
  const random = seededRandom('hosted world')
  let connected = false
  let steps = 0
  const hangUps: string[] = []

  const world = {
    sides,
    wire,
    answers,
    hangUps,
    terms: options.terms ?? TERMS,
    grantMsat: options.grantMsat,
    height: 'height' in options ? options.height : 500,
    now: 1_700_000_000_000,
    get connected() {
      return connected
    },
    get steps() {
      return steps
    },
    channel: (who: Who) => sides[who].channel,
    view: (who: Who) => hostedLink.view(sides[who].channel),
    events: (who: Who) => sides[who].disk.events,
    notices: (who: Who) => sides[who].disk.notices,
    context,
    policy,
    act,
    add,
    open,
    connect,
    cut,
    crash,
    answer,
    deliver,
    deliverAll,
    assertAgreement,
  }
  return world

  function context(who: Who): LinkContext {
    return { nodeSecret: keys[who].secret, random, now: world.now, height: world.height }
  }

  function policy(who: Who): HostPolicy {
    return {
      offer(secret): HostOffer | { refused: string } {
        if (who === 'client') return { refused: 'no host' }
        const grant = sha256(secret)
        if (secret.length > 0) {
          const good = world.grantMsat !== undefined && secret.every((byte) => byte === 7) && !sides.host.disk.grantUsed
          return good
            ? { terms: world.terms, clientBalanceMsat: world.grantMsat ?? 0n, grant }
            : { refused: 'no such grant' }
        }
        return options.openTo ? { terms: world.terms, clientBalanceMsat: 0n } : { refused: 'a grant is needed' }
      },
    }
  }

  /** The engine's part of a step: what is locked in is answered, then all is signed. */
  function finished(who: Who, first: HostedStep): HostedStep {
    let all = first
    const then = (step: LinkStep<HostedChannel> & Partial<Pick<HostedStep, 'notices'>>) => {
      all = {
        ...all,
        ...step,
        send: [...all.send, ...step.send],
        events: [...all.events, ...step.events],
        notices: [...all.notices, ...(step.notices ?? [])],
      }
    }
    for (const event of first.events) {
      if (event.type !== 'locked_in') continue
      const known = answers.get(toHex(event.terms.paymentHash))
      if (known) then(answered(all.state, event.id, known.answer, known.preimage, context(who)))
    }
    then(hostedLink.flush(all.state, context(who)))
    return all
  }

  /** One step: computed, stored, then sent. False when a crash came before it was stored. */
  function act(who: Who, run: (channel: HostedChannel, context: LinkContext) => LinkStep<HostedChannel>): boolean {
    const mine = sides[who]
    const fault = options.fault?.(steps)
    steps++
    const step = finished(who, { notices: [], ...run(mine.channel, context(who)) })
    if (fault === 'before') {
      crash(who)
      return false
    }
    store(who, step)
    if (fault === 'after') {
      crash(who)
      return true
    }
    if (connected) wire[OTHER[who]].push(...step.send)
    if (step.hangUp !== undefined) hangUps.push(step.hangUp)
    if (fault === 'cut' || step.hangUp !== undefined) cut()
    return true
  }

  function store(who: Who, step: HostedStep): void {
    const mine = sides[who]
    const { disk } = mine
    mine.channel = step.state
    let ledgerMsat = disk.ledgerMsat
    for (const event of step.events) {
      if (event.type === 'settled_in') ledgerMsat += event.amountMsat
      if (event.type === 'settled_out') ledgerMsat -= event.amountMsat
    }
    for (const notice of step.notices) if ('changeMsat' in notice) ledgerMsat += notice.changeMsat
    mine.disk = {
      record: channelRecord(step.state),
      events: [...disk.events, ...step.events],
      notices: [...disk.notices, ...step.notices],
      ledgerMsat,
      grantUsed:
        disk.grantUsed || step.notices.some((notice) => notice.type === 'opened' && notice.grant !== undefined),
    }
    assertSound(who, step)
  }

  /** What holds after every step. */
  function assertSound(who: Who, step: HostedStep): void {
    const { channel, disk } = sides[who]
    expect(disk.ledgerMsat, 'the ledger is the position').toBe(positionMsat(channel))
    const view = hostedLink.view(channel)
    expect(view.localMsat + view.remoteMsat + view.inFlightInMsat + view.inFlightOutMsat).toBe(view.capacityMsat)
    assertToldOnce(disk.events)
    for (const message of step.send) {
      if (messageType(message) !== STATE_UPDATE.type || !isInAgreement(channel)) continue
      const { local_updates, remote_updates } = decodeMessage(STATE_UPDATE, message).fields
      const committed = committedState(channel.kept)
      const own = local_updates - committed.localUpdates
      const books = booksAt(channel, own, remote_updates - committed.remoteUpdates)
      const money = books && toHex(stateHash(stateOf(committed, books, 0)))
      if (money === undefined) throw new Error('a signed state that cannot be')
      const key = `${who} ${local_updates} ${remote_updates}`
      expect(signed.get(key) ?? money, `two states are signed under ${key}`).toBe(money)
      signed.set(key, money)
    }
  }

  function add(
    who: Who,
    { preimage, ...terms }: HtlcTerms & { preimage?: Uint8Array },
    answer: Answer = 'hold',
  ): bigint | undefined {
    if (preimage) answers.set(toHex(terms.paymentHash), { answer, preimage })
    const result = hostedLink.add(sides[who].channel, terms, context(who))
    if ('refused' in result) return undefined
    return act(who, () => result.step) ? result.id : undefined
  }

  function open(secret?: Uint8Array, minCapacityMsat?: bigint): boolean {
    return act('client', (channel, at) => openChannel(channel, { secret, minCapacityMsat }, at))
  }

  function connect(): void {
    connected = true
    const features = bitmapOf([25, 257])
    act('host', (channel) => peerUp(channel, features))
    if (connected) act('client', (channel) => peerUp(channel, features))
  }

  /** The connection breaks: what is on its way is lost. */
  function cut(): void {
    if (!connected) return
    connected = false
    wire.client = []
    wire.host = []
    for (const who of ['client', 'host'] as const) {
      store(who, finished(who, peerDown(sides[who].channel)))
    }
  }

  /** The process dies and starts again with what is stored. */
  function crash(who: Who): void {
    const { disk } = sides[who]
    const restored = disk.record ? channelFromRecord(facts[who], disk.record) : noChannel(facts[who])
    const again = channelRecord(restored)
    expect(disk.record === undefined || equalBytes(again!, disk.record), 'a record is what was stored').toBe(true)
    sides[who].channel = restored
    cut()
  }

  /** Answers an incoming HTLC that was held. */
  function answer(who: Who, id: bigint, how: Answer): boolean {
    const entry = entryOf(sides[who].channel, 'in', id)
    const known = entry && answers.get(toHex(entry.htlc.terms.paymentHash))
    if (!known) return false
    return act(who, (channel, at) => answered(channel, id, how, known.preimage, at))
  }

  /** The next message for a side arrives. */
  function deliver(to: Who): boolean {
    const message = wire[to].shift()
    if (message === undefined) return false
    act(to, (channel, at) => receive(channel, message, at, policy(to)))
    return true
  }

  function deliverAll(): void {
    for (let i = 0; deliver('host') || deliver('client'); i++) if (i > 5_000) throw new Error('they never fall silent')
  }

  /** Both are up and have the same state, with nothing under way but HTLCs that are held. */
  function assertAgreement(): void {
    const [ours, theirs] = [committedState(sides.client.channel.kept), committedState(sides.host.channel.kept)]
    const money = (state: typeof ours) => toHex(stateHash({ ...state, blockDay: 0 }))
    expect(money(ours)).toBe(money(reverse(theirs)))
    for (const who of ['client', 'host'] as const) {
      const { kept, live } = sides[who].channel
      expect(live.stage, who).toBe('up')
      expect(kept.own, who).toEqual([])
      expect(live.remote, who).toEqual([])
    }
    expect(sides.client.disk.ledgerMsat).toBe(-sides.host.disk.ledgerMsat)
  }
}
export type World = ReturnType<typeof createWorld>

/** A channel in which the client owns 400,000 of 1,000,000 msat, and both are up. */
export function openedWorld(options: WorldOptions = {}): World {
  const world = createWorld({ grantMsat: 400_000n, ...options })
  world.open(GRANT_SECRET)
  world.connect()
  world.deliverAll()
  world.assertAgreement()
  return world
}

function answered(
  channel: HostedChannel,
  id: bigint,
  answer: Answer,
  preimage: Uint8Array,
  context: LinkContext,
): LinkStep<HostedChannel> {
  switch (answer) {
    case 'fulfil':
      return hostedLink.fulfil(channel, id, preimage, undefined, context)
    case 'fail':
      return hostedLink.fail(channel, id, { type: 'fail', reason: new Uint8Array(40).fill(9) }, context)
    case 'malformed':
      return hostedLink.fail(
        channel,
        id,
        { type: 'malformed', sha256OfOnion: new Uint8Array(32), failureCode: 0xc018 },
        context,
      )
    case 'hold':
      return { state: channel, send: [], events: [] }
  }
}

/** Each thing is told once; a preimage may come again. */
function assertToldOnce(events: readonly LinkEvent[]): void {
  const seen = new Set<string>()
  for (const event of events) {
    if (!('id' in event) || event.type === 'preimage_out') continue
    const [kind, direction] = event.type === 'locked_in' ? ['locked', 'in'] : event.type.split('_')
    const ended = kind === 'settled' || kind === 'returned' ? 'ended' : kind
    const key = `${ended} ${direction} ${event.id}`
    expect(seen.has(key), `${key} is told twice`).toBe(false)
    seen.add(key)
  }
}
