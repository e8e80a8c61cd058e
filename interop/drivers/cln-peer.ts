import { randomUUID } from 'node:crypto'
import type {
  ClaimOutcome,
  ClaimRequest,
  FetchOutcome,
  FetchRequest,
  LabPeer,
  MadeOffer,
  OfferShape,
  PeerRef,
  RefundOutcome,
  RefundShape,
} from '../driver.js'
import { until } from '../lib/until.js'
import type { ClnRelease } from './cln-release.js'
import { ClnError, type ClnRpc, msatOf } from './cln-rpc.js'

/** Error codes of lightningd that say how a request ended. */
const ROUTE_NOT_FOUND = 1003
const BAD_REPLY = 1004
const TIMEOUT = 1005

/** Milliseconds above the time that a command is given to end by itself. */
const SLACK_MS = 15_000

/** A running lightningd, however it was started. */
export interface ClnPeerOptions {
  readonly rpc: ClnRpc
  readonly release: ClnRelease
  readonly role: string
  readonly driver: string
  readonly nodeId: string
  readonly address: string
  readonly files: LabPeer['files']
  /** With the lines of its log at level debug. */
  log(): string
  stop(): Promise<void>
  /** The address under which it reaches another peer, when it runs elsewhere. */
  inside?(address: string): Promise<string>
}

/** What stands beside a 1004 that came from the other side. */
interface RemoteError {
  readonly error?: string
  readonly erroneous_field?: number | string
}

/** The fields that are read of what `decode` prints. */
interface Decoded {
  readonly offer_id?: string
  readonly invreq_metadata?: string
  readonly invoice_amount_msat?: unknown
  readonly amount_msat?: unknown
}

interface Invreq {
  readonly bolt12: string
  readonly invreq_id: string
}

const wholeSeconds = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 1000))

/** The end of a request that failed: what the other side said, that nobody said anything, or why it was not sent. */
function failure(error: unknown): Exclude<FetchOutcome, { readonly kind: 'invoice' }> {
  if (!(error instanceof ClnError)) throw error
  const code = `${error.code}`
  const { error: text, erroneous_field } = (error.data ?? {}) as RemoteError
  if (error.code === BAD_REPLY && text !== undefined) {
    return {
      kind: 'invoice_error',
      message: text,
      ...(erroneous_field !== undefined && { erroneousField: BigInt(erroneous_field) }),
    }
  }
  const kind = error.code === TIMEOUT || error.code === ROUTE_NOT_FOUND ? 'silence' : 'refused'
  return { kind, code, message: error.message }
}

export function clnPeer(options: ClnPeerOptions): LabPeer {
  const { rpc, release, log, inside = async (address) => address } = options
  const offerIds = new Map<string, string>()
  const refunds = new Map<string, Invreq>()
  const decode = (string: string) => rpc.call<Decoded>('decode', { string })

  /** Nodes of a path in order, itself at the end, as `dev_paths` wants them. */
  const statedPaths = ({ paths, selfIntroduction }: OfferShape): readonly (readonly string[])[] => [
    ...paths.map((path) => [...path.map(({ nodeId }) => nodeId), options.nodeId]),
    ...(selfIntroduction === true ? [[options.nodeId]] : []),
  ]

  const createOffer = async (shape: OfferShape): Promise<MadeOffer> => {
    const paths = statedPaths(shape)
    if (shape.compact || shape.dummyHops) throw new Error('lightningd makes neither compact paths nor dummy hops')
    if (paths.length > 0 && !release.statedPaths) throw new Error('this lightningd takes no stated paths')
    const { bolt12, offer_id } = await rpc.call<{ readonly bolt12: string; readonly offer_id: string }>('offer', {
      amount: shape.amountMsat === undefined ? 'any' : `${shape.amountMsat}msat`,
      description: shape.description,
      ...(shape.quantityMax !== undefined && {
        quantity_max: shape.quantityMax === 'unlimited' ? 0 : Number(shape.quantityMax),
      }),
      ...(shape.absoluteExpiry !== undefined && { absolute_expiry: Number(shape.absoluteExpiry) }),
      ...(paths.length > 0 && { dev_paths: paths }),
    })
    offerIds.set(bolt12, offer_id)
    return { text: bolt12 }
  }

  const fetch = async (request: FetchRequest): Promise<FetchOutcome> => {
    let invoice: string
    try {
      const got = await rpc.call<{ readonly invoice: string }>(
        'fetchinvoice',
        {
          offer: request.offer,
          ...(request.amountMsat !== undefined && { [release.amountField]: Number(request.amountMsat) }),
          ...(request.quantity !== undefined && { quantity: Number(request.quantity) }),
          ...(request.payerNote !== undefined && { payer_note: request.payerNote }),
          timeout: wholeSeconds(request.timeoutMs),
        },
        request.timeoutMs + SLACK_MS,
      )
      invoice = got.invoice
    } catch (error) {
      return failure(error)
    }
    const said = await decode(invoice)
    return { kind: 'invoice', invoice, amountMsat: msatOf(said.invoice_amount_msat ?? said.amount_msat) }
  }

  const createRefund = async (shape: RefundShape): Promise<{ readonly text: string }> => {
    if (shape.paths.length > 0) throw new Error('invoicerequest takes no stated paths')
    const made = await rpc.call<Invreq>('invoicerequest', {
      amount: `${shape.amountMsat}msat`,
      description: shape.description,
      ...(shape.absoluteExpiry !== undefined && { absolute_expiry: Number(shape.absoluteExpiry) }),
    })
    refunds.set(made.bolt12, made)
    return { text: made.bolt12 }
  }

  /** It pays at once what it has verified, and tells of both in its log alone. */
  const lookForRefund = async ({ bolt12, invreq_id }: Invreq): Promise<RefundOutcome | undefined> => {
    const lines = log().split('\n')
    for (const line of lines) {
      const [, msat, id] = /Attempting payment of (\d+)msat for invoice_request ([0-9a-f]{64})/.exec(line) ?? []
      if (id === invreq_id) return { kind: 'invoice', amountMsat: BigInt(`${msat}`) }
    }
    const { invreq_metadata } = await decode(bolt12)
    for (const line of lines) {
      const [, invoice, message] = /Failed invoice (lni1[0-9a-z]+): (.*)$/.exec(line) ?? []
      if (invoice === undefined || (await decode(invoice)).invreq_metadata !== invreq_metadata) continue
      return { kind: 'refused', message: `${message}` }
    }
    return undefined
  }

  const refundOutcome = async (refund: { readonly text: string }, timeoutMs: number): Promise<RefundOutcome> => {
    const made = refunds.get(refund.text)
    if (made === undefined) throw new Error('not a refund of this peer')
    const end = Date.now() + timeoutMs
    const found = await until(
      'the invoice of a refund',
      async () => (await lookForRefund(made)) ?? (Date.now() < end ? undefined : { kind: 'silence' as const }),
      timeoutMs + SLACK_MS,
    )
    return found
  }

  const claim = async (request: ClaimRequest): Promise<ClaimOutcome> => {
    try {
      const { bolt12 } = await rpc.call<{ readonly bolt12?: string }>(
        'sendinvoice',
        { invreq: request.refund, label: `lno-${randomUUID()}`, timeout: wholeSeconds(request.timeoutMs) },
        request.timeoutMs + SLACK_MS,
      )
      return { kind: 'sent', ...(bolt12 !== undefined && { invoice: bolt12 }) }
    } catch (error) {
      const ended = failure(error)
      if (ended.kind !== 'silence') return ended
      // It waits to be paid: that nobody did is no failure of the claim.
      const { invstring } = ((error as ClnError).data ?? {}) as { readonly invstring?: string }
      if ((error as ClnError).code === TIMEOUT)
        return { kind: 'sent', ...(invstring !== undefined && { invoice: invstring }) }
      return { kind: 'refused', ...(ended.code !== undefined && { code: ended.code }), message: ended.message ?? '' }
    }
  }

  return {
    role: options.role,
    driver: options.driver,
    nodeId: options.nodeId,
    address: options.address,
    asks: release.asks,
    async connect(to: PeerRef) {
      const [, host, port] = /^(.*):(\d+)$/.exec(await inside(to.address)) ?? []
      await rpc.call('connect', { id: to.nodeId, host, port: Number(port) })
    },
    async peers() {
      const { peers } = await rpc.call<{
        readonly peers: readonly { readonly id: string; readonly connected: boolean }[]
      }>('listpeers')
      return peers.filter(({ connected }) => connected).map(({ id }) => id)
    },
    createOffer,
    async disableOffer({ text }) {
      const offer_id = offerIds.get(text) ?? (await decode(text)).offer_id
      await rpc.call('disableoffer', { offer_id })
    },
    fetch,
    ...(release.refunds && { createRefund, refundOutcome, claim }),
    files: options.files,
    log,
    stop: options.stop,
  }
}
