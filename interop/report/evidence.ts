import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { JsonValue } from '../../src/bolt12/json.js'
import type { Cell, CellFile } from '../run/result.js'
import { boundedJson, boundedLog, MAX_FILE, MAX_STEPS_SHOWN, MAX_STORY, sentence } from './bounds.js'
import { decodeCapture } from './decode-capture.js'
import { blot, withoutKeys } from './keys.js'
import type { Step, Story } from './story.js'

/** What a cell's files say, ready to be shown: bounded, printable, without keys. */
export interface Evidence {
  readonly story?: ShownStory
  readonly logs: readonly { readonly name: string; readonly text: string }[]
  /** What could not be read, copied or shown. */
  readonly problems: readonly string[]
}

interface ShownStory extends Pick<Story, 'steps' | 'leftOut'> {
  readonly nodes: readonly { readonly id: string; readonly name: string; readonly keyed: boolean }[]
}

/** A file of a report, found. */
interface Found {
  readonly file: CellFile
  readonly path: string
  readonly text: string
}

async function findFiles(cell: Cell, folder: string, problems: string[]): Promise<readonly Found[]> {
  const found: Found[] = []
  for (const file of cell.files) {
    const path = pathInside(folder, file.path)
    const text = path === undefined ? { why: 'its path leads out of the report' } : await readText(path)
    if (path !== undefined && typeof text === 'string') found.push({ file, path, text })
    else if (typeof text !== 'string') problems.push(`${file.name}: ${text.why}`)
  }
  return found
}

/** The secret keys that the captures of a report hold, as lower-case hex. */
export async function collectKeys(cells: readonly Cell[], folder: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for (const cell of cells) {
    for (const { file, text } of await findFiles(cell, folder, [])) {
      if (file.kind === 'capture') for (const key of withoutKeys(text).keys) keys.add(key)
    }
  }
  return keys
}

/**
 * Reads the files of a cell and changes none. Never throws for what they hold, or for one that is missing.
 * @param keys secret keys of the report; they are blotted out
 */
export async function gatherEvidence(cell: Cell, folder: string, keys: ReadonlySet<string>): Promise<Evidence> {
  const problems: string[] = []
  const found = await findFiles(cell, folder, problems)
  const captures = found.filter(({ file }) => file.kind === 'capture')
  const story = captures.length === 0 ? undefined : await decodeCapture(captures.map(({ path }) => path))
  const logs = found.filter(({ file }) => file.kind === 'log')
  return {
    ...(story && { story: shown(story, cell, keys) }),
    logs: logs.map(({ file, text }) => ({ name: sentence(file.name, 100), text: boundedLog(blot(text, keys)) })),
    problems: [...problems, ...(story?.problems ?? [])].map((text) => blot(sentence(text, 300), keys)),
  }
}

/**
 * Copies the files of a report without keys: captures lose their lines of keys, all files the keys themselves. With one
 * folder for both they are cleaned where they lie. To be called when all captures were decoded: a file may belong to
 * several cells.
 */
export async function copyClean(cells: readonly Cell[], from: string, to: string, keys: ReadonlySet<string>) {
  const samePlace = resolve(from) === resolve(to)
  for (const file of new Map(cells.flatMap(({ files }) => files.map((file) => [file.path, file]))).values()) {
    const [source, target] = [pathInside(from, file.path), pathInside(to, file.path)]
    if (source === undefined || target === undefined) continue
    const text = await readText(source)
    if (typeof text === 'string') {
      const clean = blot(file.kind === 'capture' ? withoutKeys(text).text : text, keys)
      if (clean !== text || !samePlace) await replaceFile(target, clean)
    } else if (samePlace) {
      // What cannot be read cannot be cleaned, and must not stay.
      await rm(source, { force: true })
    }
  }
}

/** The path of a file of the report; undefined where it would lie outside. */
function pathInside(folder: string, path: string): string | undefined {
  const whole = resolve(folder, path)
  const back = relative(resolve(folder), whole)
  return back === '' || back === '..' || back.startsWith(`..${sep}`) || isAbsolute(back) ? undefined : whole
}

async function readText(path: string): Promise<string | { readonly why: string }> {
  try {
    const { size } = await stat(path)
    if (size > MAX_FILE) return { why: `${size} bytes, at most ${MAX_FILE} are read` }
    return await readFile(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    return { why: code === 'ENOENT' ? 'the file is not there' : `it cannot be read (${code})` }
  }
}

/** Whole or not at all, and readable by its owner only. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const next = join(dirname(path), `.${process.pid}.new`)
  await writeFile(next, text, { mode: 0o600 })
  await rename(next, path)
}

/** A story with its nodes named and every text bounded and printable. */
function shown(story: Story, cell: Cell, keys: ReadonlySet<string>): ShownStory {
  const steps: Step[] = []
  let size = 0
  for (const step of story.steps.slice(0, MAX_STEPS_SHOWN)) {
    const text = blot(JSON.stringify(boundedJson(step as unknown as JsonValue)), keys)
    size += text.length
    if (size > MAX_STORY) break
    steps.push(JSON.parse(text) as Step)
  }
  return { nodes: named(story, cell), steps, leftOut: story.leftOut + story.steps.length - steps.length }
}

/** The roles of a cell, and who plays them. */
function roles({ payer, relays, payee }: Cell): ReadonlyMap<string, string> {
  return new Map([
    ['payer', payer],
    ...relays.map((driver, i): [string, string] => [`relay${i + 1}`, driver]),
    ['payee', payee],
  ])
}

/**
 * Names nodes by their role: as the run says, else by the names of their captures. One that is left over when one role is
 * left over plays that role.
 */
function named({ nodes }: Story, cell: Cell): ShownStory['nodes'] {
  const players = roles(cell)
  const said = new Map(Object.entries(cell.nodes ?? {}).map(([role, id]) => [id, role]))
  const roleOf = ({ id, name }: Story['nodes'][number]) => said.get(id) ?? name
  const unnamed = nodes.filter((node) => roleOf(node) === undefined)
  const open = [...players.keys()].filter((role) => !nodes.some((node) => roleOf(node) === role))
  return nodes.map((node) => {
    const role = roleOf(node) ?? (unnamed.length === 1 && open.length === 1 ? open[0] : undefined)
    const driver = role === undefined ? undefined : players.get(role)
    const name = role === undefined ? `${node.id.slice(0, 10)}…` : driver === undefined ? role : `${role} (${driver})`
    return { id: node.id, name: sentence(name, 60), keyed: node.keyed }
  })
}
