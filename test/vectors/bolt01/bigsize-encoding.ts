import { bigsize, encode } from '../../../src/wire/codec.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

type Vector = { readonly name: string; readonly value: string; readonly bytes: string }

export default defineReplay('bolt01/bigsize-encoding.json', (json) =>
  (json as readonly Vector[]).map(({ name, value, bytes }) => ({
    name,
    run: () => expectHex(encode(bigsize, BigInt(value)), bytes, value),
  })),
)
