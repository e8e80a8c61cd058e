import { RUN_NODE, runNode } from './daemon/run-node.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'Runs in the foreground until it is interrupted or told to stop. One line on standard output says when it is ready. What happens goes to standard error: a JSON document a line, or sentences in a terminal and with --log text.\n\nIt takes calls on 127.0.0.1 only unless told otherwise. Without a wallet it relays and fetches on every network; offers can be made on regtest only, to try things out.',
  args: {},
  options: RUN_NODE,
  examples: [
    'lno node start',
    'lno node start --network regtest --listen 127.0.0.1:9747 --listen ws://127.0.0.1:9748',
    'lno node start --listen 127.0.0.1:0 --json --log none',
  ],
  endsOnSignal: true,
  printsLines: true,
  run: (context) => runNode(context),
})
