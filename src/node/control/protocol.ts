import { LnoError, type Where } from '../../base/error.js'
import { toHex } from '../../base/hex.js'

/** Versions of the control protocol that this program speaks, the best first. */
export const CONTROL_PROTOCOLS: readonly number[] = [1]

/** Longest line that a node takes: an onion message of 64 KiB in hex fits, and a client cannot make it hold more. */
export const MAX_REQUEST_LINE_BYTES = 256 * 1024

/** Longest line that a client takes, and a node sends: a list of thousands of offers fits. */
export const MAX_ANSWER_LINE_BYTES = 16 * 1024 * 1024

/** Longest id of a request, in characters. */
export const MAX_ID_LENGTH = 64

export type RequestId = number | string

/** What `hello` says to the node. */
export interface HelloParams {
  /** Name and version of the client, for the log. */
  readonly client: string
  readonly protocols: readonly number[]
}

/** What `hello` answers: the version in use, and who the node is. */
export interface Hello {
  readonly protocol: number
  /** Version of the node's program. */
  readonly version: string
  /** Hex of the node's public key. */
  readonly nodeId: string
  readonly network: string
}

/** Something that happened in the node; `kind` says what (`peer_connected`), the rest depends on it. */
export interface ControlEvent {
  readonly kind: string
  readonly [member: string]: unknown
}

/** An error as it stands in `error.data` of an answer. */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly tlvType?: string
  readonly offset?: number
  readonly spec?: string
  readonly rule?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Notifications of the node. */
export interface ControlNotifications {
  readonly progress: { readonly id: RequestId; readonly progress: unknown }
  readonly event: { readonly subscription: number; readonly event: ControlEvent }
  readonly 'events.dropped': { readonly subscription: number; readonly code: string; readonly message: string }
}

/** How a value of the node looks to a client: 64-bit numbers as decimal strings, bytes as hex, nothing undefined. */
export type Wire<T> = T extends bigint | Uint8Array
  ? string
  : T extends string | number | boolean | null
    ? T
    : T extends readonly (infer E)[]
      ? readonly Wire<E>[]
      : T extends object
        ? { readonly [K in keyof T]: Wire<T[K]> }
        : T

/** The text of a value on the wire. @throws TypeError for a circle */
export function toWireText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'bigint') return member.toString()
    if (member instanceof Uint8Array) return toHex(member)
    return member
  })
}

/** An error as clients see it. What is not an `LnoError` is a fault of ours and keeps its text and stack to itself. */
function toWireError(error: unknown): WireError {
  if (!(error instanceof LnoError))
    return { code: 'INTERNAL', message: 'something went wrong inside the node: see its log' }
  const { code, message, path, tlvType, offset, spec, rule, details } = error
  return {
    code,
    message,
    ...(path && { path }),
    ...(tlvType !== undefined && { tlvType: tlvType.toString() }),
    ...(offset !== undefined && { offset }),
    ...(spec && { spec }),
    ...(rule && { rule }),
    ...(details && { details }),
  }
}

/** The error that a node sent, as a client throws it. Members of a wrong form are left out: the other side may be newer. */
export function fromWireError(data: unknown, fallback: string): LnoError {
  const members = isObject(data) ? data : {}
  const { code, message, path, tlvType, offset, spec, rule, details } = members
  const where: Where = {
    ...(isPath(path) && { path }),
    ...(typeof tlvType === 'string' && /^\d{1,20}$/.test(tlvType) && { tlvType: BigInt(tlvType) }),
    ...(typeof offset === 'number' && { offset }),
    ...(typeof spec === 'string' && { spec }),
    ...(typeof rule === 'string' && { rule }),
    ...(isObject(details) && { details }),
  }
  return new LnoError(
    typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : 'INTERNAL',
    typeof message === 'string' ? message : fallback,
    where,
  )
}

function isPath(value: unknown): value is readonly (string | number)[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string' || typeof part === 'number')
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Codes of JSON-RPC 2.0 itself, and the one of its free range under which ours travel. */
export const JSON_RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  ours: -32000,
} as const

const RPC_CODES: Readonly<Record<string, number>> = {
  CONTROL_BAD_REQUEST: JSON_RPC.invalidRequest,
  CONTROL_LINE_TOO_LONG: JSON_RPC.invalidRequest,
  CONTROL_UNKNOWN_METHOD: JSON_RPC.methodNotFound,
  CONTROL_BAD_PARAMS: JSON_RPC.invalidParams,
  INTERNAL: JSON_RPC.internalError,
}

/** The line of an answer that is an error. `id` is null where the request's could not be read. */
export function errorLine(id: RequestId | null, error: unknown, rpcCode?: number): string {
  const data = toWireError(error)
  const code = rpcCode ?? RPC_CODES[data.code] ?? JSON_RPC.ours
  return toWireText({ jsonrpc: '2.0', id, error: { code, message: data.message, data } })
}

/** The line of an answer. */
export function resultLine(id: RequestId, result: unknown): string {
  return toWireText({ jsonrpc: '2.0', id, result: result === undefined ? null : result })
}

/** The line of a notification of the node. */
export function notificationLine<K extends keyof ControlNotifications>(
  method: K,
  params: ControlNotifications[K],
): string {
  return toWireText({ jsonrpc: '2.0', method, params })
}
