import { LnoError, type Where } from '../base/error.js'
import { decodeUtf8, encodeUtf8 } from '../base/utf8.js'
import { isPoint } from '../crypto/group.js'
import type { WireCode } from './codes.js'
import { Reader } from './reader.js'
import { Writer } from './writer.js'

/**
 * What a codec looks like from outside. Printers, generators of property tests and the page of docs are written over
 * this union, so that a field is described in one place only.
 */
export type Shape =
  | { readonly kind: 'uint'; readonly bytes: 1 | 2 | 4 | 8; readonly truncated: boolean }
  | { readonly kind: 'int'; readonly bytes: 1 | 2 | 4 | 8 }
  | { readonly kind: 'bigsize' }
  | { readonly kind: 'bytes'; readonly length?: number }
  | { readonly kind: 'features' }
  | { readonly kind: 'point' }
  | { readonly kind: 'utf8' }
  | { readonly kind: 'short_channel_id' }
  | { readonly kind: 'sciddir_or_pubkey' }
  | { readonly kind: 'array'; readonly of: AnyCodec; readonly min: number }
  | { readonly kind: 'prefixed'; readonly length: AnyCodec; readonly of: AnyCodec }
  | { readonly kind: 'counted'; readonly count: AnyCodec; readonly of: AnyCodec; readonly min: number }
  | {
      readonly kind: 'stream'
      readonly table: Readonly<Record<string, { readonly type: bigint; readonly codec: AnyCodec }>>
    }
  | { readonly kind: 'struct'; readonly members: Readonly<Record<string, AnyCodec>> }
  /** Two ways to write one thing; the first that takes all that is there counts. */
  | { readonly kind: 'either'; readonly of: readonly [AnyCodec, AnyCodec] }
  /** One byte that is always the same, then `of`. */
  | { readonly kind: 'tagged'; readonly tag: number; readonly of: AnyCodec }
  /** A flag, then `of` if it is set. */
  | { readonly kind: 'flagged'; readonly flag: AnyCodec; readonly of: AnyCodec }
  /** Values of `of` in another form outside; not every one of them needs to be readable. */
  | { readonly kind: 'mapped'; readonly of: AnyCodec }

/**
 * A bidirectional value: how a `T` stands on the wire. `read` consumes exactly its own bytes; a codec without an inner
 * length (`bytes()`, `utf8`, `array(…)`, truncated integers) takes all that its reader holds.
 */
export interface Codec<T> {
  /** The spec's name of the type: `tu64`, `blinded_path`. */
  readonly name: string
  readonly shape: Shape
  read(reader: Reader): T
  write(writer: Writer, value: T): void
}

/** A codec of whatever: `write` makes `Codec` invariant, so only `any` stands for all of them in a table. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyCodec = Codec<any>

/** The TypeScript type of a codec's values. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never

function outOfRange(name: string, value: unknown): never {
  throw new LnoError('VALUE_OUT_OF_RANGE' satisfies WireCode, `${String(value)} does not fit ${name}`, {
    spec: 'BOLT 1',
  })
}

function smallUint(name: string, bytes: 1 | 2 | 4): Codec<number> {
  const limit = 256 ** bytes
  return {
    name,
    shape: { kind: 'uint', bytes, truncated: false },
    read: (reader) => reader.uint(bytes),
    write: (writer, value) => {
      if (!Number.isInteger(value) || value < 0 || value >= limit) outOfRange(name, value)
      writer.uint(value, bytes)
    },
  }
}

export const u8: Codec<number> = /* @__PURE__ */ smallUint('byte', 1)
export const u16: Codec<number> = /* @__PURE__ */ smallUint('u16', 2)
export const u32: Codec<number> = /* @__PURE__ */ smallUint('u32', 4)

/** A byte: zero is false, anything else true (scodec's programs write ff); we write 1. */
export const bool: Codec<boolean> = {
  name: 'bool',
  shape: { kind: 'mapped', of: u8 },
  read: (reader) => reader.u8() !== 0,
  write: (writer, value) => writer.uint(value ? 1 : 0, 1),
}

const U64_LIMIT = 1n << 64n

export const u64: Codec<bigint> = {
  name: 'u64',
  shape: { kind: 'uint', bytes: 8, truncated: false },
  read: (reader) => reader.u64(),
  write: (writer, value) => {
    if (value < 0n || value >= U64_LIMIT) outOfRange('u64', value)
    writer.u64(value)
  },
}

export const bigsize: Codec<bigint> = {
  name: 'bigsize',
  shape: { kind: 'bigsize' },
  read: (reader) => reader.bigsize(),
  write: (writer, value) => {
    if (value < 0n || value >= U64_LIMIT) outOfRange('bigsize', value)
    writer.bigsize(value)
  },
}

/** A truncated integer takes all its reader holds: no leading zero, no bytes at all for 0 (rule T1). */
function readTruncated(reader: Reader, name: string, most: number): Uint8Array {
  if (reader.remaining > most) {
    throw reader.error('TU_TOO_LONG', `${name} of ${reader.remaining} bytes, at most ${most} allowed`)
  }
  if (reader.peek() === 0) throw reader.error('TU_NOT_MINIMAL', `${name} with a leading zero byte`)
  return reader.rest()
}

function smallTruncated(name: string, bytes: 2 | 4): Codec<number> {
  const limit = 256 ** bytes
  return {
    name,
    shape: { kind: 'uint', bytes, truncated: true },
    read: (reader) => readTruncated(reader, name, bytes).reduce((value, byte) => value * 256 + byte, 0),
    write: (writer, value) => {
      if (!Number.isInteger(value) || value < 0 || value >= limit) outOfRange(name, value)
      let length = 0
      while (length < bytes && value >= 256 ** length) length++
      if (value > 0) writer.uint(value, length)
    },
  }
}

export const tu16: Codec<number> = /* @__PURE__ */ smallTruncated('tu16', 2)
export const tu32: Codec<number> = /* @__PURE__ */ smallTruncated('tu32', 4)

export const tu64: Codec<bigint> = {
  name: 'tu64',
  shape: { kind: 'uint', bytes: 8, truncated: true },
  read: (reader) => {
    const bytes = readTruncated(reader, 'tu64', 8)
    let value = 0n
    for (let i = 0; i < bytes.length; i++) value = (value << 8n) | BigInt(bytes[i]!)
    return value
  },
  write: (writer, value) => {
    if (value < 0n || value >= U64_LIMIT) outOfRange('tu64', value)
    const digits: number[] = []
    for (let left = value; left > 0n; left >>= 8n) digits.unshift(Number(left & 0xffn))
    for (const digit of digits) writer.uint(digit, 1)
  },
}

/** Exactly `length` bytes, or all that is left. Values are views of the input. */
export function bytes(length?: number, name = length === undefined ? '...*byte' : `${length}*byte`): Codec<Uint8Array> {
  return {
    name,
    shape: length === undefined ? { kind: 'bytes' } : { kind: 'bytes', length },
    read: (reader) => (length === undefined ? reader.rest() : reader.take(length)),
    write: (writer, value) => {
      if (length !== undefined && value.length !== length) outOfRange(name, `${value.length} bytes`)
      writer.bytes(value)
    },
  }
}

export const chainHash: Codec<Uint8Array> = /* @__PURE__ */ bytes(32, 'chain_hash')
export const hash256: Codec<Uint8Array> = /* @__PURE__ */ bytes(32, 'sha256')
export const bip340sig: Codec<Uint8Array> = /* @__PURE__ */ bytes(64, 'bip340sig')
export const channelId: Codec<Uint8Array> = /* @__PURE__ */ bytes(32, 'channel_id')

/** A feature bitmap: big-endian bytes as received; `features.ts` reads its bits. */
export const featureBits: Codec<Uint8Array> = {
  name: 'features',
  shape: { kind: 'features' },
  read: (reader) => reader.rest(),
  write: (writer, value) => writer.bytes(value),
}

/** A compressed point, on the curve (rule T2). */
export const point: Codec<Uint8Array> = {
  name: 'point',
  shape: { kind: 'point' },
  read: (reader) => {
    const offset = reader.offset
    const value = reader.take(33)
    if (!isPoint(value)) throw reader.error('WIRE_BAD_POINT', 'not a compressed point of secp256k1', offset)
    return value
  },
  write: (writer, value) => {
    if (value.length !== 33) outOfRange('point', `${value.length} bytes`)
    writer.bytes(value)
  },
}

/** Strict UTF-8 to the end of the reader (rule T3). */
export const utf8: Codec<string> = {
  name: 'utf8',
  shape: { kind: 'utf8' },
  read: (reader) => {
    const start = reader.offset
    try {
      return decodeUtf8(reader.rest())
    } catch (error) {
      const at = error instanceof LnoError ? (error.offset ?? 0) : 0
      throw reader.error('WIRE_BAD_UTF8', 'not valid UTF-8', start + at)
    }
  },
  write: (writer, value) => writer.bytes(encodeUtf8(value)),
}

/** A short channel id as one 64-bit number: 3 bytes block, 3 bytes transaction, 2 bytes output. */
export const shortChannelId: Codec<bigint> = { ...u64, name: 'short_channel_id', shape: { kind: 'short_channel_id' } }

/** The node that a blinded path begins at: named by its id, or compactly by one of its channels and a direction. */
export type SciddirOrPubkey =
  | { readonly node_id: Uint8Array }
  | { readonly short_channel_id: bigint; readonly direction: 0 | 1 }

/** BOLT 4's `sciddir_or_pubkey`: 9 bytes beginning with 0 or 1, or a point; nothing else (rule T5). */
export const sciddirOrPubkey: Codec<SciddirOrPubkey> = {
  name: 'sciddir_or_pubkey',
  shape: { kind: 'sciddir_or_pubkey' },
  read: (reader) => {
    const first = reader.peek()
    if (first === 0 || first === 1) {
      reader.u8()
      return { short_channel_id: reader.u64(), direction: first }
    }
    if (first === undefined || first === 2 || first === 3) return { node_id: point.read(reader) }
    throw reader.error(
      'BAD_SCIDDIR',
      `a node reference begins with 00, 01, 02 or 03, not ${first.toString(16).padStart(2, '0')}`,
    )
  },
  write: (writer, value) => {
    if ('node_id' in value) {
      point.write(writer, value.node_id)
      return
    }
    writer.uint(value.direction, 1)
    shortChannelId.write(writer, value.short_channel_id)
  },
}

/** Elements up to the end of the reader, at least `min` of them (rules T4, T5). */
export function array<T>(of: Codec<T>, min = 0): Codec<readonly T[]> {
  const name = `...*${of.name}`
  return {
    name,
    shape: { kind: 'array', of, min },
    read: (reader) => {
      const values: T[] = []
      const start = reader.offset
      while (reader.remaining > 0) values.push(inside(values.length, () => of.read(reader)))
      if (values.length < min)
        throw reader.error('TOO_FEW_ELEMENTS', `${name} with ${values.length} elements, at least ${min} needed`, start)
      return values
    },
    write: (writer, values) => {
      if (values.length < min) outOfRange(name, `${values.length} elements`)
      for (const [i, value] of values.entries()) inside(i, () => of.write(writer, value))
    },
  }
}

/** A length, then exactly that many bytes which `of` must consume whole. */
export function prefixed<T>(length: Codec<number>, of: Codec<T>): Codec<T> {
  return {
    name: of.name,
    shape: { kind: 'prefixed', length, of },
    read: (reader) => {
      const inner = reader.part(length.read(reader))
      const value = of.read(inner)
      inner.end()
      return value
    },
    write: (writer, value) => {
      const inner = encode(of, value)
      length.write(writer, inner.length)
      writer.bytes(inner)
    },
  }
}

/** A flag, then a value if it is set. */
export function flagged<T>(flag: Codec<boolean>, of: Codec<T>): Codec<T | undefined> {
  return {
    name: of.name,
    shape: { kind: 'flagged', flag, of },
    read: (reader) => (flag.read(reader) ? of.read(reader) : undefined),
    write: (writer, value) => {
      flag.write(writer, value !== undefined)
      if (value !== undefined) of.write(writer, value)
    },
  }
}

/** A count, then that many elements (each needs at least a byte, so a count cannot make us allocate). */
export function counted<T>(count: Codec<number>, of: Codec<T>, min = 0): Codec<readonly T[]> {
  const name = `${count.name}*${of.name}`
  return {
    name,
    shape: { kind: 'counted', count, of, min },
    read: (reader) => {
      const start = reader.offset
      const length = count.read(reader)
      if (length < min)
        throw reader.error('TOO_FEW_ELEMENTS', `${name} with ${length} elements, at least ${min} needed`, start)
      const values: T[] = []
      for (let i = 0; i < length; i++) values.push(inside(i, () => of.read(reader)))
      return values
    },
    write: (writer, values) => {
      if (values.length < min) outOfRange(name, `${values.length} elements`)
      count.write(writer, values.length)
      for (const [i, value] of values.entries()) inside(i, () => of.write(writer, value))
    },
  }
}

/** The value of a struct's members. */
export type StructOf<M extends Record<string, AnyCodec>> = { readonly [K in keyof M]: ValueOf<M[K]> }

/** Members one behind the other, in the order of declaration. */
export function struct<M extends Record<string, AnyCodec>>(name: string, members: M): Codec<StructOf<M>> {
  const entries = Object.entries(members)
  return {
    name,
    shape: { kind: 'struct', members },
    read: (reader) => {
      const value: Record<string, unknown> = {}
      for (const [key, codec] of entries) value[key] = inside(key, () => codec.read(reader))
      return value as StructOf<M>
    },
    write: (writer, value) => {
      for (const [key, codec] of entries) inside(key, () => codec.write(writer, value[key]))
    },
  }
}

/** A codec with another value type on the outside. `toOuter` may throw a coded error. */
export function mapped<I, O>(
  inner: Codec<I>,
  name: string,
  toOuter: (value: I) => O,
  toInner: (value: O) => I,
): Codec<O> {
  return {
    name,
    shape: { kind: 'mapped', of: inner },
    read: (reader) => toOuter(inner.read(reader)),
    write: (writer, value) => inner.write(writer, toInner(value)),
  }
}

/**
 * What stands there in one of two forms: read by the first that consumes all that its reader holds. What neither reads
 * gives the error of the first.
 * @param asFirst which values are written in the first form; without it all are
 */
export function either<T>(
  first: Codec<T>,
  second: Codec<T>,
  asFirst: (value: T) => boolean = () => true,
  name = first.name,
): Codec<T> {
  return {
    name,
    shape: { kind: 'either', of: [first, second] },
    read: (reader) => {
      const { offset, touched } = reader
      const window = reader.view(reader.remaining)
      const whole = (codec: Codec<T>): T => {
        const inner = new Reader(window, offset, touched)
        const value = codec.read(inner)
        inner.end()
        return value
      }
      try {
        return whole(first)
      } catch (error) {
        if (!(error instanceof LnoError)) throw error
        try {
          return whole(second)
        } catch (again) {
          throw again instanceof LnoError ? error : again
        }
      }
    },
    write: (writer, value) => (asFirst(value) ? first : second).write(writer, value),
  }
}

/** Runs `run`; an error from it is thrown again with `part` put before its path. */
export function inside<T>(part: string | number, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw error instanceof LnoError ? located(error, { path: [part, ...(error.path ?? [])] }) : error
  }
}

/** The same error with more known about where it happened; what it knows already stays. */
export function located(error: LnoError, where: Where): LnoError {
  return new LnoError(error.code, error.message, {
    ...pick(error),
    ...where,
    cause: error.cause,
  })
}

function pick(error: LnoError): Where {
  return {
    ...(error.path && { path: error.path }),
    ...(error.tlvType !== undefined && { tlvType: error.tlvType }),
    ...(error.offset !== undefined && { offset: error.offset }),
    ...(error.spec && { spec: error.spec }),
    ...(error.rule && { rule: error.rule }),
    ...(error.details && { details: error.details }),
  }
}

/** The bytes of one value. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer()
  codec.write(writer, value)
  return writer.finish()
}

/**
 * The value that `bytes` hold, all of them.
 * @param base offset of `bytes[0]` in an outer input, for the errors
 * @throws LnoError of the codec, or `WIRE_TRAILING_BYTES`
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, base = 0): T {
  const reader = new Reader(bytes, base)
  const value = codec.read(reader)
  reader.end()
  return value
}
