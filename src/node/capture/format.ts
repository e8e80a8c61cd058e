/** The version of the format that is written, and the only one that is read. */
export const CAPTURE_VERSION = 1

/** Longest line in bytes: a message of 65535 bytes as hex is 131070; an event may hold an offer and an invoice of that size. */
export const MAX_CAPTURE_LINE = 1_048_576

/** Longest note in characters that is written; the rest is cut. */
export const MAX_NOTE_LENGTH = 4096

/** The first line: what was recorded, and by whom. */
export interface CaptureHeader {
  readonly kind: 'header'
  /** Version of the format. */
  readonly capture: 1
  /** Version of the program that wrote it. */
  readonly lno: string
  /** As `--network` names it. */
  readonly network: string
  /** The node that recorded, 66 hex digits. */
  readonly nodeId: string
  /** Unix milliseconds; all other times count from here. */
  readonly startedAt: number
}

/** A whole message, decrypted. */
export interface CapturedMessage {
  readonly kind: 'message'
  /** Milliseconds since the start; never less than in the line before. */
  readonly t: number
  readonly dir: 'in' | 'out'
  /** Node id of the peer, 66 hex digits. */
  readonly peer: string
  /** BOLT 1 message type: the first two of `bytes`. */
  readonly type: number
  /** Type and payload. */
  readonly bytes: Uint8Array
}

/** What the node told at that moment, as its log has it. */
export interface CapturedEvent {
  readonly kind: 'event'
  readonly t: number
  readonly event: { readonly kind: string; readonly [member: string]: unknown }
}

/** A remark of whoever recorded. */
export interface CapturedNote {
  readonly kind: 'note'
  readonly t: number
  readonly note: string
}

/** The key of a node: with it, onion messages to that node can be peeled. Written only when asked for. */
export interface CapturedKeys {
  readonly kind: 'keys'
  readonly t: number
  /** 66 hex digits. */
  readonly nodeId: string
  /** 32 bytes. Whoever has it can act as this node. */
  readonly nodeKey: Uint8Array
}

/** A line behind the first one. */
export type CaptureEntry = CapturedMessage | CapturedEvent | CapturedNote | CapturedKeys

/** A whole capture. */
export interface Capture {
  readonly header: CaptureHeader
  readonly entries: readonly CaptureEntry[]
}
