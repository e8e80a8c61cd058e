import { parseCount } from './daemon/options.js'
import { defineCommand } from './frame/command.js'
import { cliError, usage } from './frame/exit.js'
import { runLab } from './lab.js'

const name = (text: string) => {
  if (/^[a-z0-9][a-z0-9.-]{0,31}$/.test(text)) return text
  throw usage(`${JSON.stringify(text)} is no name of an implementation: lno interop --list shows them`)
}

const names = (text: string) => text.split(',').map(name)

export const command = defineCommand({
  description:
    'Runs scenarios between this node and LDK, LND, Core Lightning and Eclair, and prints which hold. The lab is part of a clone of the project, not of the package. What it needs is built from the registries on its first run (LDK by cargo, LND by go), and kept in ~/.cache/lno-interop; Core Lightning and Eclair are programs that you have, or containers. An implementation that cannot run here is left out with its reason.',
  args: {},
  options: {
    peers: { value: 'NAMES', parse: names, summary: 'only these implementations beside lno: ldk,lnd' },
    core: { summary: 'only the dozen cells that every change must keep' },
    all: { summary: 'also what the others do among themselves' },
    only: { value: 'TEXT', many: true, summary: 'only scenarios with this in their id' },
    payer: { value: 'NAME', parse: name, summary: 'only with this payer' },
    payee: { value: 'NAME', parse: name, summary: 'only with this payee' },
    relays: {
      value: 'NAMES',
      parse: names,
      summary: 'only over these relays, in their order; one name stands for all',
    },
    list: { summary: 'print scenarios and implementations, and run nothing' },
    report: { value: 'DIR', summary: 'write report.json and index.html, with logs and captures of every cell' },
    jobs: { value: 'COUNT', parse: parseCount(1, 64), default: '2', summary: 'cells at once' },
    containers: { summary: 'run Core Lightning and Eclair from their official images (needs a Docker engine)' },
    cln: { value: '[VERSION=]PATH', many: true, summary: 'a lightningd of yours' },
    eclair: { value: '[VERSION=]PATH', many: true, summary: 'an eclair-node of yours' },
    bitcoind: { value: 'PATH', summary: 'a bitcoind of yours, for Core Lightning and Eclair' },
  },
  examples: [
    'lno interop --peers ldk',
    'lno interop --only fetch.relay --payer ldk --payee lno --relays lnd',
    'lno interop --report report',
    'lno interop --cln v0.10.2=/opt/cln/lightningd',
  ],
  endsOnSignal: true,
  run: async ({ options, json, signal, io }) => {
    const { core, all } = options
    if (core && all) throw usage('--core and --all: one of them')
    // Its options have been read, and go over as one document.
    const settings = JSON.stringify({ ...options, json, color: io.stdout.isTTY === true })
    const code = await runLab('main.ts', [settings], { io, signal })
    if (signal.aborted) throw cliError('INTERRUPTED', `stopped by ${String(signal.reason)}`)
    return code
  },
})
