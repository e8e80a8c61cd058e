import { HOSTING, hostingOf } from './daemon/hosting.js'
import { GENERATION_NAMES, parseGenerations } from './daemon/options.js'
import { RUN_NODE, runNode } from './daemon/run-node.js'
import { defineCommand } from './frame/command.js'

const { listen, pingPeriod, ...others } = RUN_NODE

export const command = defineCommand({
  description:
    'Runs in the foreground until it is interrupted or told to stop. One line on standard output says when it is ready. What happens goes to standard error: a JSON document a line, or sentences in a terminal and with --log text.\n\nIt takes calls on 127.0.0.1 only unless told otherwise. Its wallet is the embedded one, which pays and is paid over hosted channels: trust, not bitcoin (docs/payments.md). It needs no other program; on bitcoin it is off, since nobody tells the node the height of the chain. Without a wallet a node relays and fetches on every network; offers can be made on regtest only, to try things out.\n\nA node with channels passes payments on between them, for the fees that --fee-base and --fee-ppm say. It hosts channels for those who have a grant (lno host grant), and with --open-to for everybody.\n\nOnion messages have changed their wire form three times, and the node speaks all of them. With --generations it speaks those alone; without modern among them it makes offers in the form of 2021, for wallets of that time.',
  args: {},
  options: {
    listen,
    pingPeriod,
    generations: {
      value: 'NAME,…',
      setting: true,
      summary: `wire forms of onion messages to take, pass on, answer and send: ${GENERATION_NAMES.join(', ')} (default all)`,
      parse: parseGenerations,
    },
    ...HOSTING,
    ...others,
  },
  examples: [
    'lno node start',
    'lno node start --network regtest --listen 127.0.0.1:9747 --listen ws://127.0.0.1:9748',
    'lno node start --listen 127.0.0.1:0 --json --log none',
    'lno node start --network signet --open-to 100000sat --fee-base 0 --fee-ppm 500',
    'lno node start --network regtest --generations obs,obs2',
  ],
  endsOnSignal: true,
  printsLines: true,
  run: (context) => {
    const { generations, wallet } = context.options
    const parts = { ...(generations && { generations }), ...(wallet && { wallet }) }
    return runNode(context, { ...parts, hosting: hostingOf(context.options) })
  },
})
