import type { JsonObject, JsonValue } from '../../src/bolt12/json.js'

/**
 * What happened in one cell, told from the captures of its nodes in one order of time. Plain JSON, without any key, and
 * with everything that strangers wrote as they wrote it: whoever shows it escapes it.
 */
export interface Story {
  readonly nodes: readonly StoryNode[]
  readonly steps: readonly Step[]
  /** Captures that could not be read to their end, and why. */
  readonly problems: readonly string[]
  /** Steps beyond `MAX_STEPS`. */
  readonly leftOut: number
}

/** A node that took part; without a name, one that wrote no capture. */
export interface StoryNode {
  /** 66 hex digits. */
  readonly id: string
  /** Of its capture's file: `payer` for `payer.capture`. */
  readonly name?: string
  /** Whether its capture held its key, so that what reached it could be opened. */
  readonly keyed: boolean
}

export type Step = MessageStep | EventStep | NoteStep

export interface MessageStep {
  readonly kind: 'message'
  /** Unix milliseconds, of the sender where it wrote a capture. */
  readonly at: number
  /** Node ids. */
  readonly from: string
  readonly to: string
  readonly type: number
  readonly name: string
  /** Bytes, type included. */
  readonly size: number
  /**
   * Whose captures have it. `lost`: the sender's has it, and the receiver's, which is there, has not. `unsent`: the other way
   * round; of the two it is the one that should not be.
   */
  readonly seen: 'both' | 'sender' | 'receiver' | 'lost' | 'unsent'
  /** What it holds, where that can be said without a key. */
  readonly holds?: JsonObject
  readonly onion?: OnionView
}

/** What is seen of an onion message without a key. */
interface Sealed {
  /** Bytes of its packet. */
  readonly packet: number
  /** Its form by the name of its generation, or the type of the message where only the last hop can tell. */
  readonly form: string
}

/** An onion message as its receiver found it. */
export type OnionView = Sealed & Opened

type Opened =
  | {
      readonly kind: 'forward'
      readonly localHops: number
      /** Node id, or a short channel id as `1x2x3`. */
      readonly next: string
      /** The step in which it went on, as an index into `steps`; absent: it did not, or no capture shows it. */
      readonly continues?: number
    }
  | {
      readonly kind: 'deliver'
      readonly localHops: number
      /** By what the maker of the path that it came over knows it: a secret or, in the oldest form, a key. */
      readonly path_id?: string
      readonly path_key?: string
      readonly reply_path?: JsonObject
      /** Of the payload of a type that BOLT 12 defines: what it is, its fields and its issues. */
      readonly contents?: {
        readonly type: string
        readonly size: number
        readonly object?: JsonObject
        readonly hex?: string
      }
      /** Records of the payload that BOLT 4 does not define, by type. */
      readonly others?: readonly JsonValue[]
    }
  | {
      readonly kind: 'drop'
      readonly code: string
      readonly why: string
      readonly rule?: string
    }
  /** Nobody here has the key that opens it. */
  | { readonly kind: 'sealed' }

export interface EventStep {
  readonly kind: 'event'
  readonly at: number
  /** Node id. */
  readonly node: string
  readonly name: string
  readonly holds: JsonObject
}

export interface NoteStep {
  readonly kind: 'note'
  readonly at: number
  readonly node: string
  readonly text: string
}
