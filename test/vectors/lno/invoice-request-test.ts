import { decodeInvoiceRequest, decodeOffer } from '../../../src/bolt12/decode.js'
import { checkOffer } from '../../../src/bolt12/inspect.js'
import { INVOICE_REQUEST, type InvoiceRequestMessage } from '../../../src/bolt12/invoice-request.js'
import { REQUEST_MATCH_RULES, type RequestArrival } from '../../../src/bolt12/rules/request-match.js'
import { judgeMatch } from '../../../src/bolt12/rules/rule.js'
import { codeOf } from '../../support/code-of.js'
import { type Bolt12Vector, expectEqual, expectShown, expectVerdict, issuesOf, readContext } from '../lno.js'
import { defineReplay } from '../replay.js'

type RequestVector = Bolt12Vector & { readonly offer: string }

export default defineReplay('lno/invoice-request-test.json', (json) =>
  (json as unknown as readonly RequestVector[]).map((vector) => ({
    name: vector.description,
    run: () => {
      const context = readContext(vector.context)
      const arrivedOn = vector.context.arrived_on as RequestArrival['arrivedOn']
      const offer = decodeOffer(vector.offer)
      const { inspection, issues } = issuesOf<InvoiceRequestMessage>(
        'invoice_request',
        vector.bolt12,
        context,
        (request) => [
          ...judgeMatch(REQUEST_MATCH_RULES, request, { offer, arrivedOn }, INVOICE_REQUEST),
          // An offer that is not in force any more is none of ours (rule RR7); its chain is judged in the request.
          ...checkOffer(offer, { ...context, chains: offer.fields.offer_chains ?? context.chains })
            .issues.filter(({ rule }) => rule === 'OR10')
            .map((issue) => ({ ...issue, rule: 'RR7' })),
        ],
      )
      expectVerdict(vector, issues)
      expectShown('lnr', vector, inspection)
      const refused = issues.some(({ phase }) => phase !== 'read' && phase !== 'match' && phase !== undefined)
      const decoded = codeOf(() => decodeInvoiceRequest(vector.bolt12))
      if (refused || vector.valid) expectEqual(decoded, vector.valid ? 'accepted' : issues[0]?.code, 'decoded')
    },
  })),
)
