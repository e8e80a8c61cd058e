import { equalBytes } from '../base/bytes.js'
import { LnoError } from '../base/error.js'
import { type Codec, encode, inside, located } from './codec.js'
import type { WireCode } from './codes.js'
import { Reader, type Touched } from './reader.js'
import { Writer } from './writer.js'

/** One row of a TLV table: its number, how its value stands on the wire, whether a stream without it is refused. */
export interface Field<T, R extends boolean = boolean> {
  readonly type: bigint
  readonly codec: Codec<T>
  readonly required: R
}

/** One declaration of a stream: fields by their names in the spec. */
// biome-ignore lint/suspicious/noExplicitAny: a field is invariant in its type, as its codec is
export type Table = Readonly<Record<string, Field<any>>>

/** A field that may be absent. */
export function field<T>(type: bigint, codec: Codec<T>): Field<T, false> {
  return { type, codec, required: false }
}

/** A field without which the stream is refused (`TLV_MISSING_FIELD`); its TypeScript property is not optional. */
export function required<T>(type: bigint, codec: Codec<T>): Field<T, true> {
  return { type, codec, required: true }
}

type FieldValue<F> = F extends Field<infer T> ? T : never
type Flat<T> = { [K in keyof T]: T[K] }

/** The record of a table's fields, as an object type that an `interface` can extend. */
export type Partially<T extends Table> = Flat<
  { readonly [K in keyof T as T[K]['required'] extends true ? never : K]?: FieldValue<T[K]> } & {
    readonly [K in keyof T as T[K]['required'] extends true ? K : never]: FieldValue<T[K]>
  }
>

/** One record as it stood in its stream. Nothing of it is ever serialised again: merkle trees and mirrors use `bytes`. */
export interface TlvRecord {
  readonly type: bigint
  /** Offset of the record in its stream. */
  readonly offset: number
  /** Type, length and value, as received. */
  readonly bytes: Uint8Array
  readonly value: Uint8Array
}

/** A decoded stream: its known fields, all its records in order, and the bytes that were received. */
export interface TlvStream<F> {
  readonly fields: F
  readonly records: readonly TlvRecord[]
  readonly bytes: Uint8Array
}

/** What could be read of a stream, and what stopped it. */
export interface ReadRecords {
  readonly records: readonly TlvRecord[]
  /** The first violation of the stream's form; `records` are those before it. */
  readonly error: LnoError | undefined
}

function wireError(code: WireCode, message: string, offset: number, tlvType?: bigint, rule = 'M4'): LnoError {
  return new LnoError(code, message, { offset, spec: 'BOLT 1', rule, ...(tlvType !== undefined && { tlvType }) })
}

/**
 * Splits a stream into records: minimal BigSizes, types strictly ascending, lengths within the bytes (rule M4). Never
 * throws.
 * @param base offset of the stream in an outer input, for the errors; records count from the stream's own beginning
 */
export function readRecords(bytes: Uint8Array, base = 0, touched?: Touched): ReadRecords {
  const reader = new Reader(bytes, base, touched)
  const records: TlvRecord[] = []
  let previous = -1n
  let type: bigint | undefined
  try {
    while (reader.remaining > 0) {
      const offset = reader.offset - base
      type = undefined
      const seen = reader.bigsize()
      if (seen <= previous) {
        const what = seen === previous ? `type ${seen} twice` : `type ${seen} after ${previous}`
        throw wireError('TLV_ORDER', `${what}: types must ascend`, offset + base, seen)
      }
      type = seen
      const length = reader.bigsize()
      if (length > BigInt(reader.remaining)) {
        throw wireError(
          'TLV_LENGTH',
          `type ${type} claims ${length} ${length === 1n ? 'byte' : 'bytes'}, ${reader.remaining} left`,
          reader.offset,
          type,
        )
      }
      const value = reader.view(Number(length))
      records.push({ type, offset, bytes: bytes.subarray(offset, reader.offset - base), value })
      previous = type
    }
    return { records, error: undefined }
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    return {
      records,
      error: type === undefined || error.tlvType !== undefined ? error : located(error, { tlvType: type }),
    }
  }
}

const byType = /* @__PURE__ */ new WeakMap<Table, ReadonlyMap<bigint, readonly [name: string, field: Field<unknown>]>>()

/** The table's rows by type number. */
export function rows(table: Table): ReadonlyMap<bigint, readonly [name: string, field: Field<unknown>]> {
  let map = byType.get(table)
  if (map === undefined) {
    map = new Map(Object.entries(table).map(([name, row]) => [row.type, [name, row] as const]))
    byType.set(table, map)
  }
  return map
}

/** Unknown even types that are reported at most: 64 kilobytes have room for 16 thousand, and each error costs microseconds. */
export const MOST_UNKNOWN_LISTED = 64

/** What a table makes of records: the fields that could be read, and why others could not. */
export interface ReadFields<F> {
  readonly fields: F
  /** One for each field that could not be read or is missing, and for the first `MOST_UNKNOWN_LISTED` unknown even types. */
  readonly errors: readonly LnoError[]
}

/**
 * Reads the known fields of records: each must consume exactly its value, an unknown even type is an error, an unknown
 * odd one stays in the records only (rule M4). Never throws.
 */
export function readFields<T extends Table>(
  table: T,
  records: readonly TlvRecord[],
  base = 0,
  touched?: Touched,
): ReadFields<Partially<T>> {
  const known = rows(table)
  const fields: Record<string, unknown> = {}
  const errors: LnoError[] = []
  let unknown = 0
  for (const record of records) {
    const row = known.get(record.type)
    if (row === undefined) {
      if (record.type % 2n === 0n && unknown++ < MOST_UNKNOWN_LISTED) {
        errors.push(
          wireError('TLV_UNKNOWN_EVEN', `unknown even type ${record.type}`, base + record.offset, record.type),
        )
      }
      continue
    }
    const [name, { codec }] = row
    const valueOffset = base + record.offset + record.bytes.length - record.value.length
    try {
      const reader = new Reader(record.value, valueOffset, touched)
      const value = inside(name, () => codec.read(reader))
      reader.end()
      fields[name] = value
    } catch (error) {
      if (!(error instanceof LnoError)) throw error
      errors.push(located(error, { tlvType: record.type, path: error.path ?? [name] }))
    }
  }
  for (const [name, row] of Object.entries(table)) {
    if (!row.required || records.some((record) => record.type === row.type)) continue
    errors.push(
      new LnoError('TLV_MISSING_FIELD' satisfies WireCode, `${name} is missing`, {
        path: [name],
        tlvType: row.type,
        spec: 'BOLT 1',
      }),
    )
  }
  return { fields: fields as Partially<T>, errors }
}

/**
 * Decodes a whole stream.
 * @throws LnoError the first error of form or field
 */
export function decodeTlv<T extends Table>(
  table: T,
  bytes: Uint8Array,
  base = 0,
  touched?: Touched,
): TlvStream<Partially<T>> {
  const { records, error } = readRecords(bytes, base, touched)
  if (error) throw error
  const { fields, errors } = readFields(table, records, base, touched)
  if (errors[0]) throw errors[0]
  return { fields, records, bytes }
}

/** One record in its one valid form. */
export function encodeRecord(type: bigint, value: Uint8Array, offset = 0): TlvRecord {
  const writer = new Writer()
  writer.bigsize(type)
  writer.bigsize(BigInt(value.length))
  writer.bytes(value)
  const bytes = writer.finish()
  return { type, offset, bytes, value: bytes.subarray(bytes.length - value.length) }
}

/**
 * The records of `fields`, with `others` (records taken over as they are) merged in, ascending.
 * @throws LnoError `TLV_DUPLICATE` when a type stands in both, `VALUE_OUT_OF_RANGE` for a value that does not fit
 */
export function encodeRecords<T extends Table>(
  table: T,
  fields: Partially<T>,
  others: readonly TlvRecord[] = [],
): readonly TlvRecord[] {
  const made: TlvRecord[] = [...others]
  for (const [name, { type, codec }] of Object.entries(table)) {
    const value = (fields as Record<string, unknown>)[name]
    if (value !== undefined)
      made.push(
        encodeRecord(
          type,
          inside(name, () => encode(codec, value)),
        ),
      )
  }
  made.sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : 0))
  let offset = 0
  return made.map((record, i) => {
    if (i > 0 && made[i - 1]!.type === record.type) {
      throw new LnoError('TLV_DUPLICATE' satisfies WireCode, `type ${record.type} is given twice`, {
        tlvType: record.type,
      })
    }
    const placed = { ...record, offset }
    offset += record.bytes.length
    return placed
  })
}

/** The bytes of records, one behind the other. */
export function joinRecords(records: readonly TlvRecord[]): Uint8Array {
  const writer = new Writer()
  for (const record of records) writer.bytes(record.bytes)
  return writer.finish()
}

/** The bytes of a stream made from fields alone. */
export function encodeTlv<T extends Table>(
  table: T,
  fields: Partially<T>,
  others: readonly TlvRecord[] = [],
): Uint8Array {
  return joinRecords(encodeRecords(table, fields, others))
}

/** True when both lists hold the same types with the same bytes. */
export function sameRecords(a: readonly TlvRecord[], b: readonly TlvRecord[]): boolean {
  return a.length === b.length && a.every((record, i) => equalBytes(record.bytes, b[i]!.bytes))
}

/** Decodes a value that is itself a stream, inside another codec. */
export function stream<T extends Table>(name: string, table: T): Codec<TlvStream<Partially<T>>> {
  return {
    name,
    shape: { kind: 'stream', table },
    read: (reader) => {
      const offset = reader.offset
      return decodeTlv(table, reader.view(reader.remaining), offset, reader.touched)
    },
    write: (writer, value) => writer.bytes(value.bytes),
  }
}
