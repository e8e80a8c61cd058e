import { isLnoError } from '../base/error.js'
import { parseAddress } from '../node/addresses.js'
import type { JsonEvent } from '../node/events.js'
import { parseScidLink } from '../node/scids.js'
import { CAPTURE, captureRequest } from './daemon/capture.js'
import { eventText } from './daemon/event-text.js'
import { GENERATION_NAMES, parseDurationIn, parseGenerations, SCID } from './daemon/options.js'
import { defineCommand } from './frame/command.js'
import { EXIT } from './frame/exit.js'
import { jsonText } from './frame/json.js'
import { programVersion } from './version.js'

/** Port of our own by default: 9735 belongs to the LND or CLN that may run on this machine. */
const DEFAULT_LISTEN = '127.0.0.1:9747'

/** Told too often, or twice: left out of the lines for people. */
const QUIET_KINDS: ReadonlySet<string> = new Set(['node_ready', 'fetch_progress', 'reply_late'])

export const command = defineCommand({
  description:
    'Runs in the foreground until it is interrupted or told to stop. One line on standard output says when it is ready. What happens goes to standard error: a JSON document a line, or sentences in a terminal and with --log text.\n\nIt takes calls on 127.0.0.1 only unless told otherwise. Without a wallet it relays and fetches on every network; offers can be made on regtest only, to try things out.\n\nOnion messages have changed their wire form three times, and the node speaks all of them. With --generations it speaks those alone; without modern among them it makes offers in the form of 2021, for wallets of that time.',
  args: {},
  options: {
    listen: {
      value: 'HOST:PORT',
      many: true,
      setting: true,
      summary: `where to take calls; ws://HOST:PORT for WebSockets, port 0 for any, none for nowhere (default ${DEFAULT_LISTEN})`,
      parse: (text: string) => (text === 'none' ? undefined : parseAddress(text)),
    },
    pingPeriod: {
      value: 'TIME',
      setting: true,
      default: '30s',
      summary: 'how often to ask peers for a sign of life, give or take a half',
      parse: parseDurationIn(100, 86_400_000, 'from 100ms to 1d'),
    },
    generations: {
      value: 'NAME,…',
      setting: true,
      summary: `wire forms of onion messages to take, pass on, answer and send: ${GENERATION_NAMES.join(', ')} (default all)`,
      parse: parseGenerations,
    },
    scid: { ...SCID, setting: true, parse: parseScidLink },
    ...CAPTURE,
    log: {
      value: 'FORMAT',
      choices: ['json', 'text', 'none'],
      setting: true,
      summary: 'what to print on standard error (default text in a terminal, else json)',
    },
  },
  examples: [
    'lno node start',
    'lno node start --network regtest --listen 127.0.0.1:9747 --listen ws://127.0.0.1:9748',
    'lno node start --listen 127.0.0.1:0 --json --log none',
    'lno node start --network regtest --generations obs,obs2',
  ],
  endsOnSignal: true,
  printsLines: true,
  run: async ({ options, config, io, signal, event, note }) => {
    const { network, dataDir } = config()
    const capture = captureRequest(options, note)
    const log = options.log ?? (io.stderr.isTTY ? 'text' : 'json')
    const write = (json: JsonEvent): void => {
      if (log === 'json') io.stderr.write(`${jsonText(json, 0)}\n`)
      else if (log === 'text' && !QUIET_KINDS.has(json.kind)) io.stderr.write(`${eventText(json)}\n`)
    }
    const listen = options.listen.length > 0 ? options.listen : [parseAddress(DEFAULT_LISTEN)]
    // Sockets and storage are loaded here: help and completion need only what stands above.
    const { startDaemon } = await import('../node/daemon.js')
    const daemon = await startDaemon({
      network,
      dataDir,
      version: programVersion(),
      listen: listen.filter((address) => address !== undefined),
      scids: options.scid,
      ping: { periodMs: options.pingPeriod },
      ...(options.generations && { generations: options.generations }),
      ...(capture && { capture }),
      onEvent: write,
      onFault: (error) => {
        const stack = error instanceof Error ? error.stack : undefined
        const message = isLnoError(error) ? error.message : String(error)
        io.stderr.write(`${jsonText({ kind: 'fault', message, ...(io.env.LNO_DEBUG && { stack }) }, 0)}\n`)
      },
    })
    const { node, socketPath, stop, stopped } = daemon
    const end = () => void stop()
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    endWithParent(end)
    const { nodeId, addresses } = node.info()
    event({ ready: true, node_id: nodeId, network, addresses, socket: socketPath, pid: process.pid }, () => {
      const at =
        addresses.length === 0 ? 'takes no calls' : addresses.map((address) => `${nodeId}@${address}`).join(' ')
      return `ready ${at}, control ${socketPath}`
    })
    if (io.stderr.isTTY) note('Ctrl-C stops it. Next, in another terminal: lno node info')
    await stopped
    return EXIT.ok
  },
})

/** A node that was started over a channel (`child_process.fork`) ends when whoever started it is gone, however it went. */
function endWithParent(end: () => void): void {
  if (process.channel === undefined) return
  process.once('disconnect', end)
  process.channel.unref()
}
