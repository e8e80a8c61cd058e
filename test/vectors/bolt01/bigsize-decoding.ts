import { fromHex } from '../../../src/base/hex.js'
import { bigsize, decode } from '../../../src/wire/codec.js'
import { codeOf } from '../../support/code-of.js'
import { defineReplay } from '../replay.js'

type Vector = { readonly name: string; readonly value: string; readonly bytes: string; readonly exp_error?: string }

/** The reasons that the file gives, in our codes: the end is told from a form that is too long. */
const CODES: Readonly<Record<string, string>> = {
  'decoded bigsize is not canonical': 'BIGSIZE_NOT_MINIMAL',
  'unexpected EOF': 'WIRE_TRUNCATED',
  EOF: 'WIRE_TRUNCATED',
}

export default defineReplay('bolt01/bigsize-decoding.json', (json) =>
  (json as readonly Vector[]).map(({ name, value, bytes, exp_error }) => ({
    name,
    run: () => {
      if (exp_error !== undefined) {
        const code = codeOf(() => decode(bigsize, fromHex(bytes)))
        if (code !== CODES[exp_error]) throw new Error(`${exp_error}: ${code}`)
        return
      }
      const read = decode(bigsize, fromHex(bytes))
      if (read !== BigInt(value)) throw new Error(`read ${read}, the file says ${value}`)
    },
  })),
)
