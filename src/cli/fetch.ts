import { isLnoError, LnoError } from '../base/error.js'
import { parseAddress } from '../node/addresses.js'
import type { CaptureRequest } from '../node/capture/recorder.js'
import type { FetchView } from '../node/methods/fetch-methods.js'
import type { LnoNode } from '../node/node.js'
import { isLegacyOffer, readOffer } from '../node/payer/any-offer.js'
import type { FetchProgress } from '../node/payer/fetch.js'
import { parseScidLink } from '../node/scids.js'
import { CAPTURE, captureRequest } from './daemon/capture.js'
import { openNode } from './daemon/client.js'
import { failureLines, progressText } from './daemon/fetch-text.js'
import {
  GENERATION_NAMES,
  parseAmount,
  parseCount,
  parseDurationIn,
  parseForms,
  parseQuantity,
  SCID,
  VIA,
} from './daemon/options.js'
import { formatMsat } from './daemon/text.js'
import { type Context, defineCommand } from './frame/command.js'
import { cliError } from './frame/exit.js'

const options = {
  amount: { value: 'MSAT', parse: parseAmount, summary: '10000 (msat) or 10sat; needed where the offer has no amount' },
  quantity: { value: 'COUNT', parse: parseQuantity, summary: 'how many; needed where the offer takes a quantity' },
  note: { value: 'TEXT', summary: 'a note to the issuer' },
  via: VIA,
  timeout: {
    value: 'TIME',
    parse: parseDurationIn(100, 600_000, 'from 100ms to 10m'),
    default: '15s',
    summary: 'how long to wait for each attempt',
  },
  attempts: {
    value: 'COUNT',
    parse: parseCount(1, 10),
    default: '3',
    summary: 'how often to ask, each time over another way',
  },
  generation: {
    value: 'NAME,…',
    setting: true,
    summary: `wire forms of onion messages to ask in, in this order, of ${GENERATION_NAMES.join(', ')} (default: as the offer tells)`,
    parse: parseForms,
  },
  scid: SCID,
  alone: { summary: 'with a key of its own for this once, even where a node runs (needs --via)' },
  ...CAPTURE,
  verbose: { short: 'v', summary: 'tell of each message and its form' },
} as const

/** Of an invoice in the form of 2021. */
const UNBLINDED =
  'It is an invoice of 2021, which is paid unblinded: lno does not pay it (lno explain PAYMENT_UNBLINDED).'

interface Request {
  readonly offer: string
  readonly amountMsat: bigint | undefined
  readonly quantity: bigint | undefined
  readonly payerNote: string | undefined
  readonly via: readonly { readonly node_id: string; readonly address?: string }[]
  readonly scids: readonly string[]
  readonly attempts: number
  readonly timeoutMs: number
  readonly generations: readonly string[] | undefined
  readonly signal: AbortSignal
  readonly onProgress: (progress: FetchProgress) => void
  readonly capture: CaptureRequest | undefined
  readonly note: (text: string) => void
}

export const command = defineCommand({
  description:
    'Asks the issuer of an offer for an invoice, checks it against everything that was asked for, and prints it. Nothing is paid.\n\nThe node of the data folder asks. Without one, or with --alone, --via names a peer to go over, and a key that is used only once asks; so it is with --capture, since a running node records from its own start (lno node start --capture). Every attempt sends the same request over another way; the first valid invoice is taken.\n\nAn offer tells in which form of onion messages its issuer is to be asked: one of 2021 in two, until it is known which of them works. Its invoice is in the form of 2021 too, and can be looked at but not paid from here.',
  args: { offer: { summary: 'an offer: lno1…, or a URI that holds one', stdin: true } },
  options,
  examples: [
    'lno fetch lno1…',
    'lno fetch lno1… --amount 10sat --note "for the coffee"',
    'lno fetch lno1… --via 02…@127.0.0.1:9735',
    'lno fetch lno1… --generation obs2 --verbose',
    'lno fetch lno1… | lno explain -',
  ],
  endsOnSignal: true,
  run: async (context) => {
    const { args, options, signal, note, result, next, json } = context
    // Here too, so that what cannot be read is said without a node.
    const offer = readOffer(args.offer)
    const onProgress = (progress: FetchProgress) => {
      const line = progressText(progress, options.verbose)
      if (line !== undefined) note(line)
    }
    const request: Request = {
      offer: args.offer.trim(),
      amountMsat: options.amount,
      quantity: options.quantity,
      payerNote: options.note,
      via: options.via,
      scids: options.scid,
      attempts: options.attempts,
      timeoutMs: options.timeout,
      generations: options.generation,
      signal,
      onProgress,
      capture: captureRequest(options, note),
      note,
    }
    try {
      const fetched = await fetchInvoice(context, request)
      result(fetched, () => fetched.bolt12)
      if (context.io.stdout.isTTY) note(`An invoice over ${formatMsat(BigInt(fetched.amount_msat))}; nothing is paid.`)
      if (fetched.form === '2021') note(UNBLINDED)
      next('lno explain INVOICE')
    } catch (error) {
      if (signal.aborted) throw cliError('INTERRUPTED', `stopped by ${String(signal.reason)}`)
      if (isLnoError(error) && !json) {
        const asked = { generations: options.generation, of2021: isLegacyOffer(offer) }
        for (const line of failureLines(error, 'lno fetch OFFER', asked)) note(line)
      }
      throw error
    }
  },
})

async function fetchInvoice(context: Pick<Context, 'config'> & FetchContext, request: Request): Promise<FetchView> {
  if (context.options.alone || request.capture !== undefined) return fetchAlone(context, request)
  let node: Awaited<ReturnType<typeof openNode>>
  try {
    node = await openNode(context)
  } catch (error) {
    if (!isLnoError(error, 'NODE_NOT_RUNNING')) throw error
    if (request.via.length > 0) return fetchAlone(context, request)
    throw hinted(error)
  }
  try {
    const { offer, amountMsat, quantity, payerNote, via, scids, attempts, timeoutMs, generations } = request
    const { signal, onProgress } = request
    return await node.call(
      'fetch',
      {
        offer,
        ...(amountMsat !== undefined && { amount_msat: amountMsat.toString() }),
        ...(quantity !== undefined && { quantity: quantity.toString() }),
        ...(payerNote !== undefined && { payer_note: payerNote }),
        via: [...via],
        scids: [...scids],
        attempts,
        timeout_ms: timeoutMs,
        ...(generations && { generations: [...generations] }),
      },
      // A node of this protocol version says nothing else.
      { signal, onProgress: (progress) => onProgress(progress as FetchProgress) },
    )
  } finally {
    node.close()
  }
}

interface FetchContext {
  readonly options: { readonly alone: boolean }
}

async function fetchAlone({ config }: Pick<Context, 'config'>, request: Request): Promise<FetchView> {
  const { offer, amountMsat, quantity, payerNote, via, scids, attempts, timeoutMs, generations } = request
  const { signal, onProgress } = request
  const peers = via.flatMap(({ node_id: nodeId, address }) =>
    address === undefined ? [] : [{ nodeId, address: parseAddress(address) }],
  )
  if (peers.length === 0) {
    throw cliError('USAGE', 'without a node there must be a peer to go over: --via PUBKEY@HOST:PORT')
  }
  // A whole node: loaded only where it is needed, so that asking the running one stays quick.
  const [{ withThrowAwayNode }, { fetchView }] = await Promise.all([
    import('./daemon/alone.js'),
    import('../node/methods/fetch-methods.js'),
  ])
  const { capture, note } = request
  const ask = async (node: LnoNode) => {
    const result = await node.fetch(readOffer(offer), {
      ...(amountMsat !== undefined && { amountMsat }),
      ...(quantity !== undefined && { quantity }),
      ...(payerNote !== undefined && { payerNote }),
      via: peers,
      scids: scids.map(parseScidLink),
      attempts,
      timeoutMs,
      ...(generations && { generations }),
      signal,
      onProgress,
    })
    return fetchView(result)
  }
  const onCaptureFailed = ({ code, message }: LnoError) => note(`${code}: ${message}`)
  return withThrowAwayNode(config().network, ask, { capture, onCaptureFailed })
}

/** No node, and nobody named to ask over. */
function hinted(error: LnoError): LnoError {
  return new LnoError(
    error.code,
    `${error.message}; start one with lno node start, or name a peer with --via PUBKEY@HOST:PORT`,
    {
      cause: error,
    },
  )
}
