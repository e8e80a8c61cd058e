import { isLnoError } from '../../base/error.js'
import { parseAddress } from '../../node/addresses.js'
import type { DaemonOptions } from '../../node/daemon.js'
import type { JsonEvent } from '../../node/events.js'
import type { LnoNode } from '../../node/node.js'
import { parseScidLink } from '../../node/scids.js'
import type { Context } from '../frame/command.js'
import type { Arguments } from '../frame/declaration.js'
import { EXIT } from '../frame/exit.js'
import { jsonText } from '../frame/json.js'
import { programVersion } from '../version.js'
import { CAPTURE, captureRequest } from './capture.js'
import { eventText } from './event-text.js'
import { parseDurationIn, SCID } from './options.js'

/** Port of our own by default: 9735 belongs to the LND or CLN that may run on this machine. */
const DEFAULT_LISTEN = '127.0.0.1:9747'

/** Told too often, or twice: left out of the lines for people. */
const QUIET_KINDS: ReadonlySet<string> = new Set(['node_ready', 'fetch_progress', 'reply_late'])

/** Options of every command that runs a node in the foreground. */
export const RUN_NODE = {
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
  scid: { ...SCID, setting: true, parse: parseScidLink },
  ...CAPTURE,
  log: {
    value: 'FORMAT',
    choices: ['json', 'text', 'none'],
    setting: true,
    summary: 'what to print on standard error (default text in a terminal, else json)',
  },
} as const

/** What else such a node is made of; what its options say is not among it. */
export type NodeParts = Partial<
  Omit<
    DaemonOptions,
    'network' | 'dataDir' | 'listen' | 'scids' | 'ping' | 'capture' | 'version' | 'onEvent' | 'onFault'
  >
>

/**
 * Runs a node until it is interrupted or told to stop; standard output has one line when it is ready.
 * @param onStarted called before that line
 */
export async function runNode(
  { options, config, io, signal, event, note }: Omit<Context<Arguments, typeof RUN_NODE>, 'args'>,
  parts: NodeParts = {},
  onStarted?: (node: LnoNode) => void,
): Promise<number> {
  const { network, dataDir } = config()
  const capture = captureRequest(options, note)
  const log = options.log ?? (io.stderr.isTTY ? 'text' : 'json')
  const write = (json: JsonEvent): void => {
    if (log === 'json') io.stderr.write(`${jsonText(json, 0)}\n`)
    else if (log === 'text' && !QUIET_KINDS.has(json.kind)) io.stderr.write(`${eventText(json)}\n`)
  }
  const listen = options.listen.length > 0 ? options.listen : [parseAddress(DEFAULT_LISTEN)]
  // Sockets and storage are loaded here: help and completion need only what stands above.
  const { startDaemon } = await import('../../node/daemon.js')
  const daemon = await startDaemon({
    ...parts,
    network,
    dataDir,
    version: programVersion(),
    listen: listen.filter((address) => address !== undefined),
    scids: options.scid,
    ping: { periodMs: options.pingPeriod },
    ...(capture && { capture }),
    onEvent: write,
    onFault: (error) => {
      const stack = error instanceof Error ? error.stack : undefined
      const message = isLnoError(error) ? error.message : String(error)
      io.stderr.write(`${jsonText({ kind: 'fault', message, ...(io.env.LNO_DEBUG && { stack }) }, 0)}\n`)
    },
  })
  const { node, socketPath, stop, stopped } = daemon
  onStarted?.(node)
  const end = () => void stop()
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  endWithParent(end)
  const { nodeId, addresses } = node.info()
  event({ ready: true, node_id: nodeId, network, addresses, socket: socketPath, pid: process.pid }, () => {
    const at = addresses.length === 0 ? 'takes no calls' : addresses.map((address) => `${nodeId}@${address}`).join(' ')
    return `ready ${at}, control ${socketPath}`
  })
  if (io.stderr.isTTY) note('Ctrl-C stops it. Next, in another terminal: lno node info')
  await stopped
  return EXIT.ok
}

/** A node that was started over a channel (`child_process.fork`) ends when whoever started it is gone, however it went. */
function endWithParent(end: () => void): void {
  if (process.channel === undefined) return
  process.once('disconnect', end)
  process.channel.unref()
}
