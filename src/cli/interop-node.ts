import { RUN_NODE } from './daemon/run-node.js'
import { defineCommand } from './frame/command.js'
import { runLab } from './lab.js'

/** For the lab's program as well, which reads the same words again; it has a profile for each of these releases. */
export const EMULATE = {
  emulate: { value: 'RELEASE', choices: ['v0.10.2', 'v0.11', 'v22.11'], required: true, summary: 'which release' },
  ...RUN_NODE,
} as const

export const command = defineCommand({
  description:
    'Runs a node that behaves as a release of c-lightning or Core Lightning did where others can see it: the forms of onion messages and offers, the order in which it sends them, its features, its limits. Part of a clone of the project, not of the package.\n\nAll commands talk to it as to any node of yours: lno --data-dir FOLDER offer create. It runs in the foreground, as lno node start does.',
  args: {},
  options: EMULATE,
  examples: [
    'lno interop node --emulate v0.10.2 --network regtest --data-dir /tmp/old',
    'lno interop node --emulate v22.11 --network regtest --data-dir /tmp/old --listen 127.0.0.1:0 --json',
  ],
  endsOnSignal: true,
  printsLines: true,
  run: ({ words, io, signal }) => runLab('profiles/node.ts', words, { io, signal }),
})
