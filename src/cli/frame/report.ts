import { formatPath, isLnoError, type LnoError } from '../../base/error.js'
import { CLI_CODES } from '../codes.js'
import { cliError } from './exit.js'
import { oneLine } from './text.js'

/** Anything thrown, as an error with a code. What has none is a bug of ours. */
export function asLnoError(error: unknown): LnoError {
  if (isLnoError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return cliError('UNEXPECTED', `unexpected: ${message}`, { cause: error })
}

/** Where it happened: `(offer_paths[0], type 16, offset 12, rule OR5, BOLT 12)`. */
function whereOf(error: LnoError): string {
  const parts = [
    error.path && error.path.length > 0 ? formatPath(error.path) : undefined,
    error.tlvType === undefined ? undefined : `type ${error.tlvType}`,
    error.offset === undefined ? undefined : `offset ${error.offset}`,
    error.rule === undefined ? undefined : `rule ${error.rule}`,
    error.spec,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** What to do next, for people; nothing where the message says so itself. */
function adviceFor(error: LnoError, command: string): string {
  if (error.code === 'UNEXPECTED') return 'this is a bug: set LNO_DEBUG=1 to see where, and report it'
  if (error.code === 'USAGE')
    return `see: ${command === '' || command === 'help' ? 'lno help' : `lno ${command} --help`}`
  if (error.code === 'NODE_NOT_RUNNING')
    return error.message.includes('lno node start') ? '' : 'start one with: lno node start'
  // A variable of the environment: how the file is written helps nobody.
  const variable = error.code === 'BAD_CONFIG' ? /^LNO_[A-Z_]+(?=:)/.exec(error.message)?.[0] : undefined
  if (variable !== undefined) return `set ${variable} to something else, or unset it`
  if (Object.hasOwn(CLI_CODES, error.code)) {
    const { advice } = CLI_CODES[error.code as keyof typeof CLI_CODES]
    return advice[0]!.toLowerCase() + advice.slice(1).replace(/\.$/, '')
  }
  return `lno explain ${error.code}`
}

/** The one line on standard error: what is wrong, where, by which rule, what to do next. */
export function errorLine(error: LnoError, command: string): string {
  const code = error.code === 'USAGE' || error.code === 'UNEXPECTED' ? '' : `${error.code}: `
  const message = oneLine(`${code}${error.message}${whereOf(error)}`).replace(/\.$/, '')
  const advice = adviceFor(error, command)
  return `lno: ${message}${advice === '' ? '' : `; ${advice}`}`
}

/** The same as `--json` prints it, under the key `error`. */
export function errorJson(error: LnoError): Readonly<Record<string, unknown>> {
  return {
    code: error.code,
    message: error.message,
    ...(error.path && error.path.length > 0 && { field: formatPath(error.path) }),
    ...(error.tlvType !== undefined && { type: error.tlvType }),
    ...(error.offset !== undefined && { offset: error.offset }),
    ...(error.rule !== undefined && { rule: error.rule }),
    ...(error.spec !== undefined && { spec: error.spec }),
    ...(error.details !== undefined && { details: error.details }),
  }
}
