/** Where in a structure something went wrong. Every member is optional: a string layer has no TLV type. */
export interface Where {
  /** Path into the structure, outermost first: `['offer_paths', 0, 'first_path_key']`. */
  readonly path?: readonly (string | number)[]
  /** TLV type of the record concerned. */
  readonly tlvType?: bigint
  /** Byte offset in the bytes that were decoded (character offset for the string layer). */
  readonly offset?: number
  /** BOLT and section: `BOLT 12 Offers`. */
  readonly spec?: string
  /** Id of the rule in `conformance/rules.json`: `OR5`. */
  readonly rule?: string
  /** More for programs, as plain data: the issues of an invoice, the attempts of a request. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * The one error class of the project. `code` is a stable upper-case constant (all of them: `docs/errors.md`,
 * `lno explain CODE`); `message` is for people and may change.
 */
export class LnoError extends Error {
  readonly code: string
  readonly path: readonly (string | number)[] | undefined
  readonly tlvType: bigint | undefined
  readonly offset: number | undefined
  readonly spec: string | undefined
  readonly rule: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: string, message: string, where: Where = {}) {
    super(message, where.cause === undefined ? undefined : { cause: where.cause })
    this.name = 'LnoError'
    this.code = code
    this.path = where.path
    this.tlvType = where.tlvType
    this.offset = where.offset
    this.spec = where.spec
    this.rule = where.rule
    this.details = where.details
  }
}

/** True for an error of this project, with that code if one is given. */
export function isLnoError(error: unknown, code?: string): error is LnoError {
  return error instanceof LnoError && (code === undefined || error.code === code)
}

/** Meaning and advice of one code, as the folders' `codes.ts` declare them and `lno explain CODE` prints them. */
export interface CodeText {
  readonly meaning: string
  readonly advice: string
}

/** `path` as people read it: `offer_paths[0].first_path_key`. */
export function formatPath(path: readonly (string | number)[]): string {
  let out = ''
  for (const part of path) out += typeof part === 'number' ? `[${part}]` : out === '' ? part : `.${part}`
  return out
}
