import { LnoError } from '../../base/error.js'
import { type BlindedPath, blindedPath } from '../../blinding/blinded-path.js'
import { inspect } from '../../bolt12/inspect.js'
import { decode } from '../../wire/codec.js'
import { usage } from '../frame/exit.js'
import { readHex } from './bytes.js'
import { readInput } from './input.js'

/** A blinded path and the field of the message that it was found in. */
export interface FoundPath {
  readonly field?: string
  readonly path: BlindedPath
}

/**
 * The paths in what was given: the hex of one, or those of an offer, request or invoice.
 * @throws LnoError of the string or of the path, `USAGE` for a message that holds none
 */
export function readPaths(given: string): readonly FoundPath[] {
  if (!/^\s*(ln|lightning:|bitcoin:)/i.test(given)) return [{ path: decode(blindedPath, readHex(given)) }]
  const input = readInput(given, undefined)
  const { fields, issues } = inspect(input.bytes, { as: input.kind })
  const found = (['offer_paths', 'invreq_paths', 'invoice_paths'] as const).flatMap((field) =>
    (fields[field] ?? []).map((path) => ({ field, path })),
  )
  if (found.length > 0) return found
  // Perhaps there is one that cannot be read: then that is what is wrong.
  const issue =
    issues.find(({ field }) => field?.endsWith('_paths')) ??
    issues.find(({ layer }) => layer !== 'rules' && layer !== 'signature')
  if (issue) throw new LnoError(issue.code, issue.message, issue)
  throw usage(`the ${input.kind} holds no blinded path`)
}
