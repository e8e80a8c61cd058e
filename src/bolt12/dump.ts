import { LnoError } from '../base/error.js'
import type { AnyCodec } from '../wire/codec.js'
import { Reader } from '../wire/reader.js'
import { readRecords, rows, type Table } from '../wire/tlv.js'
import { type Kind, layoutOf } from './layout.js'

/** One line of a stream taken apart: a record, or a part of its value. */
export interface DumpRow {
  /** In the stream. */
  readonly offset: number
  readonly bytes: Uint8Array
  /** 0 for a record, 1 for a part of one. */
  readonly depth: 0 | 1
  /** Name of the field or of the part; undefined for an unknown record, `…` for what could not be split. */
  readonly name: string | undefined
  /** Of a record. */
  readonly tlvType?: bigint
  /** Bytes of type and length in front of a record's value. */
  readonly head?: number
}

/** Whether a codec reads all that a reader still holds, which stays unread. */
function readsAll(codec: AnyCodec, { bytes, base, offset }: Reader): boolean {
  const ahead = new Reader(bytes.subarray(offset - base), offset)
  try {
    codec.read(ahead)
    ahead.end()
    return true
  } catch {
    return false
  }
}

/** Appends the rows of a value: one for a plain value, else those of its parts. Throws where one cannot be read. */
function parts(codec: AnyCodec, reader: Reader, name: string, out: DumpRow[]): void {
  const { shape } = codec
  const start = reader.offset
  const row = (label: string) => {
    const bytes = reader.bytes.subarray(start - reader.base, reader.offset - reader.base)
    out.push({ offset: start, bytes, depth: 1, name: label })
  }
  switch (shape.kind) {
    case 'struct':
      for (const [member, of] of Object.entries(shape.members)) parts(of, reader, `${name}.${member}`, out)
      return
    case 'array':
      for (let i = 0; reader.remaining > 0; i++) parts(shape.of, reader, `${name}[${i}]`, out)
      return
    case 'counted': {
      const count = Number(shape.count.read(reader))
      row(`${name} (count)`)
      for (let i = 0; i < count; i++) parts(shape.of, reader, `${name}[${i}]`, out)
      return
    }
    case 'prefixed': {
      const length = Number(shape.length.read(reader))
      row(`${name} (length)`)
      const inner = reader.part(length)
      parts(shape.of, inner, name, out)
      inner.end()
      return
    }
    case 'flagged': {
      const there = shape.flag.read(reader)
      row(`${name} (flag)`)
      if (there) parts(shape.of, reader, name, out)
      return
    }
    case 'either':
      parts(shape.of.find((form) => readsAll(form, reader)) ?? shape.of[0], reader, name, out)
      return
    default:
      codec.read(reader)
      row(name)
  }
}

const COMPOSITE = ['struct', 'array', 'counted', 'prefixed', 'flagged', 'either']

/**
 * A stream line by line, for eyes: each record with its place, number, name and bytes, and the parts of lists and
 * structures below it. Never throws: what cannot be split stands in one last row.
 */
export function dump(bytes: Uint8Array, kind: Kind): readonly DumpRow[] {
  return dumpBy(layoutOf(kind).table, bytes)
}

/** The same by any table. */
export function dumpBy(table: Table, bytes: Uint8Array): readonly DumpRow[] {
  const known = rows(table)
  const { records } = readRecords(bytes)
  const out: DumpRow[] = []
  let end = 0
  for (const record of records) {
    const [name, row] = known.get(record.type) ?? []
    const head = record.bytes.length - record.value.length
    out.push({ offset: record.offset, bytes: record.bytes, depth: 0, name, tlvType: record.type, head })
    end = record.offset + record.bytes.length
    if (!row || !COMPOSITE.includes(row.codec.shape.kind)) continue
    const reader = new Reader(record.value, record.offset + head)
    try {
      parts(row.codec, reader, name ?? '', out)
    } catch (error) {
      if (!(error instanceof LnoError)) throw error
      const left = record.value.subarray(reader.offset - record.offset - head)
      if (left.length > 0) out.push({ offset: reader.offset, bytes: left, depth: 1, name: '…' })
    }
  }
  if (end < bytes.length) out.push({ offset: end, bytes: bytes.subarray(end), depth: 0, name: '…' })
  return out
}
