import { fromHex, toHex } from '../../../src/base/hex.js'
import { decodeInvoiceError } from '../../../src/bolt12/decode.js'
import { codeOf } from '../../support/code-of.js'
import { expectEqual, expectVerdict, issuesOf, type Listed, listed, type Vector } from '../lno.js'
import { defineReplay } from '../replay.js'

type ErrorVector = Vector & { readonly hex: string; readonly fields: readonly Listed[] }

const context = { now: 0n, chains: [] }

export default defineReplay('lno/invoice-error-test.json', (json) =>
  (json as unknown as readonly ErrorVector[]).map((vector) => ({
    name: vector.description,
    run: () => {
      const bytes = fromHex(vector.hex)
      const { inspection, issues } = issuesOf('invoice_error', bytes, context)
      expectVerdict(vector, issues)
      expectEqual(listed(inspection.records), vector.fields, 'fields')
      expectEqual(
        codeOf(() => decodeInvoiceError(bytes)),
        issues[0]?.code ?? 'accepted',
        'decoded',
      )
      if (vector.valid) expectEqual(toHex(decodeInvoiceError(bytes).bytes), vector.hex, 'bytes')
    },
  })),
)
