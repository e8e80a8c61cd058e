import { basename } from 'node:path'
import { isLnoError } from '../../src/base/error.js'
import { toHex } from '../../src/base/hex.js'
import type { JsonObject } from '../../src/bolt12/json.js'
import { isPoint, publicKey } from '../../src/crypto/group.js'
import { type CaptureEntry, type CaptureHeader, readCaptureFile } from '../../src/node/capture/index.js'
import type { LocalNode } from '../../src/onion/engine-peel.js'
import { messageName } from './message-names.js'
import { isOnionMessage, openOnion, openPlain, plainJson } from './open-message.js'
import type { MessageStep, Step, Story, StoryNode } from './story.js'

/** Steps that are told of one cell at most. */
export const MAX_STEPS = 1000

/** Lines that are read of one capture at most. */
const MAX_LINES = 20_000

/** What one node wrote down. */
interface Side {
  readonly name: string
  readonly header: CaptureHeader
  readonly key: LocalNode | undefined
  readonly entries: readonly Exclude<CaptureEntry, { kind: 'keys' }>[]
}

/**
 * Tells what happened from the captures of the nodes of one cell: one list in order of time, a message once where both its
 * ends wrote it down, onion messages opened with the keys that the captures hold. Clocks may differ a little: a message is
 * never told as received before it was sent. Never throws for what files hold: what cannot be read is named in `problems`.
 * @param paths files whose names, without their ends, name the nodes: `payer.capture`
 */
export async function decodeCapture(paths: readonly string[]): Promise<Story> {
  const problems: string[] = []
  const sides: Side[] = []
  for (const path of paths) {
    const side = await readSide(path, problems)
    if (side !== undefined) sides.push(side)
  }
  const pairs = pairUp(sides)
  const { steps, leftOut } = tell(sides, pairs)
  return { nodes: nodesOf(sides, steps), steps, problems, leftOut }
}

async function readSide(path: string, problems: string[]): Promise<Side | undefined> {
  const name = basename(path).replace(/\.[^.]*$/, '')
  let header: CaptureHeader | undefined
  let key: LocalNode | undefined
  const entries: Exclude<CaptureEntry, { kind: 'keys' }>[] = []
  try {
    for await (const line of readCaptureFile(path)) {
      if (line.kind === 'header') header = line
      else if (line.kind === 'keys') key ??= keyOf(line.nodeKey, line.nodeId)
      else if (entries.length < MAX_LINES) entries.push(line)
      else {
        problems.push(`${basename(path)}: only its first ${MAX_LINES} lines are told`)
        break
      }
    }
  } catch (error) {
    if (!isLnoError(error)) throw error
    problems.push(`${basename(path)}: ${error.code}: ${withoutFolder(error.message, path)}`)
  }
  return header && { name, header, key, entries }
}

/** A message of the file system names the whole path, which is nobody's business but this machine's. */
const withoutFolder = (text: string, path: string): string => text.replaceAll(path, basename(path))

/** A key that is not the one of the node that it is said to be of opens nothing. */
function keyOf(secret: Uint8Array, nodeId: string): LocalNode | undefined {
  try {
    const node_id = publicKey(secret)
    return isPoint(node_id) && toHex(node_id) === nodeId ? { secret, node_id } : undefined
  } catch {
    return undefined
  }
}

/** Where a line stands: `side:line`. */
const place = (side: number, line: number): string => `${side}:${line}`

interface Pairs {
  /** From a line that was sent to the same one as received, and back. */
  readonly received: ReadonlyMap<string, string>
  readonly sent: ReadonlyMap<string, string>
}

/** The same message in both its ends' captures: the nth time that these bytes left, and the nth time that they came. */
function pairUp(sides: readonly Side[]): Pairs {
  const sentPlaces = new Map<string, string[]>()
  const each = (dir: 'in' | 'out', use: (key: string, at: string) => void) => {
    sides.forEach(({ header, entries }, side) => {
      entries.forEach((entry, line) => {
        if (entry.kind !== 'message' || entry.dir !== dir) return
        const [from, to] = dir === 'out' ? [header.nodeId, entry.peer] : [entry.peer, header.nodeId]
        use(`${from} ${to} ${toHex(entry.bytes)}`, place(side, line))
      })
    })
  }
  each('out', (key, at) => {
    const places = sentPlaces.get(key)
    if (places) places.push(at)
    else sentPlaces.set(key, [at])
  })
  const received = new Map<string, string>()
  const sent = new Map<string, string>()
  each('in', (key, at) => {
    const from = sentPlaces.get(key)?.shift()
    if (from === undefined) return
    received.set(from, at)
    sent.set(at, from)
  })
  return { received, sent }
}

/** Of a message that one capture has alone: whether the other end wrote one. */
function seenBy(outgoing: boolean, otherWrote: boolean): MessageStep['seen'] {
  if (outgoing) return otherWrote ? 'lost' : 'sender'
  return otherWrote ? 'unsent' : 'receiver'
}

/** Merges the sides: of the lines that may come next the earliest, where none may that was not sent yet. */
function tell(sides: readonly Side[], { received, sent }: Pairs): Pick<Story, 'steps' | 'leftOut'> {
  const captured = new Set(sides.map(({ header }) => header.nodeId))
  const keys = new Map(sides.flatMap(({ header, key }) => (key ? [[header.nodeId, key] as const] : [])))
  const next = sides.map(() => 0)
  const told = new Set<string>()
  const steps: Step[] = []
  /** What a node has to send on, as `FROM HEX`, and the step that says so. */
  const awaited = new Map<string, number>()
  let leftOut = 0

  const add = (step: Step): void => {
    if (steps.length < MAX_STEPS) steps.push(step)
    else leftOut++
  }
  const message = (side: Side, entry: Extract<CaptureEntry, { kind: 'message' }>, at: number, where: string): void => {
    const outgoing = entry.dir === 'out'
    const [from, to] = outgoing ? [side.header.nodeId, entry.peer] : [entry.peer, side.header.nodeId]
    const both = outgoing && received.has(where)
    const seen = both ? 'both' : seenBy(outgoing, captured.has(outgoing ? to : from))
    const { bytes, type } = entry
    let step: MessageStep = { kind: 'message', at, from, to, type, name: messageName(type), size: bytes.length, seen }
    const came = `${from} ${toHex(bytes)}`
    const before = awaited.get(came)
    const origin = before === undefined ? undefined : steps[before]
    if (before !== undefined && origin?.kind === 'message' && origin.onion?.kind === 'forward') {
      steps[before] = { ...origin, onion: { ...origin.onion, continues: steps.length } }
      awaited.delete(came)
    }
    if (isOnionMessage(bytes)) {
      const { view, forwards } = openOnion(bytes, keys.get(to), { at, network: side.header.network })
      if (forwards && steps.length < MAX_STEPS) awaited.set(`${to} ${toHex(forwards)}`, steps.length)
      step = { ...step, onion: view }
    } else {
      const holds = openPlain(bytes)
      if (holds) step = { ...step, holds }
    }
    add(step)
  }

  for (;;) {
    const open = sides.flatMap((side, i) => {
      const entry = side.entries[next[i]!]
      if (entry === undefined) return []
      const where = place(i, next[i]!)
      const from = sent.get(where)
      const blocked = from !== undefined && !told.has(from)
      return [{ i, side, entry, where, blocked, at: side.header.startedAt + entry.t }]
    })
    if (open.length === 0) return { steps, leftOut }
    // Files that contradict each other could block one another for good: then time alone decides.
    const free = open.some(({ blocked }) => !blocked) ? open.filter(({ blocked }) => !blocked) : open
    const { i, side, entry, where, at } = free.reduce((first, each) => (each.at < first.at ? each : first))
    next[i] = next[i]! + 1
    told.add(where)
    const node = side.header.nodeId
    if (entry.kind === 'note') add({ kind: 'note', at, node, text: entry.note })
    else if (entry.kind === 'event') {
      const { kind: name, at: _, ...members } = entry.event
      add({ kind: 'event', at, node, name, holds: plainJson(members) as JsonObject })
    } else if (!sent.has(where)) message(side, entry, at, where)
  }
}

function nodesOf(sides: readonly Side[], steps: readonly Step[]): readonly StoryNode[] {
  const own = sides.map(({ name, header, key }): StoryNode => ({ id: header.nodeId, name, keyed: key !== undefined }))
  const seen = steps.flatMap((step) => (step.kind === 'message' ? [step.from, step.to] : [step.node]))
  const others = [...new Set(seen)].filter((id) => !own.some((node) => node.id === id))
  return [...own, ...others.map((id): StoryNode => ({ id, keyed: false }))]
}
