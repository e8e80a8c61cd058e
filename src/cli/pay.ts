import { LnoError } from '../base/error.js'
import type { Bolt12Code } from '../bolt12/codes.js'
import { kindOf } from '../bolt12/layout.js'
import { fromPasted } from '../bolt12/pasted.js'
import { errorOf } from '../bolt12/rules/rule.js'
import { decodeString } from '../bolt12/string.js'
import type { NodeCode } from '../node/codes.js'
import { chainHashOf } from '../wire/chains.js'
import { defineCommand } from './frame/command.js'
import { formOf } from './show/form.js'

export const command = defineCommand({
  description:
    'Says whether an offer or an invoice could be paid here, and why not. This node has no wallet yet: lno fetch gets the invoice of an offer and checks it, and another wallet can pay it.\n\nOffers and invoices in the form of 2021 (c-lightning v0.10.1 to v0.12.1) are refused for good: they are paid in the clear, to a node id.',
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
    const form = formOf({ kind, bytes })
    form.decode(kind, bytes)
    const context = { now: BigInt(Math.floor(io.now() / 1000)), chains: [chainHashOf(config().network)] }
    const { unpayable, issues } = form.inspect({ kind, bytes }, context)
    if (unpayable !== undefined) {
      const { code, message } = unpayable
      throw new LnoError(code, message[0]!.toLowerCase() + message.slice(1))
    }
    const issue = issues[0]
    if (issue !== undefined) throw errorOf(issue)
    const instead =
      kind === 'offer'
        ? 'lno fetch OFFER gets its invoice, for another wallet to pay'
        : 'pay the invoice with another one'
    throw new LnoError('NO_WALLET' satisfies NodeCode, `there is no wallet here yet: ${instead}`)
  },
})
