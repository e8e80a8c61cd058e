import { LnoError } from '../base/error.js'
import type { Codec } from './codec.js'
import type { WireCode } from './codes.js'

function outOfRange(name: string, value: number | bigint): never {
  throw new LnoError('VALUE_OUT_OF_RANGE' satisfies WireCode, `${value} does not fit ${name}`, { spec: 'BOLT 1' })
}

function signed(name: string, bytes: 1 | 2 | 4): Codec<number> {
  const span = 256 ** bytes
  return {
    name,
    shape: { kind: 'int', bytes },
    read: (reader) => {
      const value = reader.uint(bytes)
      return value < span / 2 ? value : value - span
    },
    write: (writer, value) => {
      if (!Number.isInteger(value) || value < -span / 2 || value >= span / 2) outOfRange(name, value)
      writer.uint(value < 0 ? value + span : value, bytes)
    },
  }
}

/** Signed integers of BOLT 1: two's complement, big-endian, fixed width. */
export const s8: Codec<number> = /* @__PURE__ */ signed('s8', 1)
export const s16: Codec<number> = /* @__PURE__ */ signed('s16', 2)
export const s32: Codec<number> = /* @__PURE__ */ signed('s32', 4)

export const s64: Codec<bigint> = {
  name: 's64',
  shape: { kind: 'int', bytes: 8 },
  read: (reader) => BigInt.asIntN(64, reader.u64()),
  write: (writer, value) => {
    if (BigInt.asIntN(64, value) !== value) outOfRange('s64', value)
    writer.u64(BigInt.asUintN(64, value))
  },
}
