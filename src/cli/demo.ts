import { formatSat, shortId } from './daemon/text.js'
import { type Fetched, fetchScene } from './demo/fetch-scene.js'
import { type Paid, payScene } from './demo/pay-scene.js'
import { type DemoNode, openStage, type Stage } from './demo/processes.js'
import { type Cast, GRANT_MSAT, type Tell, textOf } from './demo/scene.js'
import { type Context, defineCommand } from './frame/command.js'
import { interruptible } from './frame/interruptible.js'

const CAPACITY_MSAT = 100_000_000n

/** What the demo brought, for `--json`. */
interface Outcome extends Fetched, Paid {
  readonly merchant: string
  readonly relay: string
  readonly payer: string
}

export const command = defineCommand({
  description:
    'Starts a merchant, a relay and a payer as processes of their own, on loopback TCP, regtest and a temporary folder. The relay hosts a channel for each of the others. The merchant makes an offer whose blinded path starts at the relay; the payer, who knows the relay alone, fetches an invoice for it, checks it, pays it and proves that it did; a part is refunded. In the end the demo says who owes whom: a hosted channel is trust, not bitcoin. Nothing is left behind.',
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
      io.stdout.write(
        'Three Lightning nodes on this machine: an offer becomes a payment, over hosted channels and without a blockchain\n\n',
      )
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

async function play(stage: Stage, tell: Tell, io: Context['io']): Promise<Outcome> {
  const cast = await openScene(stage, tell)
  const fetched = await fetchScene(stage, tell, cast, io.now)
  const paid = await payScene(stage, tell, cast, fetched)
  return { merchant: cast.merchant.id, relay: cast.relay.id, payer: cast.payer.id, ...fetched, ...paid }
}

/** Three nodes, and a channel of the relay for each of the others. */
async function openScene(stage: Stage, tell: Tell): Promise<Cast> {
  const [merchant, relay, payer] = await Promise.all([
    stage.start('merchant'),
    stage.start('relay'),
    stage.start('payer'),
  ])
  for (const node of [merchant, relay, payer]) tell(node.name, `runs: node ${shortId(node.id)} at ${node.address}`)

  const grant = async (node: DemoNode, balanceMsat: bigint) => {
    const words = ['--capacity', CAPACITY_MSAT.toString(), '--balance', balanceMsat.toString(), '--label', node.name]
    const secret = textOf(await stage.lno('host', 'grant', ...words, ...relay.flags), 'secret')
    const file = await stage.write(`grant-${node.name}`, secret)
    await stage.lno('channel', 'open', `${relay.id}@${relay.address}`, '--secret-file', file, ...node.flags)
  }
  await Promise.all([grant(merchant, 0n), grant(payer, GRANT_MSAT)])
  tell(
    'relay',
    `hosts a channel for each of the others, who are not connected to each other; by its word the payer has ${formatSat(GRANT_MSAT)}`,
  )
  return { merchant, relay, payer }
}
