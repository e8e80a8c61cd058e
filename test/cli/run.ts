import { encodeUtf8 } from '../../src/base/utf8.js'
import { COMMANDS } from '../../src/cli/commands.js'
import type { Entry } from '../../src/cli/frame/command.js'
import type { Io, Output } from '../../src/cli/frame/io.js'
import { main } from '../../src/cli/program.js'

export interface World {
  readonly stdin?: string | Uint8Array
  /** Typed at a terminal; without it and without `stdin`, somebody sits there and types nothing. */
  readonly typed?: string
  readonly env?: Readonly<Record<string, string>>
  /** A terminal of that width; without it the outputs go to pipes. */
  readonly columns?: number
  /** Unix time in seconds. */
  readonly now?: number
  readonly signal?: AbortSignal
  /** Hears what is written to standard error. */
  readonly onStderr?: (text: string) => void
  readonly entries?: readonly Entry[]
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Standard output as JSON. */
  json(): unknown
}

/** 2026-03-01T00:00:00Z */
export const NOW = 1_772_323_200

/** Runs the command line in this process, in a world of its own: no environment, no home, a fixed time. */
export async function lno(argv: readonly string[], world: World = {}): Promise<Outcome> {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr'): Output => ({
    write: (text) => {
      written[name] += text
      if (name === 'stderr') world.onStderr?.(text)
    },
    isTTY: world.columns !== undefined,
    columns: world.columns,
  })
  const io: Io = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    stdin: {
      isTTY: world.stdin === undefined,
      read: async function* () {
        const given = world.typed ?? world.stdin ?? ''
        const all = typeof given === 'string' ? encodeUtf8(given) : given
        // In pieces, as a pipe gives them.
        for (let at = 0; at < all.length; at += 65_536) yield all.subarray(at, at + 65_536)
      },
    },
    env: { HOME: '/nonexistent', ...world.env },
    signal: world.signal ?? new AbortController().signal,
    now: () => (world.now ?? NOW) * 1000,
  }
  const code = await main(argv, io, world.entries ?? COMMANDS)
  return { code, ...written, json: () => JSON.parse(written.stdout) as unknown }
}

/** What must hold of every run that ends with an error: one line, on standard error, without a stack. */
export function problemWith({ stdout, stderr }: Outcome): string | undefined {
  if (stdout !== '') return `something on standard output: ${stdout}`
  if (!stderr.startsWith('lno: ')) return `not a line of lno: ${stderr}`
  if (stderr.indexOf('\n') !== stderr.length - 1) return `not one line: ${stderr}`
  if (/\n\s+at |\.[jt]s:\d/.test(stderr)) return `a stack: ${stderr}`
  return undefined
}
