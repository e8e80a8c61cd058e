import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseCount } from './daemon/options.js'
import { defineCommand } from './frame/command.js'
import { cliError, EXIT, usage } from './frame/exit.js'

/** The lab of a clone; the package has none. */
const LAB = fileURLToPath(new URL('../../interop/main.ts', import.meta.url))

/** What runs the lab, of the clone itself: by its bare name Node would look for it in the folder that the command is called in. */
function tsx(): string {
  try {
    return import.meta.resolve('tsx')
  } catch (error) {
    throw cliError('LAB_NOT_HERE', 'what runs the lab is not installed: npm ci brings it', { cause: error })
  }
}

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
    if (!existsSync(LAB)) {
      throw cliError('LAB_NOT_HERE', 'the interop lab is not part of the package')
    }
    const { core, all } = options
    if (core && all) throw usage('--core and --all: one of them')
    const runner = tsx()
    // The lab is TypeScript and runs as it is; its options have been read, and go over as one document.
    const settings = JSON.stringify({ ...options, json, color: io.stdout.isTTY === true })
    // The channel tells the lab that we are gone, however we went.
    const child = spawn(process.execPath, ['--import', runner, LAB, settings], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: io.env,
    })
    const forward = () => child.kill(signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT')
    signal.addEventListener('abort', forward, { once: true })
    return new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(cliError('LAB_NOT_HERE', error.message, { cause: error })))
      child.once('close', (code) => {
        if (signal.aborted) reject(cliError('INTERRUPTED', `stopped by ${String(signal.reason)}`))
        else resolve(code ?? EXIT.invalid)
      })
    })
  },
})
