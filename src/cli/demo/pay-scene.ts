import { toHex } from '../../base/hex.js'
import { decodeInvoice } from '../../bolt12/decode.js'
import { formatMsat, formatSat, shortId } from '../daemon/text.js'
import type { Fetched } from './fetch-scene.js'
import type { DemoNode, Stage } from './processes.js'
import { AMOUNT_MSAT, type Cast, check, GRANT_MSAT, type Tell, textOf } from './scene.js'

const REFUND_MSAT = 4_000n
const QUESTION = 'for the demo'

/** What came of it, for `--json`. */
export interface Paid {
  readonly payment_id: string
  readonly preimage: string
  readonly fee_msat: string
  readonly proof: string
  readonly refund: string
  /** What the relay owes in the end, by whom it owes it. */
  readonly owed_msat: { readonly merchant: string; readonly payer: string }
}

/** The payer pays and proves it; the merchant gives a part back. */
export async function payScene(
  stage: Stage,
  tell: Tell,
  { merchant, relay, payer }: Cast,
  { invoice }: Fetched,
): Promise<Paid> {
  tell('payer', `lno pay ${invoice.slice(0, 12)}… --yes`)
  const payment = await stage.lno('pay', invoice, '--yes', ...payer.flags)
  const [id, preimage, fee] = ['payment_id', 'preimage', 'fee_msat'].map((member) => textOf(payment, member))
  check(textOf(payment, 'status') === 'paid', 'the payment is not paid')
  tell(
    'payer',
    `has paid ${formatMsat(AMOUNT_MSAT)} and ${formatMsat(BigInt(fee!))} of fees; preimage ${shortId(preimage!)}`,
  )
  const seen = JSON.stringify(payment) + toHex(decodeInvoice(invoice).bytes)
  check(!seen.includes(merchant.id), 'the payer has learned who the merchant is')
  tell('payer', 'has never seen the id of the merchant: neither offer, nor invoice, nor payment has it')

  const include = ['--include', 'offer_description', '--include', 'invoice_amount']
  const proof = textOf(await stage.lno('proof', 'create', id!, ...include, '--note', QUESTION, ...payer.flags), 'proof')
  const [, refund] = await Promise.all([
    stage.lno('proof', 'verify', proof),
    refundScene(stage, { merchant, relay, payer }),
  ])
  tell('payer', `proves it to anybody: lno proof verify ${proof.slice(0, 12)}… finds it valid`)
  tell('merchant', `refunds ${formatMsat(REFUND_MSAT)}: the payer has claimed it, and it has arrived`)

  const owed = await debts(stage, relay)
  const [toMerchant, toPayer] = [owed(merchant), owed(payer)]
  const left = GRANT_MSAT - AMOUNT_MSAT - BigInt(fee!) + REFUND_MSAT
  check(toPayer === left, `the relay owes the payer ${toPayer} msat, and not ${left} msat`)
  const earned = GRANT_MSAT - toMerchant - toPayer
  tell(
    'relay',
    `owes the merchant ${formatSat(toMerchant)} and the payer ${formatSat(toPayer)}: trust, not bitcoin (${formatSat(earned)} were its fees)`,
  )
  return {
    payment_id: id!,
    preimage: preimage!,
    fee_msat: fee!,
    proof,
    refund,
    owed_msat: { merchant: toMerchant.toString(), payer: toPayer.toString() },
  }
}

/** The merchant offers money back, the payer claims it. Resolves when it has arrived. */
async function refundScene(stage: Stage, { merchant, relay, payer }: Cast): Promise<string> {
  const words = ['--amount', REFUND_MSAT.toString(), '--description', 'The coffee was cold', '--path', relay.id]
  const refund = textOf(await stage.lno('refund', 'create', ...words, ...merchant.flags), 'bolt12')
  const claimed = await stage.lno('refund', 'claim', refund, ...payer.flags)
  check(claimed.paid === true, 'the refund did not arrive')
  return refund
}

/** What the host owes to each of its clients, msat. */
async function debts(stage: Stage, host: DemoNode): Promise<(client: DemoNode) => bigint> {
  const { channels } = await stage.lno('channel', 'list', ...host.flags)
  const all = channels as readonly {
    readonly peer: string
    readonly owes: { readonly who: string; readonly msat: string }
  }[]
  return (client) => {
    const owes = all.find(({ peer }) => peer === client.id)?.owes
    return owes?.who === 'us' ? BigInt(owes.msat) : 0n
  }
}
