import { isLnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import { decodeUtf8 } from '../../base/utf8.js'
import { captureError } from './codes.js'
import { CAPTURE_VERSION, type Capture, type CaptureEntry, type CaptureHeader, MAX_CAPTURE_LINE } from './format.js'

type Members = Readonly<Record<string, unknown>>

/** Reads the lines of a capture in order; a line that it does not understand ends the reading, one of a new kind does not. */
export interface CaptureReader {
  /** The first line, once it was read. */
  readonly header: CaptureHeader | undefined
  /**
   * The next line, without its end. Undefined for the first line, and for one of a kind that this version does not know.
   * @throws LnoError `CAPTURE_BAD_LINE`, `CAPTURE_LINE_TOO_LONG`, `CAPTURE_VERSION`, with the line's number (from 1)
   */
  line(text: string): CaptureEntry | undefined
}

/** Begins reading. */
export function captureReader(): CaptureReader {
  let number = 0
  let header: CaptureHeader | undefined
  let t = 0
  return {
    get header() {
      return header
    },
    line(text) {
      number++
      if (text.length > MAX_CAPTURE_LINE) throw tooLong(number)
      const members = object(parseJson(text, number), number, 'a line')
      if (header === undefined) {
        header = readHeader(members, number)
        return undefined
      }
      const entry = readEntry(members, number)
      if (entry === undefined) return undefined
      if (entry.t < t) throw bad(number, `t goes back from ${t} to ${entry.t}`)
      t = entry.t
      return entry
    },
  }
}

/**
 * Reads a whole capture.
 *
 * @example
 * ```ts
 * const { header, entries } = parseCapture(readFileSync('fetch.capture', 'utf8'))
 * const onions = entries.filter((entry) => entry.kind === 'message' && entry.type === 513)
 * ```
 * @throws LnoError `CAPTURE_BAD_LINE`, `CAPTURE_LINE_TOO_LONG`, `CAPTURE_VERSION`, `CAPTURE_TRUNCATED`, with the line's number
 */
export function parseCapture(text: string): Capture {
  const reader = captureReader()
  const entries: CaptureEntry[] = []
  const lines = text.split('\n')
  const rest = lines.pop()
  for (const line of lines) {
    const entry = reader.line(line)
    if (entry !== undefined) entries.push(entry)
  }
  if (rest !== '' || reader.header === undefined) throw truncated(lines.length + 1)
  return { header: reader.header, entries }
}

/**
 * Reads a capture as its bytes come, holding one line at most: for files that are larger than memory should be. All that precedes
 * an error has been given by then.
 * @throws LnoError as `parseCapture`
 */
export async function* readCapture(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<CaptureHeader | CaptureEntry, void> {
  const reader = captureReader()
  let parts: Uint8Array[] = []
  let held = 0
  let number = 1
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, start)
      const piece = chunk.subarray(start, end < 0 ? undefined : end)
      held += piece.length
      if (held > MAX_CAPTURE_LINE) throw tooLong(number)
      parts.push(piece.slice())
      start += piece.length + 1
      if (end < 0) break
      const entry = reader.line(lineText(parts, held, number))
      if (entry !== undefined) yield entry
      else if (number === 1 && reader.header !== undefined) yield reader.header
      parts = []
      held = 0
      number++
    }
  }
  if (held > 0 || reader.header === undefined) throw truncated(number)
}

const NEWLINE = 10

function lineText(parts: readonly Uint8Array[], length: number, number: number): string {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    if (!isLnoError(cause)) throw cause
    throw bad(number, 'not UTF-8')
  }
}

function bad(number: number, why: string) {
  return captureError('CAPTURE_BAD_LINE', `line ${number}: ${why}`, { path: ['lines', number] })
}

function tooLong(number: number) {
  const why = `line ${number} is longer than ${MAX_CAPTURE_LINE} bytes`
  return captureError('CAPTURE_LINE_TOO_LONG', why, { path: ['lines', number] })
}

function truncated(number: number) {
  const why = number === 1 ? 'the first line is not whole' : `line ${number} has no end`
  return captureError('CAPTURE_TRUNCATED', why, { path: ['lines', number] })
}

function parseJson(text: string, number: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw bad(number, 'not JSON')
  }
}

function object(value: unknown, number: number, what: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  throw bad(number, `${what} is not an object`)
}

function text(members: Members, name: string, number: number): string {
  const value = members[name]
  if (typeof value === 'string') return value
  throw bad(number, `${name} is not a text`)
}

function hex(members: Members, name: string, number: number): Uint8Array {
  try {
    return fromHex(text(members, name, number))
  } catch (cause) {
    if (!isLnoError(cause, 'BAD_HEX')) throw cause
    throw bad(number, `${name} is not hex`)
  }
}

function nodeId(members: Members, name: string, number: number): string {
  const id = hex(members, name, number)
  if (id.length === 33 && (id[0] === 2 || id[0] === 3)) return toHex(id)
  throw bad(number, `${name} is not a node id`)
}

/** A whole number of milliseconds that JSON and JavaScript carry exactly. */
function time(members: Members, number: number): number {
  const { t } = members
  if (typeof t === 'number' && Number.isSafeInteger(t) && t >= 0) return t
  throw bad(number, 't is not a number of milliseconds')
}

function readHeader(members: Members, number: number): CaptureHeader {
  const { capture } = members
  if (typeof capture !== 'number') throw bad(number, 'the first line of a capture has a member "capture"')
  if (capture !== CAPTURE_VERSION) {
    const why = `line ${number}: a capture of version ${capture}, and only ${CAPTURE_VERSION} is known`
    throw captureError('CAPTURE_VERSION', why, { path: ['lines', number] })
  }
  const startedAt = Date.parse(text(members, 'started', number))
  if (!Number.isSafeInteger(startedAt)) throw bad(number, 'started is not a time')
  return {
    kind: 'header',
    capture,
    lno: text(members, 'lno', number),
    network: text(members, 'network', number),
    nodeId: nodeId(members, 'node_id', number),
    startedAt,
  }
}

function readEntry(members: Members, number: number): CaptureEntry | undefined {
  const t = time(members, number)
  if ('bytes' in members) return readMessage(members, t, number)
  if ('event' in members) {
    const event = object(members.event, number, 'event')
    return { kind: 'event', t, event: { ...event, kind: text(event, 'kind', number) } }
  }
  if ('note' in members) return { kind: 'note', t, note: text(members, 'note', number) }
  if ('keys' in members) {
    const keys = object(members.keys, number, 'keys')
    const nodeKey = hex(keys, 'node_key', number)
    if (nodeKey.length !== 32) throw bad(number, 'node_key is not 32 bytes')
    return { kind: 'keys', t, nodeId: nodeId(keys, 'node_id', number), nodeKey }
  }
  return undefined
}

function readMessage(members: Members, t: number, number: number): CaptureEntry {
  const { dir, type } = members
  if (dir !== 'in' && dir !== 'out') throw bad(number, 'dir is neither "in" nor "out"')
  const bytes = hex(members, 'bytes', number)
  if (bytes.length < 2 || bytes.length > 65535) throw bad(number, 'bytes is not a message')
  if (type !== bytes[0]! * 256 + bytes[1]!) throw bad(number, 'type is not that of the message')
  return { kind: 'message', t, dir, peer: nodeId(members, 'peer', number), type, bytes }
}
