import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isLnoError, type LnoError } from '../../src/base/error.js'
import { toHex } from '../../src/base/hex.js'
import { decodeOffer } from '../../src/bolt12/decode.js'
import { isLegacyString } from '../../src/bolt12/legacy/form.js'
import { readCaptureFile } from '../../src/node/capture/index.js'
import { connectControl } from '../../src/node/control/client.js'
import type { NodeApi } from '../../src/node/methods/index.js'
import type { RefundView } from '../../src/node/methods/refund-methods.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import type { MessageLayout } from '../../src/onion/onion-message.js'
import type {
  Availability,
  Capability,
  Driver,
  FetchOutcome,
  LabPeer,
  OfferShape,
  PeerOptions,
  PeerRef,
  Provenance,
  RefundOutcome,
  SeenOnion,
  Sight,
} from '../driver.js'

/** The built program of this checkout. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Our daemon. */
export const DAEMON: readonly string[] = [process.execPath, MAIN, 'node', 'start']

/** Of an offer of 2021 it cannot know which of the two forms its issuer reads. */
const TODAY_ASKS = [387, 385]

/** Milliseconds for a node to be ready: many times what a slow machine takes. */
const READY_MS = 30_000

/** Milliseconds that a node has to end by itself. */
const END_MS = 5_000

/** Ways that an attempt may take; each of them waits for its share of the time. */
const ATTEMPTS = 3

/** Milliseconds between two looks at a refund. */
const POLL_MS = 100

/** Milliseconds that an invoice_error is waited for after an invoice for a refund has left. */
const CLAIM_WAIT_MS = 1_500

/** Lines of its log that are kept in memory. */
const LOG_LINES = 500

/** How each type of onion message is laid out. */
const LAYOUTS = new Map(GENERATIONS.map(({ messageType, layout }) => [messageType, layout]))

const CANNOT: Driver['cannot'] = {
  own_paths: 'lno makes the paths that it is told of',
  fetch_expired: 'lno refuses to ask for an offer whose time is over (OFFER_EXPIRED)',
  offer_compact: 'a path that begins at a channel needs one that payers can look up, and lno has no channels',
  fetch_wrong_amount: 'lno refuses to send a request that no issuer may accept (AMOUNT_TOO_LOW)',
  pay: 'lno has no payments yet',
}

export interface LnoDriverOptions {
  readonly name?: string
  /** What runs instead of the built daemon: it takes the same options and prints the same `ready` line. */
  readonly program?: readonly string[]
  readonly version: string
  readonly how?: Provenance
  readonly cannot?: Driver['cannot']
  /** Set where it speaks older forms alone. */
  readonly form?: '2021'
  /** Types of the messages in which it asks: `LabPeer.asks`. */
  readonly asks?: readonly number[]
  /** How often it asks, where no answer comes. */
  readonly attempts?: number
}

/** Our own daemon, a process, driven over its control socket. */
export function lnoDriver(options: LnoDriverOptions): Driver {
  const { name = 'lno', program, version, how = 'own', cannot = CANNOT, form } = options
  return {
    name,
    cannot,
    ...(form && { form }),
    prepare: async (): Promise<Availability> =>
      program !== undefined || existsSync(MAIN)
        ? { ok: true, version, how }
        : { ok: false, reason: 'dist/ is not there: npm run build' },
    start: (peer) =>
      startLno({ asks: TODAY_ASKS, attempts: ATTEMPTS, program: DAEMON, ...options, name, cannot }, peer),
  }
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

interface Daemon {
  readonly nodeId: string
  readonly address: string
  readonly lines: readonly string[]
  /** SIGTERM; SIGKILL when that does not help. */
  stop(): Promise<void>
}

async function startDaemon(program: readonly string[], { dir, role, signal }: PeerOptions): Promise<Daemon> {
  signal.throwIfAborted()
  const [command, ...args] = program
  const logPath = join(dir, `${role}.log`)
  const file = createWriteStream(logPath, { flags: 'a', mode: 0o600 })
  const words = ['--network', 'regtest', '--data-dir', dir, '--listen', '127.0.0.1:0', '--json', '--log', 'json']
  const capture = ['--capture', join(dir, `${role}.capture`), '--capture-keys']
  // The channel tells the node that we are gone, however we went.
  const child = spawn(command!, [...args, ...words, ...capture], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      TMPDIR: process.env.TMPDIR,
      NO_COLOR: '1',
      XDG_CONFIG_HOME: join(dir, 'config'),
      XDG_STATE_HOME: join(dir, 'state'),
    },
  })
  running.add(child)
  const lines: string[] = []
  createInterface({ input: child.stderr! }).on('line', (line) => {
    lines.push(line)
    if (lines.length > LOG_LINES) lines.shift()
    file.write(`${line}\n`)
  })
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      running.delete(child)
      file.end()
      resolve()
    }
    child.once('close', end)
    child.once('error', end)
  })
  const stop = async () => {
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), END_MS)
    await ended
    clearTimeout(force)
  }
  const onAbort = () => void stop()
  signal.addEventListener('abort', onAbort)
  void ended.then(() => signal.removeEventListener('abort', onAbort))
  const ready = await new Promise<string>((resolve, reject) => {
    const failed = (why: string) => reject(new Error(`${role} (${command}) ${why}: ${lines.slice(-3).join(' | ')}`))
    const timer = setTimeout(() => failed(`was not ready in ${READY_MS / 1000} s`), READY_MS)
    createInterface({ input: child.stdout! }).once('line', (line) => {
      clearTimeout(timer)
      resolve(line)
    })
    void ended.then(() => {
      clearTimeout(timer)
      failed('ended')
    })
  }).catch(async (error) => {
    await stop()
    throw error
  })
  const { node_id: nodeId, addresses } = JSON.parse(ready) as { node_id: string; addresses: readonly string[] }
  return { nodeId, address: addresses[0]!, lines, stop }
}

interface Start extends Required<Pick<LnoDriverOptions, 'name' | 'program' | 'cannot' | 'asks' | 'attempts'>> {}

async function startLno(
  { name: driver, program, cannot, asks, attempts }: Start,
  options: PeerOptions,
): Promise<LabPeer> {
  const { role, dir } = options
  const { nodeId, address, lines, stop } = await startDaemon(program, options)
  const control = await connectControl<NodeApi>(join(dir, 'regtest'), { client: 'interop' }).catch(async (error) => {
    await stop()
    throw error
  })
  const can = (capability: Capability) => cannot[capability] === undefined
  const self = { nodeId, address }
  const capture = join(dir, `${role}.capture`)

  return {
    ...self,
    role,
    driver,
    asks,
    connect: async (to) => {
      await control.call('peer.connect', { node_id: to.nodeId, address: to.address })
    },
    peers: async () => {
      const { peers } = await control.call('peer.list', {})
      return peers.filter((peer) => peer.connected).map((peer) => peer.node_id)
    },
    ...(can('offer') && {
      createOffer: async (shape) => ({ text: (await control.call('offer.create', offerParams(shape))).bolt12 }),
      disableOffer: async ({ text }) => {
        await control.call('offer.disable', { offer: text })
      },
      promised: async ({ text }) => {
        const { open_invoices } = await control.call('offer.show', { offer: text })
        return open_invoices
      },
    }),
    ...(can('fetch') && {
      fetch: ({ offer, issuer, amountMsat, quantity, payerNote, over, timeoutMs, scids = [] }) =>
        asOutcome(async () => {
          const answer = await control.call('fetch', {
            offer,
            ...(amountMsat !== undefined && { amount_msat: amountMsat.toString() }),
            ...(quantity !== undefined && { quantity: quantity.toString() }),
            ...(payerNote !== undefined && { payer_note: payerNote }),
            ...(over[0] && { via: [{ node_id: over[0].nodeId, address: over[0].address }] }),
            scids: [...scids, ...links(over, targetsOf(offer, issuer))],
            attempts,
            timeout_ms: Math.floor(timeoutMs / attempts),
          })
          const { bolt12: invoice, invoice_request: request, amount_msat: amount } = answer
          return { kind: 'invoice', invoice, request, amountMsat: BigInt(amount) }
        }),
    }),
    ...(can('refund') && {
      createRefund: async ({ description, amountMsat, absoluteExpiry, paths }) => {
        const { bolt12 } = await control.call('refund.create', {
          description,
          amount_msat: amountMsat.toString(),
          ...(absoluteExpiry !== undefined && { absolute_expiry: absoluteExpiry.toString() }),
          ...(paths.length > 0 && { paths: paths.map((path) => path.map((peer) => peer.nodeId)) }),
        })
        return { text: bolt12 }
      },
      disableRefund: async ({ text }) => {
        await control.call('refund.disable', { refund: text })
      },
      refundOutcome: async ({ text }, timeoutMs) => {
        const end = Date.now() + timeoutMs
        for (;;) {
          const outcome = refundOutcome(await control.call('refund.show', { refund: text }))
          if (outcome.kind !== 'silence' || Date.now() > end) return outcome
          await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        }
      },
    }),
    ...(can('claim') && {
      claim: async ({ refund, over }) => {
        try {
          const { bolt12 } = await control.call('refund.claim', {
            refund,
            ...(over[0] && { via: [{ node_id: over[0].nodeId, address: over[0].address }] }),
            attempts: ATTEMPTS,
            timeout_ms: CLAIM_WAIT_MS,
          })
          return { kind: 'sent', invoice: bolt12 }
        } catch (error) {
          if (!isLnoError(error)) throw error
          const outcome = refusal(error)
          if (outcome.kind === 'invoice_error') return outcome
          return { kind: 'refused', code: error.code, message: error.message }
        }
      },
    }),
    files: [
      { name: `${role}.log`, path: join(dir, `${role}.log`) },
      { name: `${role}.capture`, path: capture },
    ],
    log: () => lines.join('\n'),
    // A line of a capture is on the disk before the daemon goes on: what has happened stands there.
    forwarded: async () => {
      const { events } = await heard(capture)
      return events.filter((kind) => kind === 'message_forwarded').length
    },
    sight: async () => {
      const { onions, events } = await heard(capture)
      return { onions, lost: events.filter((kind) => kind === 'peer_disconnected').length }
    },
    stop: async () => {
      control.close()
      await stop()
    },
  }
}

/** What stands in a capture: onion messages, and the kinds of events. */
async function heard(
  capture: string,
): Promise<{ readonly onions: Sight['onions']; readonly events: readonly string[] }> {
  const onions: SeenOnion[] = []
  const events: string[] = []
  for await (const line of readCaptureFile(capture)) {
    if (line.kind === 'event') events.push(line.event.kind)
    const layout = line.kind === 'message' ? LAYOUTS.get(line.type) : undefined
    if (line.kind !== 'message' || layout === undefined) continue
    onions.push({ dir: line.dir, peer: line.peer, type: line.type, packet: packetSize(layout, line.bytes) })
  }
  return { onions, events }
}

/** Bytes of the packet; 0 where the message is no whole one. */
function packetSize(layout: MessageLayout, message: Uint8Array): number {
  try {
    return layout.read(message.subarray(2)).onion_message_packet.length
  } catch (error) {
    if (!isLnoError(error)) throw error
    return 0
  }
}

function offerParams(shape: OfferShape) {
  const { description, amountMsat, quantityMax, absoluteExpiry, paths, dummyHops, selfIntroduction } = shape
  // A path without relays begins and ends at the issuer.
  const routes = selfIntroduction ? [[]] : paths.map((path) => path.map((peer) => peer.nodeId))
  return {
    description,
    ...(amountMsat !== undefined && { amount_msat: amountMsat.toString() }),
    ...(quantityMax !== undefined && { quantity_max: quantityMax === 'unlimited' ? '0' : quantityMax.toString() }),
    ...(absoluteExpiry !== undefined && { absolute_expiry: absoluteExpiry.toString() }),
    ...(routes.length > 0 && { paths: routes }),
    ...(dummyHops !== undefined && { dummy_hops: dummyHops }),
  }
}

/** Where a request for an offer can go: the introduction nodes of its paths, else its issuer. */
function targetsOf(offer: string, maker: string | undefined): readonly string[] {
  if (isLegacyString(offer)) return maker === undefined ? [] : [maker]
  const { offer_paths: paths, offer_issuer_id: issuer } = decodeOffer(offer).fields
  if (paths === undefined) return issuer ? [toHex(issuer)] : []
  return paths.flatMap(({ first_node_id: first }) => ('node_id' in first ? [toHex(first.node_id)] : []))
}

/** A stated way, told as channels between its nodes: that is how a user tells lno of nodes that know each other. */
function links(over: readonly PeerRef[], targets: readonly string[]): readonly string[] {
  const pairs = over.slice(1).map((peer, index) => [over[index]!.nodeId, peer.nodeId] as const)
  const last = over[over.length - 1]
  const ends = last === undefined ? [] : targets.filter((id) => id !== last.nodeId).map((id) => [last.nodeId, id])
  return [...pairs, ...ends].map(([a, b], index) => `1x${index + 1}x0=${[a, b].join(',')}`)
}

function refundOutcome({ invoice, refusals }: RefundView): RefundOutcome {
  if (invoice !== undefined) {
    return { kind: 'invoice', invoice: invoice.bolt12, amountMsat: BigInt(invoice.amount_msat) }
  }
  const last = refusals[refusals.length - 1]
  if (last === undefined) return { kind: 'silence' }
  return { kind: 'refused', code: last.code, message: last.reasons.map(({ message }) => message).join('; ') }
}

const SILENT = new Set(['SENT_NO_REPLY', 'REPLY_WRONG_PATH', 'RELAY_CHANNELS_ONLY'])

async function asOutcome(ask: () => Promise<FetchOutcome>): Promise<FetchOutcome> {
  try {
    return await ask()
  } catch (error) {
    if (!isLnoError(error)) throw error
    return refusal(error)
  }
}

function refusal(error: LnoError): Exclude<FetchOutcome, { readonly kind: 'invoice' }> {
  const { code, message, details } = error
  if (code === 'INVOICE_ERROR') {
    const said = details?.invoice_error as { readonly error?: string; readonly erroneous_field?: string } | undefined
    const field = said?.erroneous_field
    return {
      kind: 'invoice_error',
      code,
      message: said?.error ?? message,
      ...(field !== undefined && { erroneousField: BigInt(field) }),
    }
  }
  return SILENT.has(code) ? { kind: 'silence', code, message } : { kind: 'refused', code, message }
}
