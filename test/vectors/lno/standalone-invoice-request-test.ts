import { decodeInvoiceRequest } from '../../../src/bolt12/decode.js'
import { codeOf } from '../../support/code-of.js'
import { type Bolt12Vector, expectEqual, expectShown, expectVerdict, issuesOf, readContext } from '../lno.js'
import { defineReplay } from '../replay.js'

export default defineReplay('lno/standalone-invoice-request-test.json', (json) =>
  (json as unknown as readonly Bolt12Vector[]).map((vector) => ({
    name: vector.description,
    run: () => {
      const { inspection, issues } = issuesOf('invoice_request', vector.bolt12, readContext(vector.context))
      expectVerdict(vector, issues)
      expectShown('lnr', vector, inspection)
      const decoded = codeOf(() => decodeInvoiceRequest(vector.bolt12))
      const refused = issues.find(({ phase }) => phase !== 'read')
      expectEqual(decoded, refused?.code ?? 'accepted', 'decoded')
    },
  })),
)
