/**
 * A node that behaves as a release did: what `lno interop node` runs, and the lab. It takes the words of that command, and
 * those of `lno node start` beside `--emulate`; the daemon that ships has no such switch.
 * @module
 */
import { runNode } from '../../src/cli/daemon/run-node.js'
import { defineCommand } from '../../src/cli/frame/command.js'
import { processIo } from '../../src/cli/frame/process-io.js'
import { command as declared, EMULATE } from '../../src/cli/interop-node.js'
import { main } from '../../src/cli/program.js'
import { systemRandom } from '../../src/node/random.js'
import { PROFILES } from './index.js'
import { disguise } from './profile.js'

const NAME = 'interop node'

const command = defineCommand({
  ...declared,
  args: {},
  options: EMULATE,
  run: (context) => {
    const { options, attach } = disguise(PROFILES[context.options.emulate], systemRandom)
    // None of these releases had hosted channels.
    return runNode(context, { ...options, wallet: 'none' }, attach)
  },
})

const io = processIo()
process.exitCode = await main([...NAME.split(' '), ...process.argv.slice(2)], io, [
  {
    name: NAME,
    group: 'Implementers',
    summary: 'Run a node that behaves as an old release did',
    load: async () => ({ command }),
  },
])
