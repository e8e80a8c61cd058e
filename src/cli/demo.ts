import { toHex } from '../base/hex.js'
import { decodeOffer } from '../bolt12/decode.js'
import { connectControl } from '../node/control/client.js'
import { formatMsat, shortId } from './daemon/text.js'
import { judgePurchase } from './demo/judge.js'
import { type DemoNode, openStage, type Stage } from './demo/processes.js'
import { type Context, defineCommand } from './frame/command.js'
import { cliError } from './frame/exit.js'
import { interruptible } from './frame/interruptible.js'

const AMOUNT_MSAT = 10_000n
const GOODS = 'Cup of coffee'

/** Tells what happened, with the time since the beginning. */
type Tell = (who: string, what: string) => void

/** What the demo brought, for `--json`. */
interface Outcome {
  readonly merchant: string
  readonly relay: string
  readonly payer: string
  readonly offer: string
  readonly invoice: string
  readonly invoice_request: string
  readonly rules: number
  readonly issues: number
  readonly tampered: string
  readonly forwarded: number
}

export const command = defineCommand({
  description:
    'Starts a merchant, a relay and a payer as processes of their own, on loopback TCP, regtest and a temporary folder. The merchant makes an offer whose blinded path starts at the relay; the payer, who knows the relay alone, fetches an invoice for it and checks it. Nothing is left behind.',
  args: {},
  options: {},
  examples: ['lno demo', 'lno demo --json'],
  endsOnSignal: true,
  run: async (context) => {
    const { io, json, style, result, next, signal } = context
    const began = io.now()
    const steps: { readonly ms: number; readonly who: string; readonly what: string }[] = []
    const tell: Tell = (who, what) => {
      const ms = io.now() - began
      steps.push({ ms, who, what })
      if (json) return
      const time = `${(ms / 1000).toFixed(2)} s`.padStart(8)
      io.stdout.write(
        `${style.dim(time)}  ${style.bold(who.padEnd(8))}  ${what.replaceAll('\n', `\n${' '.repeat(20)}`)}\n`,
      )
    }
    if (!json)
      io.stdout.write('Three Lightning nodes on this machine: an offer becomes an invoice over onion messages\n\n')
    let outcome: Outcome
    const stage = await openStage(signal)
    try {
      outcome = await interruptible(signal, play(stage, tell, io))
    } finally {
      await stage.clear()
    }
    tell('', 'The nodes have stopped; no process and no file is left.')
    if (json) result({ ok: true, ms: io.now() - began, ...outcome, steps }, () => '')
    next('lno node start --network regtest')
  },
})

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw cliError('DEMO_FAILED', otherwise)
}

const textOf = (document: Readonly<Record<string, unknown>>, member: string): string => {
  const value = document[member]
  if (typeof value === 'string') return value
  throw cliError('DEMO_FAILED', `a command printed no ${member}`)
}

async function play(stage: Stage, tell: Tell, io: Context['io']): Promise<Outcome> {
  const [merchant, relay, payer] = await Promise.all([
    stage.start('merchant'),
    stage.start('relay'),
    stage.start('payer'),
  ])
  for (const node of [merchant, relay, payer]) tell(node.name, `runs: node ${shortId(node.id)} at ${node.address}`)

  const at = `${relay.id}@${relay.address}`
  await Promise.all([merchant, payer].map((node) => stage.lno('peer', 'connect', at, ...node.flags)))
  tell('both', 'merchant and payer connect to the relay, and not to each other')

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

  const { rules, issues, tampered } = judgePurchase({ offer, request, invoice, amountMsat: AMOUNT_MSAT, now: io.now() })
  check(issues.length === 0, `the invoice is not good: ${issues[0]?.code}`)
  tell('payer', `checks it against offer and request, ${rules} rules: no reason not to pay`)
  check(tampered !== undefined, 'an invoice with another amount was accepted')
  tell('payer', `refuses the same invoice with 1 msat more: ${tampered?.code} (rule ${tampered?.rule})`)
  return {
    merchant: merchant.id,
    relay: relay.id,
    payer: payer.id,
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
