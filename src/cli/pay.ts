import { randomBytes } from 'node:crypto'
import { escapeForDisplay } from '../base/display.js'
import { isLnoError, LnoError } from '../base/error.js'
import type { Bolt12Code } from '../bolt12/codes.js'
import { decodeInvoice, decodeOffer } from '../bolt12/decode.js'
import type { InvoiceMessage } from '../bolt12/invoice.js'
import { kindOf } from '../bolt12/layout.js'
import type { OfferMessage } from '../bolt12/offer.js'
import { fromPasted } from '../bolt12/pasted.js'
import { errorOf } from '../bolt12/rules/rule.js'
import { decodeString } from '../bolt12/string.js'
import { modernQuestion } from '../node/payer/question.js'
import { defaultMaxFee } from '../node/payments/price.js'
import type { PaymentView } from '../node/payments/view.js'
import { chainHashOf } from '../wire/chains.js'
import { type NodeClient, openNode } from './daemon/client.js'
import { failureLines } from './daemon/fetch-text.js'
import { parseAmount, parseCount, parseDurationIn, parseQuantity, SCID, VIA } from './daemon/options.js'
import { type PayProgress, paymentIdOf, payProgressText } from './daemon/pay-progress.js'
import { paidText, paymentText, quoteText } from './daemon/payment-text.js'
import { formatMsat, formatTime } from './daemon/text.js'
import { canAsk, confirmed } from './frame/ask.js'
import { type Context, defineCommand } from './frame/command.js'
import { cliError, EXIT, usage } from './frame/exit.js'
import { formOf } from './show/form.js'

const options = {
  amount: { value: 'MSAT', parse: parseAmount, summary: '10000 (msat) or 10sat; needed where the offer has no amount' },
  quantity: { value: 'COUNT', parse: parseQuantity, summary: 'how many; needed where the offer takes a quantity' },
  note: { value: 'TEXT', summary: 'a note to the issuer' },
  maxFee: {
    value: 'MSAT',
    parse: parseAmount,
    summary: 'the most that it may cost beyond the amount (default 1 %, or 5sat where that is more)',
  },
  label: { value: 'TEXT', summary: 'a name of your own, which nobody else sees' },
  yes: { short: 'y', summary: 'pay without a question; needed where nobody can be asked' },
  dryRun: { summary: 'do everything but pay: ask for the invoice, check it, find a way' },
  via: VIA,
  scid: SCID,
  attempts: { value: 'COUNT', parse: parseCount(1, 10), default: '3', summary: 'how often to ask for the invoice' },
  timeout: {
    value: 'TIME',
    parse: parseDurationIn(100, 600_000, 'from 100ms to 10m'),
    default: '15s',
    summary: 'how long to wait for the invoice, each time',
  },
  verbose: { short: 'v', summary: 'tell of each onion message, too' },
} as const

/** What is to be paid, as far as its own string tells. */
interface Plan {
  /** For people. */
  readonly what: string
  /** The most that arrives. */
  readonly amountMsat: bigint
  /** The amount to ask for, or of an invoice what was authorised; undefined where the offer's price is to be asked for. */
  readonly saidMsat: bigint | undefined
}

export const command = defineCommand({
  description:
    'Pays an offer or an invoice from the wallet of the running node. Of an offer it asks the issuer for an invoice first, and checks it against everything that was asked for: the amount may not be above what was said here, and the fee not above --max-fee.\n\nIn a terminal it asks before it pays. Where nobody can be asked (a script, a string from standard input) it pays with --yes alone: a price or --amount says how much, and not that.\n\nA payment that was begun goes on by itself, whatever becomes of this command: Ctrl-C ends the waiting, and lno payment show tells how it ended. The same invoice is never paid twice.\n\nOffers and invoices in the form of 2021 (c-lightning v0.10.1 to v0.12.1) are refused for good: they are paid in the clear, to a node id.',
  args: { string: { summary: 'an offer or an invoice: lno1…, lni1…, or a URI that holds one', stdin: true } },
  options,
  examples: [
    'lno pay lno1…',
    'lno pay lno1… --amount 10sat --note "for the coffee"',
    'lno pay lno1… --dry-run',
    'lno fetch lno1… | lno pay - --yes --max-fee 1sat',
  ],
  endsOnSignal: true,
  run: async (context) => {
    const { options, io, json, result, next, note } = context
    // Here too, so that what cannot be paid is said without a node.
    const plan = planOf(context)
    const maxFeeMsat = options.maxFee ?? defaultMaxFee(plan.amountMsat)
    const asks = !options.yes && !options.dryRun
    if (asks && !canAsk(io)) {
      throw usage('nobody can be asked here whether to pay: --yes pays, --dry-run shows what would be paid')
    }
    // Before the question: nobody should say yes for nothing.
    const node = await openNode(context)
    try {
      if (asks) {
        const question = `Pay ${formatMsat(plan.amountMsat)} for ${plan.what}, and up to ${formatMsat(maxFeeMsat)} of fees?`
        if (!(await confirmed(io, question))) throw cliError('NOT_CONFIRMED', 'nothing was paid')
      }
      const outcome = await start(context, node, plan, maxFeeMsat)
      const { payment } = outcome
      if (options.dryRun) {
        result(payment, () => quoteText(payment, context.width, context.style.dim))
        if (!json) note('So it would be paid now; nothing was.')
        next('lno pay STRING')
        return EXIT.ok
      }
      return ended(context, outcome)
    } catch (error) {
      if (isLnoError(error) && !json) for (const line of failureLines(error, 'lno pay OFFER')) note(line)
      throw error
    } finally {
      node.close()
    }
  },
})

type PayContext = Context<{ readonly string: { readonly summary: string } }, typeof options>

/** Tells how a payment ended. */
function ended(
  { result, next, fail, note, width, style, json }: PayContext,
  { payment, isNews }: { readonly payment: PaymentView; readonly isNews: boolean },
): number {
  result(payment, () =>
    payment.status === 'paid' ? paidText(payment, width, style.dim) : paymentText(payment, width, style.dim),
  )
  const id = payment.payment_id.slice(0, 16)
  if (payment.status === 'failed') {
    const { code, message } = payment.failure ?? { code: 'PAYMENT_REFUSED', message: 'the payment failed' }
    return fail(new LnoError(code, message))
  }
  if (payment.status === 'paid' && !isNews && !json) {
    const at = payment.ended_at === undefined ? '' : ` at ${formatTime(payment.ended_at)}`
    note(`This invoice was paid before${at}: nothing was paid now.`)
  }
  if (payment.status !== 'paid' && !json) note(`The payment goes on by itself: lno payment show ${id}`)
  next(payment.status === 'paid' ? `lno proof create ${id}` : `lno payment show ${id}`)
  return EXIT.ok
}

/** Pays at the node, and tells how far it is. An interruption ends the waiting, and what was begun goes on. */
async function start(
  { args, options, signal, note, json }: PayContext,
  node: NodeClient,
  plan: Plan,
  maxFeeMsat: bigint,
): Promise<{ readonly payment: PaymentView /** It ended now, and not before. */; readonly isNews: boolean }> {
  const { quantity, via, scid } = options
  let id: string | undefined
  let begun = false
  let isNews = false
  const onProgress = (progress: unknown) => {
    // A node of this protocol version sends objects.
    const step = progress as PayProgress
    id = paymentIdOf(step) ?? id
    begun ||= step.step === 'part_sent'
    isNews ||= step.step === 'paid'
    const line = payProgressText(step, options.verbose, plan.what)
    if (line !== undefined && !json) note(line)
  }
  try {
    const payment = await node.call(
      'pay.start',
      {
        string: args.string.trim(),
        ...(plan.saidMsat !== undefined && { amount_msat: plan.saidMsat.toString() }),
        ...(quantity !== undefined && { quantity: quantity.toString() }),
        ...(options.note !== undefined && { payer_note: options.note }),
        ...(options.label !== undefined && { label: options.label }),
        max_fee_msat: maxFeeMsat.toString(),
        ...(options.dryRun && { dry_run: true }),
        via: [...via],
        scids: [...scid],
        attempts: options.attempts,
        timeout_ms: options.timeout,
      },
      { signal, onProgress },
    )
    return { payment, isNews }
  } catch (error) {
    if (!signal.aborted) throw error
    throw cliError('INTERRUPTED', `stopped by ${String(signal.reason)}; ${afterwards(id, begun, options.dryRun)}`)
  }
}

/** What becomes of a payment whose command was interrupted. */
function afterwards(id: string | undefined, begun: boolean, dryRun: boolean): string {
  if (dryRun) return 'nothing was paid'
  if (id === undefined) return 'what became of it: lno payment list'
  return `${begun ? 'the payment goes on by itself' : 'what became of it'}: lno payment show ${id.slice(0, 16)}`
}

/** @throws LnoError what makes it unpayable, with the rule */
function planOf({ args, config, io, options }: PayContext): Plan {
  const { prefix, bytes } = decodeString(fromPasted(args.string))
  const kind = kindOf(prefix)
  if (kind !== 'offer' && kind !== 'invoice') {
    const hint = kind === 'invoice_request' ? '; one that stands alone sends money: lno refund claim' : ''
    throw new LnoError('STRING_WRONG_KIND' satisfies Bolt12Code, `${prefix}1… is not paid, it is ${kind}${hint}`)
  }
  const form = formOf({ kind, bytes })
  form.decode(kind, bytes)
  const now = BigInt(Math.floor(io.now() / 1000))
  const chains = [chainHashOf(config().network)]
  const { unpayable, issues } = form.inspect({ kind, bytes }, { now, chains })
  if (unpayable !== undefined) {
    const { code, message } = unpayable
    throw new LnoError(code, message[0]!.toLowerCase() + message.slice(1))
  }
  const issue = issues[0]
  if (issue !== undefined) throw errorOf(issue)
  return kind === 'offer'
    ? offerPlan(decodeOffer(bytes), options, { now, chains })
    : invoicePlan(decodeInvoice(bytes), options)
}

type Terms = Pick<PayContext['options'], 'amount' | 'quantity' | 'note'>

function offerPlan(
  offer: OfferMessage,
  { amount, quantity, note }: Terms,
  { now, chains }: { readonly now: bigint; readonly chains: readonly Uint8Array[] },
): Plan {
  const {
    offer_amount: price,
    offer_currency: currency,
    offer_description: description,
    offer_issuer: issuer,
  } = offer.fields
  if (amount === undefined && price === undefined) throw usage('the offer has no amount: --amount says how much')
  if (amount === undefined && currency !== undefined) {
    throw usage(`the price is in ${escapeForDisplay(currency)}: --amount says how much to pay for it at most`)
  }
  // A request that is not sent: what the terms break is said here, and what may be paid follows from them.
  const random = (length: number) => new Uint8Array(randomBytes(length))
  const terms = {
    ...(amount !== undefined && { amountMsat: amount }),
    ...(quantity !== undefined && { quantity }),
    ...(note !== undefined && { payerNote: note }),
  }
  const { authorisedMsat } = modernQuestion(offer, terms, { now, chains, random }).question
  const count = quantity === undefined || quantity === 1n ? '' : `${quantity} x `
  return { what: `${count}${whatText(description, issuer)}`, amountMsat: authorisedMsat, saidMsat: amount }
}

function invoicePlan({ fields }: InvoiceMessage, { amount, quantity, note }: Terms): Plan {
  if (quantity !== undefined || note !== undefined) {
    throw usage('an invoice says everything already: --quantity and --note go with an offer')
  }
  const invoiced = fields.invoice_amount ?? 0n
  if (amount !== undefined && invoiced > amount) {
    throw new LnoError(
      'INVOICE_AMOUNT_UNAUTHORISED' satisfies Bolt12Code,
      `${invoiced} msat, at most ${amount} msat were authorised`,
      { rule: 'IR13', path: ['invoice_amount'] },
    )
  }
  return { what: whatText(fields.offer_description, fields.offer_issuer), amountMsat: invoiced, saidMsat: invoiced }
}

function whatText(description: string | undefined, issuer: string | undefined): string {
  const from = issuer === undefined ? '' : ` of ${escapeForDisplay(issuer)}`
  return description === undefined ? `something without a name${from}` : `"${escapeForDisplay(description)}"${from}`
}
