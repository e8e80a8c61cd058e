import { readFileSync, statSync } from 'node:fs'
import { isLnoError } from '../base/error.js'
import { fromHex, toHex } from '../base/hex.js'
import { isScalar } from '../crypto/group.js'
import type { CliCode } from './codes.js'
import { ask, canAsk } from './frame/ask.js'
import type { Context } from './frame/command.js'
import { cliError, usage } from './frame/exit.js'
import { readStdin } from './frame/stdin.js'

/** The option of commands that need a secret. */
export const KEY_FILE = {
  value: 'FILE',
  summary: 'file with a 32-byte secret key, hex or raw (or LNO_SECRET)',
} as const
/** The same for those that need one after another. */
export const KEY_FILES = { ...KEY_FILE, many: true } as const

/** What 32 secret bytes are, and how it is said that they are not. */
interface Kind {
  readonly code: CliCode
  /** What a file of it is called. */
  readonly file: string
  /** `a number that is no secret key`, or undefined when the bytes will do. */
  readonly fault: (bytes: Uint8Array) => string | undefined
}

const KEY: Kind = {
  code: 'BAD_KEY_FILE',
  file: 'key file',
  fault: (bytes) => (isScalar(bytes) ? undefined : 'a number that is no secret key of secp256k1'),
}
const PREIMAGE: Kind = { code: 'BAD_PREIMAGE', file: 'preimage file', fault: () => undefined }
const GRANT: Kind = { code: 'BAD_GRANT_SECRET', file: 'file of a grant', fault: () => undefined }

function readText(text: string, from: string, { code, fault }: Kind): Uint8Array {
  let secret: Uint8Array
  try {
    secret = fromHex(text.trim())
  } catch (error) {
    // The reason would quote a part of the secret's surroundings; where it came from is enough.
    if (isLnoError(error)) throw cliError(code, `${from} does not hold 64 hex digits`)
    throw error
  }
  if (secret.length !== 32) throw cliError(code, `${from} holds ${secret.length} bytes, not 32`)
  const found = fault(secret)
  if (found !== undefined) throw cliError(code, `${from} holds ${found}`)
  return secret
}

function readSecretFile(file: string, kind: Kind, warn: (text: string) => void): Uint8Array {
  let contents: Uint8Array
  let open: boolean
  try {
    const { mode, size } = statSync(file)
    open = process.platform !== 'win32' && (mode & 0o077) !== 0
    if (size > 1024) throw cliError(kind.code, `${file} is no ${kind.file}: it holds ${size} bytes`)
    contents = new Uint8Array(readFileSync(file))
  } catch (cause) {
    if (isLnoError(cause)) throw cause
    const code = (cause as NodeJS.ErrnoException).code
    throw cliError('FILE_UNREADABLE', `cannot read the ${kind.file} ${file} (${code})`, { cause })
  }
  const secret = readText(contents.length === 32 ? toHex(contents) : new TextDecoder().decode(contents), file, kind)
  // Only of what is a secret: nobody shall be told to close /tmp or /etc/passwd to others.
  if (open) warn(`${file} can be read by others: chmod 600 ${file}`)
  return secret
}

/**
 * The secrets a command was given, in order: those of `--key-file`, or else the one of `LNO_SECRET`.
 * @throws LnoError `NO_SECRET`, `BAD_KEY_FILE`, `FILE_UNREADABLE`
 */
export function readSecrets(context: Pick<Context, 'io' | 'warn'>, files: readonly string[]): readonly Uint8Array[] {
  if (files.length > 0) return files.map((file) => readSecretFile(file, KEY, context.warn))
  const text = context.io.env.LNO_SECRET
  if (text === undefined || text === '') {
    throw cliError('NO_SECRET', 'a secret key is needed: --key-file FILE, or LNO_SECRET')
  }
  return [readText(text, 'LNO_SECRET', KEY)]
}

/** The same for a command that takes one secret. */
export function readSecret(context: Pick<Context, 'io' | 'warn'>, file: string | undefined): Uint8Array {
  return readSecrets(context, file === undefined ? [] : [file])[0]!
}

/**
 * The preimage of a payment, from a file or else from `LNO_PREIMAGE`.
 * @throws LnoError `NO_PREIMAGE`, `BAD_PREIMAGE`, `FILE_UNREADABLE`
 */
export function readPreimage(context: Pick<Context, 'io' | 'warn'>, file: string | undefined): Uint8Array {
  if (file !== undefined) return readSecretFile(file, PREIMAGE, context.warn)
  const text = context.io.env.LNO_PREIMAGE
  if (text === undefined || text === '') {
    throw cliError('NO_PREIMAGE', 'the preimage is needed: --preimage-file FILE, or LNO_PREIMAGE')
  }
  return readText(text, 'LNO_PREIMAGE', PREIMAGE)
}

/** Ways in which the secret of a grant may be given. */
export const GRANT_SECRET = {
  secret: {
    value: 'SECRET',
    summary:
      'the secret of a grant; - reads it from standard input, or asks for it (others can see what you type here)',
  },
  secretFile: { value: 'FILE', summary: 'file with the secret of a grant' },
} as const

/**
 * The one-time secret of a host's grant, 32 bytes; undefined where none was given.
 * @throws LnoError `BAD_GRANT_SECRET`, `FILE_UNREADABLE`, `USAGE`, `INTERRUPTED`
 */
export async function readGrantSecret(
  { io, warn }: Pick<Context, 'io' | 'warn'>,
  { secret, secretFile }: { readonly secret: string | undefined; readonly secretFile: string | undefined },
): Promise<Uint8Array | undefined> {
  if (secret !== undefined && secretFile !== undefined) throw usage('--secret or --secret-file, not both')
  if (secretFile !== undefined) return readSecretFile(secretFile, GRANT, warn)
  if (secret === undefined) return undefined
  if (secret === '-') {
    const text = canAsk(io) ? await ask(io, 'Secret of the grant:') : await readStdin(io)
    return readText(text, 'standard input', GRANT)
  }
  const bytes = readText(secret, '--secret', GRANT)
  warn('other users of this machine may have seen the secret, and your shell remembers it: --secret-file or --secret -')
  return bytes
}
