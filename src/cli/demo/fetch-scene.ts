import { toHex } from '../../base/hex.js'
import { decodeOffer } from '../../bolt12/decode.js'
import { connectControl } from '../../node/control/client.js'
import { formatMsat } from '../daemon/text.js'
import { judgePurchase } from './judge.js'
import type { DemoNode, Stage } from './processes.js'
import { AMOUNT_MSAT, type Cast, check, GOODS, type Tell, textOf } from './scene.js'

/** What came of it, for `--json`. */
export interface Fetched {
  readonly offer: string
  readonly invoice: string
  readonly invoice_request: string
  readonly rules: number
  readonly issues: number
  readonly tampered: string
  readonly forwarded: number
}

/** The merchant makes an offer; the payer gets an invoice for it and judges it. */
export async function fetchScene(
  stage: Stage,
  tell: Tell,
  { merchant, relay, payer }: Cast,
  now: () => number,
): Promise<Fetched> {
  const passedOn = await countForwards(relay)
  const amount = AMOUNT_MSAT.toString()
  const words = ['--amount', amount, '--description', GOODS, '--path', relay.id]
  const offer = textOf(await stage.lno('offer', 'create', ...words, ...merchant.flags), 'bolt12')
  check(!toHex(decodeOffer(offer).bytes).includes(merchant.id), 'the offer names the merchant')
  tell(
    'merchant',
    `offers "${GOODS}" for ${formatMsat(AMOUNT_MSAT)}; its path starts at the relay:\n${offer.slice(0, 28)}… (${offer.length} characters, the merchant's id not among them)`,
  )

  tell('payer', `lno fetch ${offer.slice(0, 12)}…`)
  const fetched = await stage.lno('fetch', offer, ...payer.flags)
  const invoice = textOf(fetched, 'bolt12')
  const request = textOf(fetched, 'invoice_request')
  const forwarded = await passedOn()
  check(forwarded === 2, `the relay passed on ${forwarded} messages instead of 2`)
  tell('relay', 'has passed on 2 onion messages, one each way, and could read neither')
  tell(
    'payer',
    `has an invoice over ${formatMsat(BigInt(textOf(fetched, 'amount_msat')))}, signed with the key at the path's end`,
  )

  const { rules, issues, tampered } = judgePurchase({ offer, request, invoice, amountMsat: AMOUNT_MSAT, now: now() })
  check(issues.length === 0, `the invoice is not good: ${issues[0]?.code}`)
  tell('payer', `checks it against offer and request, ${rules} rules: no reason not to pay`)
  check(tampered !== undefined, 'an invoice with another amount was accepted')
  tell('payer', `refuses the same invoice with 1 msat more: ${tampered?.code} (rule ${tampered?.rule})`)
  return {
    offer,
    invoice,
    invoice_request: request,
    rules,
    issues: issues.length,
    tampered: tampered?.code ?? '',
    forwarded,
  }
}

/** Counts what the relay passes on from now on. The function ends the counting and says how many. */
async function countForwards(relay: DemoNode): Promise<() => Promise<number>> {
  const control = await connectControl(relay.dataDir)
  let count = 0
  await control.subscribe(
    () => {
      count++
    },
    { kinds: ['message_forwarded'] },
  )
  return async () => {
    // Events are in order: once this is answered, all that came before has been counted.
    await control.call('node.info', {})
    control.close()
    return count
  }
}
