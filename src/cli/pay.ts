import { LnoError } from '../base/error.js'
import type { Bolt12Code } from '../bolt12/codes.js'
import { decodeAs } from '../bolt12/decode.js'
import { inspect } from '../bolt12/inspect.js'
import { kindOf } from '../bolt12/layout.js'
import type { LegacyCode } from '../bolt12/legacy/codes.js'
import { decodeLegacyAs } from '../bolt12/legacy/decode.js'
import { isLegacyStream } from '../bolt12/legacy/form.js'
import { fromPasted } from '../bolt12/pasted.js'
import { errorOf } from '../bolt12/rules/rule.js'
import { decodeString } from '../bolt12/string.js'
import type { NodeCode } from '../node/codes.js'
import { chainHashOf } from '../wire/chains.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'Says whether an offer or an invoice could be paid here, and why not. This node has no wallet yet: lno fetch gets the invoice of an offer and checks it, and another wallet can pay it.\n\nOffers and invoices in the form of 2021 (Core Lightning up to v0.12.1) are refused for good: they are paid in the clear, to a node id.',
  args: { string: { summary: 'an offer or an invoice: lno1…, lni1…, or a URI that holds one', stdin: true } },
  options: {},
  examples: ['lno pay lno1…', 'lno fetch lno1… | lno pay -'],
  run: ({ args, config, io }) => {
    const { prefix, bytes } = decodeString(fromPasted(args.string))
    const kind = kindOf(prefix)
    if (kind !== 'offer' && kind !== 'invoice') {
      const hint = kind === 'invoice_request' ? '; one that stands alone sends money: lno refund claim' : ''
      throw new LnoError('STRING_WRONG_KIND' satisfies Bolt12Code, `${prefix}1… is not paid, it is ${kind}${hint}`)
    }
    if (isLegacyStream(kind, bytes)) {
      decodeLegacyAs(kind, bytes)
      const message = `${kind === 'offer' ? 'the invoice of this offer' : 'this invoice'} would be paid in the clear, to a node id`
      throw new LnoError('PAYMENT_UNBLINDED' satisfies LegacyCode, message)
    }
    decodeAs(kind, bytes)
    const context = { now: BigInt(Math.floor(io.now() / 1000)), chains: [chainHashOf(config().network)] }
    const issue = inspect(bytes, { as: kind, context }).issues[0]
    if (issue !== undefined) throw errorOf(issue)
    const instead =
      kind === 'offer' ? 'lno fetch OFFER gets its invoice, for another wallet to pay' : 'pay it with another'
    throw new LnoError('NO_WALLET' satisfies NodeCode, `there is no wallet here yet: ${instead}`)
  },
})
