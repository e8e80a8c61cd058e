import { toHex } from '../../../src/base/hex.js'
import { decodeOffer } from '../../../src/bolt12/decode.js'
import { codeOf } from '../../support/code-of.js'
import { defineReplay } from '../replay.js'

type Vector = { readonly comment: string; readonly valid: boolean; readonly string: string }

/** What the refused strings do wrong. */
const CODES: Readonly<Record<string, string>> = {
  'Mixed case is invalid': 'STRING_MIXED_CASE',
  '+ must be surrounded by bech32 characters': 'STRING_BAD_CONTINUATION',
}

export default defineReplay('bolt12/format-string-test.json', (json) => {
  const vectors = json as readonly Vector[]
  const expected = toHex(decodeOffer(vectors[0]!.string).bytes)
  return vectors.map(({ comment, valid, string }, i) => ({
    name: `${i}: ${comment}`,
    run: () => {
      const code = codeOf(() => decodeOffer(string))
      const wanted = valid ? 'accepted' : CODES[comment]
      if (code !== wanted) throw new Error(`${code}, expected ${wanted}`)
      // All the valid strings of the file are one offer, written in several ways.
      if (valid && toHex(decodeOffer(string).bytes) !== expected) throw new Error('another offer than the first one')
    },
  }))
})
