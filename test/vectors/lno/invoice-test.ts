import { fromHex } from '../../../src/base/hex.js'
import { decodeInvoice, decodeInvoiceRequest, decodeOffer } from '../../../src/bolt12/decode.js'
import { INVOICE, type InvoiceMessage } from '../../../src/bolt12/invoice.js'
import { INVOICE_MATCH_RULES, type InvoiceArrival } from '../../../src/bolt12/rules/invoice-match.js'
import { judgeMatch } from '../../../src/bolt12/rules/rule.js'
import { paymentParts, usableFallbacks, usablePaths, verifyInvoiceFor } from '../../../src/bolt12/verify-invoice.js'
import { codeOf } from '../../support/code-of.js'
import { type Bolt12Vector, expectEqual, expectShown, expectVerdict, issuesOf, readContext } from '../lno.js'
import { defineReplay } from '../replay.js'

type InvoiceVector = Bolt12Vector & {
  readonly offer?: string
  readonly invoice_request: string
  readonly expect?: {
    readonly usable_paths?: readonly number[]
    readonly parts?: string
    readonly usable_fallbacks?: readonly number[]
  }
}

/** Which of `all` stand in `some`, by their places. */
function places<T>(all: readonly T[] | undefined, some: readonly T[]): readonly number[] {
  return some.map((each) => all?.indexOf(each) ?? -1)
}

function expectUse(
  invoice: InvoiceMessage,
  { usable_paths, parts, usable_fallbacks }: NonNullable<InvoiceVector['expect']>,
) {
  const { invoice_paths, invoice_fallbacks } = invoice.fields
  const paths = usablePaths(invoice).map(({ path }) => path)
  if (usable_paths) expectEqual(places(invoice_paths, paths), usable_paths, 'usable paths')
  if (parts) expectEqual(paymentParts(invoice), parts, 'parts')
  if (usable_fallbacks) expectEqual(places(invoice_fallbacks, usableFallbacks(invoice)), usable_fallbacks, 'fallbacks')
}

export default defineReplay('lno/invoice-test.json', (json) =>
  (json as unknown as readonly InvoiceVector[]).map((vector) => ({
    name: vector.description,
    run: () => {
      const { arrived_on, sent_to, authorised_msat } = vector.context
      const counterpart = {
        ...readContext(vector.context),
        offer: vector.offer === undefined ? undefined : decodeOffer(vector.offer),
        request: decodeInvoiceRequest(vector.invoice_request),
        arrivedOn: arrived_on as InvoiceArrival,
        sentTo: sent_to === undefined ? undefined : fromHex(sent_to),
        authorisedMsat: authorised_msat === undefined ? undefined : BigInt(authorised_msat),
      }
      const { inspection, issues } = issuesOf<InvoiceMessage>('invoice', vector.bolt12, counterpart, (invoice) =>
        judgeMatch(INVOICE_MATCH_RULES, invoice, counterpart, INVOICE),
      )
      expectVerdict(vector, issues)
      expectShown('lni', vector, inspection)
      const refused = issues.find(({ phase }) => phase !== 'read' && phase !== 'match')
      expectEqual(
        codeOf(() => decodeInvoice(vector.bolt12)),
        refused?.code ?? 'accepted',
        'decoded',
      )
      if (refused !== undefined) return
      const invoice = decodeInvoice(vector.bolt12)
      expectEqual(verifyInvoiceFor(counterpart, invoice).ok, vector.valid, 'verified')
      if (vector.expect) expectUse(invoice, vector.expect)
    },
  })),
)
