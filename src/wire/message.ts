import { LnoError } from '../base/error.js'
import { type AnyCodec, inside, located, type StructOf } from './codec.js'
import type { WireCode } from './codes.js'
import { Reader, type Touched } from './reader.js'
import { encodeRecords, type Partially, readFields, readRecords, type Table, type TlvRecord } from './tlv.js'
import { Writer } from './writer.js'

/** Bytes of the largest message, its type included (rule M1): the transport has two bytes for the length. */
export const MAX_MESSAGE = 65535

/** One declaration of a message: members that always stand there, in order, and the TLV stream behind them. */
export interface MessageDef<B extends Record<string, AnyCodec> = Record<string, AnyCodec>, T extends Table = Table> {
  readonly type: number
  /** The spec's name: `init`. */
  readonly name: string
  readonly body: B
  readonly tlvs: T
  /** What must hold between fields; throws a coded error. Runs when reading and when writing. */
  readonly check: ((fields: StructOf<B> & Partially<T>) => void) | undefined
}

type Flat<T> = { [K in keyof T]: T[K] }
// biome-ignore lint/suspicious/noExplicitAny: a definition is invariant in its fields, because of `check`
type AnyMessage = MessageDef<any, any>

/** The fields of a message: those of its body, and those of its extension, which may be absent. */
export type MessageFields<D extends AnyMessage> = Flat<StructOf<D['body']> & Partially<D['tlvs']>>

/** A decoded message. What is forwarded or verified is `bytes`, never the fields written again. */
export interface Message<D extends AnyMessage = MessageDef> {
  readonly kind: string
  readonly fields: MessageFields<D>
  /** All records of the extension in order, unknown odd ones included. */
  readonly records: readonly TlvRecord[]
  /** The whole message as received, with its type. */
  readonly bytes: Uint8Array
}

/** Declares a message of BOLT 1's form: type, body, extension. */
export function message<const B extends Record<string, AnyCodec>, const T extends Table = Record<never, never>>(
  declaration: Omit<MessageDef<B, T>, 'tlvs' | 'check'> & Partial<Pick<MessageDef<B, T>, 'tlvs' | 'check'>>,
): MessageDef<B, T> {
  const { type, name, body, tlvs, check } = declaration
  return { type, name, body, tlvs: tlvs ?? ({} as T), check }
}

function messageError(code: WireCode, text: string, rule: string, where: { offset?: number; cause?: unknown } = {}) {
  return new LnoError(code, text, { spec: 'BOLT 1 Lightning Message Format', rule, ...where })
}

function refuseTooLong(length: number, what: string): void {
  if (length > MAX_MESSAGE) {
    throw messageError('MESSAGE_TOO_LONG', `${what} has ${length} bytes, at most ${MAX_MESSAGE} are possible`, 'M1')
  }
}

/**
 * The type of a message.
 * @throws LnoError `MESSAGE_TOO_SHORT` when not even that is there
 */
export function messageType(bytes: Uint8Array): number {
  if (bytes.length < 2) throw messageError('MESSAGE_TOO_SHORT', 'a message without a type', 'M2', { offset: 0 })
  return (bytes[0]! << 8) | bytes[1]!
}

/**
 * The bytes of a message, type first.
 * @param others records of the extension to write as they are, beside those of the table
 * @throws LnoError `MESSAGE_TOO_LONG`, `VALUE_OUT_OF_RANGE`, `TLV_DUPLICATE`, or what the message's own check says
 */
export function encodeMessage<D extends AnyMessage>(
  def: D,
  fields: MessageFields<D>,
  others: readonly TlvRecord[] = [],
): Uint8Array {
  const values: Readonly<Record<string, unknown>> = fields
  def.check?.(fields)
  const writer = new Writer()
  writer.uint(def.type, 2)
  for (const [name, codec] of Object.entries<AnyCodec>(def.body)) {
    inside(name, () => codec.write(writer, values[name]))
  }
  for (const record of encodeRecords<Table>(def.tlvs, values, others)) writer.bytes(record.bytes)
  refuseTooLong(writer.length, def.name)
  return writer.finish()
}

/**
 * Reads a message whose type is known. Its bytes are not copied.
 * @throws LnoError `MESSAGE_WRONG_TYPE`; `MESSAGE_TOO_SHORT`; `MESSAGE_TOO_LONG`; the code of a body's or record's value,
 *   or of a malformed extension (`TLV_…`); what the message's own check says. After any of them a connection is closed
 *   (rule M2).
 */
export function decodeMessage<D extends AnyMessage>(def: D, bytes: Uint8Array, touched?: Touched): Message<D> {
  const reader = new Reader(bytes, 0, touched)
  refuseTooLong(bytes.length, def.name)
  const type = messageType(bytes)
  if (type !== def.type) {
    throw messageError('MESSAGE_WRONG_TYPE', `type ${type} is not ${def.name} (${def.type})`, 'M2', { offset: 0 })
  }
  reader.uint(2)
  const fields: Record<string, unknown> = {}
  for (const [name, codec] of Object.entries<AnyCodec>(def.body)) {
    try {
      fields[name] = inside(name, () => codec.read(reader))
    } catch (error) {
      throw error instanceof LnoError ? bodyError(def.name, error) : error
    }
  }
  const offset = reader.offset
  const extension = reader.view(reader.remaining)
  const { records, error } = readRecords(extension, offset, reader.touched)
  if (error) throw error
  const known = readFields<Table>(def.tlvs, records, offset, reader.touched)
  if (known.errors[0]) throw known.errors[0]
  // The table was read by its own codecs, which is what `MessageFields` says of them.
  const all = Object.assign(fields, known.fields) as MessageFields<D>
  def.check?.(all)
  return { kind: def.name, fields: all, records, bytes }
}

/** An end of the bytes inside the body is BOLT 1's own case: the message is too short for its type. */
function bodyError(name: string, error: LnoError): LnoError {
  if (error.code !== ('WIRE_TRUNCATED' satisfies WireCode)) return located(error, { rule: error.rule ?? 'M2' })
  const at = error.path === undefined ? {} : { path: error.path }
  return located(
    messageError('MESSAGE_TOO_SHORT', `${name} ends too early: ${error.message}`, 'M2', { cause: error }),
    {
      ...at,
      offset: error.offset ?? 0,
    },
  )
}

/** What becomes of a message by its type alone (rule M2): unknown ones may be ignored when odd, and end the connection when even. */
export function fateOfType(type: number, known: (type: number) => boolean): 'handle' | 'ignore' | 'close' {
  if (known(type)) return 'handle'
  return type % 2 === 1 ? 'ignore' : 'close'
}
