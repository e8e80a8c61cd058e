import { fromHex } from '../../../src/base/hex.js'
import { decodeMessage, encodeMessage } from '../../../src/wire/message.js'
import { INIT } from '../../../src/wire/messages/init.js'
import { codeOf } from '../../support/code-of.js'
import { expectHex } from '../../support/expect-hex.js'
import { type Case, defineReplay } from '../replay.js'

type Vector = { readonly message: string; readonly comment: string }
type File = { readonly valid: readonly Vector[]; readonly invalid: readonly Vector[] }

const CODES: Readonly<Record<string, string>> = {
  'extension truncated': 'WIRE_TRUNCATED',
  'unknown even record': 'TLV_UNKNOWN_EVEN',
  'duplicate record type': 'TLV_ORDER',
}

export default defineReplay('bolt01/init-extension.json', (json) => {
  const { valid, invalid } = json as File
  return [
    ...valid.map(
      ({ message, comment }): Case => ({
        name: `${comment}: read, and written again as it was`,
        run: () => {
          const { fields, records } = decodeMessage(INIT, fromHex(message))
          expectHex(encodeMessage(INIT, fields, records), message, 'message')
        },
      }),
    ),
    ...invalid.map(
      ({ message, comment }): Case => ({
        name: `${comment}: refused for that`,
        run: () => {
          const code = codeOf(() => decodeMessage(INIT, fromHex(message)))
          if (code !== CODES[comment]) throw new Error(code)
        },
      }),
    ),
  ]
})
