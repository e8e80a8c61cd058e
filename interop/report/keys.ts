/**
 * Keys stay out of reports: a capture loses its lines of keys once it has been decoded, and where a key stands in any other
 * text it is blotted out.
 */

/** What stands in the place of a key. */
export const BLOTTED = '[a key stood here]'

/** A capture without secrets. */
export interface Cleaned {
  readonly text: string
  /** The secret keys that it held, as lower-case hex. */
  readonly keys: readonly string[]
}

/**
 * A capture without its lines of keys. Lines that are no JSON object go too: a line of keys that was cut off in the middle
 * is none, and still holds part of a key.
 */
export function withoutKeys(capture: string): Cleaned {
  const kept: string[] = []
  const keys: string[] = []
  for (const line of capture.split('\n')) {
    const members = parse(line)
    if (members === undefined) continue
    if (!('keys' in members)) kept.push(line)
    else for (const value of secretsIn(members.keys)) keys.push(value)
  }
  return { text: kept.map((line) => `${line}\n`).join(''), keys }
}

/** `text` with every one of `keys` (lower-case hex, as `withoutKeys` gives them) blotted out, in whatever case it is written. */
export function blot(text: string, keys: ReadonlySet<string>): string {
  if (keys.size === 0) return text
  const lengths = [...new Set([...keys].map((key) => key.length))]
  // A run of hex is looked through once for all keys: a report may have a thousand of them and megabytes of hex.
  return text.replace(/[0-9a-fA-F]{32,}/g, (run) => {
    const lower = run.toLowerCase()
    let out = ''
    let kept = 0
    for (let at = 0; at < run.length; ) {
      const length = lengths.find((each) => keys.has(lower.slice(at, at + each)))
      if (length === undefined) {
        at++
        continue
      }
      out += run.slice(kept, at) + BLOTTED
      at += length
      kept = at
    }
    return out + run.slice(kept)
  })
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}

/** Hex in the members of a line of keys that are not known to be public. */
function secretsIn(keys: unknown): readonly string[] {
  if (typeof keys !== 'object' || keys === null) return []
  return Object.entries(keys).flatMap(([name, value]) =>
    name !== 'node_id' && typeof value === 'string' && /^[0-9a-f]{32,}$/i.test(value) ? [value.toLowerCase()] : [],
  )
}
