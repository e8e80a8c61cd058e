import { fromHex } from '../../../src/base/hex.js'
import { decode, encode } from '../../../src/wire/codec.js'
import { s8, s16, s32, s64 } from '../../../src/wire/signed.js'
import { codeOf } from '../../support/code-of.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

type Vector = { readonly value: string; readonly bytes: string }

/** The four types with numbers of one kind, narrowest first. */
const TYPES = [
  ...[s8, s16, s32].map((codec) => ({
    read: (bytes: Uint8Array) => BigInt(decode(codec, bytes)),
    write: (value: bigint) => encode(codec, Number(value)),
  })),
  { read: (bytes: Uint8Array) => decode(s64, bytes), write: (value: bigint) => encode(s64, value) },
]

export default defineReplay('bolt01/signed-integers.json', (json) =>
  (json as readonly Vector[]).map(({ value, bytes }) => ({
    name: `${value} is ${bytes}`,
    run: () => {
      // The file has each number in the narrowest type that holds it: all narrower ones refuse it.
      const width = TYPES.findIndex(({ write }) => codeOf(() => write(BigInt(value))) === 'accepted')
      const type = TYPES[width]
      if (type === undefined || 2 ** width !== bytes.length / 2) throw new Error(`fits ${2 ** width} bytes`)
      expectHex(type.write(BigInt(value)), bytes, value)
      const read = type.read(fromHex(bytes))
      if (read !== BigInt(value)) throw new Error(`read ${read}`)
    },
  })),
)
