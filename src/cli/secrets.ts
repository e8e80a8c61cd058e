import { readFileSync, statSync } from 'node:fs'
import { isLnoError } from '../base/error.js'
import { fromHex } from '../base/hex.js'
import { isScalar } from '../crypto/group.js'
import type { Context } from './frame/command.js'
import { cliError } from './frame/exit.js'

/** The option of every command that needs secrets. */
export const KEY_FILE = {
  value: 'FILE',
  many: true,
  summary: 'file with a 32-byte secret key, hex or raw (or LNO_SECRET)',
} as const

function readSecret(text: string, from: string): Uint8Array {
  let secret: Uint8Array
  try {
    secret = fromHex(text.trim())
  } catch (error) {
    // The reason would quote a part of the secret's surroundings; where it came from is enough.
    if (isLnoError(error)) throw cliError('BAD_KEY_FILE', `${from} does not hold 64 hex digits`)
    throw error
  }
  if (secret.length !== 32) throw cliError('BAD_KEY_FILE', `${from} holds ${secret.length} bytes, not 32`)
  return checked(secret, from)
}

function checked(secret: Uint8Array, from: string): Uint8Array {
  if (!isScalar(secret)) throw cliError('BAD_KEY_FILE', `${from} holds a number that is no secret key of secp256k1`)
  return secret
}

function readKeyFile(file: string, warn: (text: string) => void): Uint8Array {
  let contents: Uint8Array
  try {
    const { mode, size } = statSync(file)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      warn(`${file} can be read by others: chmod 600 ${file}`)
    }
    if (size > 1024) throw cliError('BAD_KEY_FILE', `${file} is no key file: it holds ${size} bytes`)
    contents = new Uint8Array(readFileSync(file))
  } catch (cause) {
    if (isLnoError(cause)) throw cause
    const code = (cause as NodeJS.ErrnoException).code
    throw cliError('FILE_UNREADABLE', `cannot read the key file ${file} (${code})`, { cause })
  }
  if (contents.length === 32) return checked(contents, file)
  return readSecret(new TextDecoder().decode(contents), file)
}

/**
 * The secrets a command was given, in order: those of `--key-file`, or else the one of `LNO_SECRET`.
 * @throws LnoError `NO_SECRET`, `BAD_KEY_FILE`, `FILE_UNREADABLE`
 */
export function readSecrets(context: Pick<Context, 'io' | 'warn'>, files: readonly string[]): readonly Uint8Array[] {
  if (files.length > 0) return files.map((file) => readKeyFile(file, context.warn))
  const text = context.io.env.LNO_SECRET
  if (text === undefined || text === '') {
    throw cliError('NO_SECRET', 'a secret key is needed: --key-file FILE, or LNO_SECRET')
  }
  return [readSecret(text, 'LNO_SECRET')]
}

/** The one secret of a command that takes one only. */
export function readSecretOnce(context: Pick<Context, 'io' | 'warn'>, files: readonly string[]): Uint8Array {
  const secrets = readSecrets(context, files)
  if (secrets.length > 1) throw cliError('USAGE', 'one --key-file is enough here')
  return secrets[0]!
}
