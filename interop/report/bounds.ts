import type { JsonValue } from '../../src/bolt12/json.js'
import { oneLine } from '../../src/cli/frame/text.js'

/** Bytes of one log that stand on the page: its beginning, where versions and options are, and its end. */
export const MAX_LOG = 64 * 1024
const LOG_HEAD = 8 * 1024

/** Characters of one sentence of a cell. */
export const MAX_SENTENCE = 2000

/** Characters of one value within a decoded message. */
export const MAX_VALUE = 600

/** Elements of one list and members of one object within a decoded message. */
const MAX_MEMBERS = 100

/** Steps of one cell that stand on the page. */
export const MAX_STEPS_SHOWN = 300

/** Characters of all steps of one cell, as JSON. */
export const MAX_STORY = 512 * 1024

/**
 * Bytes of the page beyond which nothing more is opened by it: the steps and logs of cells that passed go first, then of
 * those that cannot be played, of known differences, of flaky ones, and of failures last.
 */
export const MAX_PAGE = 12 * 1024 * 1024

/** A file of a report that is larger is not read. */
export const MAX_FILE = 64 * 1024 * 1024

/** Text of strangers as one printable line of at most `most` characters. Once more, it stays as it is. */
export function sentence(text: string, most = MAX_SENTENCE): string {
  const line = oneLine(text.slice(0, most))
  if (text.length <= most && line.length <= most) return line
  const end = `… (${text.length} characters)`
  // Half of a pair of surrogates is no character.
  return line.slice(0, Math.max(0, most - end.length)).replace(/[\uD800-\uDBFF]$/, '') + end
}

/** A log as lines that can be shown, at most `MAX_LOG` bytes of it: its first lines and its last ones. */
export function boundedLog(log: string): string {
  const bytes = Buffer.from(log)
  if (bytes.length <= MAX_LOG) return printable(log)
  // Room for the line that says what is missing, and for a character that the cut takes apart.
  const tail = MAX_LOG - LOG_HEAD - 200
  const left = bytes.length - LOG_HEAD - tail
  const [head, end] = [bytes.subarray(0, LOG_HEAD), bytes.subarray(bytes.length - tail)]
  return printable(`${head.toString()}\n… ${left} bytes are left out here …\n${end.toString()}`)
}

// Colours of a terminal say nothing here.
const ANSI = /\u001b\[[0-9;]*[A-Za-z]/g

function printable(log: string): string {
  // Nearly every log, and much faster.
  if (/^[\x20-\x7e\n]*$/.test(log)) return log
  return log
    .replace(ANSI, '')
    .split(/\r?\n/)
    .map((line) => oneLine(line.replaceAll('\t', '    ')))
    .join('\n')
}

/** A decoded value with every text printable and bounded. */
export function boundedJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return sentence(value, MAX_VALUE)
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_MEMBERS).map(boundedJson)
    return value.length > MAX_MEMBERS ? [...kept, `… ${value.length - MAX_MEMBERS} more`] : kept
  }
  const entries = Object.entries(value)
  const kept = entries.slice(0, MAX_MEMBERS).map(([name, member]) => [sentence(name, 100), boundedJson(member)])
  if (entries.length > MAX_MEMBERS) kept.push(['…', `${entries.length - MAX_MEMBERS} more`])
  return Object.fromEntries(kept)
}
