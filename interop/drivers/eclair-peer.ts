import type { Capability, FetchOutcome, FetchRequest, LabPeer, MadeOffer, OfferShape, PeerRef } from '../driver.js'
import { until } from '../lib/until.js'
import { EclairError, type EclairHttp } from './eclair-http.js'

/** A running Eclair, however it was started. */
export interface EclairPeerOptions {
  readonly http: EclairHttp
  readonly role: string
  readonly driver: string
  readonly nodeId: string
  readonly address: string
  readonly files: LabPeer['files']
  log(): string
  stop(): Promise<void>
  /** The address under which it reaches another peer, when it runs elsewhere. */
  inside?(address: string): Promise<string>
}

const ONE_PATH =
  'createoffer makes one path, from a node that its gossip graph leads to, and the lab announces it no channels'

/** What Eclair does not do, whatever its release. */
export const ECLAIR_CANNOT: Readonly<Partial<Record<Capability, string>>> = {
  offer_path: ONE_PATH,
  offer_paths: ONE_PATH,
  offer_self_introduction: ONE_PATH,
  offer_compact: 'a path that begins at a channel is for plugins alone',
  offer_dummy_hops: 'it adds its own to a path that is too short, and takes no number',
  offer_quantity: 'createoffer takes no quantity',
  fetch_over: 'payoffer searches its own way, or connects to the introduction node or issuer',
  fetch_wrong_amount: 'payoffer refuses an amount below that of the offer',
  fetch_large: 'payoffer takes no note that would make a request large',
  fetch_note: 'payoffer takes no note',
  fetch_scid: 'it knows the channels of its own gossip alone',
  refund: 'it makes no stand-alone invoice_request',
  claim: 'it sends no invoice that nobody asked it for',
  pay: 'the lab opens no channels for it',
}

/** Milliseconds until the log has the line of an answer that came. */
const LOG_MS = 5_000

/** Milliseconds above the time of a request for the payment to fail. */
const SLACK_MS = 15_000

/** Satoshis with three digits behind the point, as `parseoffer` prints the amount of an offer. */
function msatOf(printed: string): bigint {
  const [, whole, part] = /^(\d+)\.(\d{3})$/.exec(printed) ?? []
  if (part === undefined) throw new Error(`eclair printed an amount as ${printed}`)
  return BigInt(`${whole}${part}`)
}

/** `payoffer blocking=true`: an invoice came, and was paid or not. */
interface PaymentEvent {
  readonly type: string
  readonly paymentHash: string
}

interface SentPayment {
  readonly paymentHash: string
  readonly invoice?: { readonly serialized: string; readonly amount: number }
}

/** Beginnings of what the log has of a request that failed before it was sent. */
const REFUSED = /^(UnsupportedFeatures|UnsupportedChains|ExpiredOffer|QuantityTooHigh|AmountInsufficient)\b/

/** The log's word for how a request ended. */
function endOf(cause: string): FetchOutcome {
  if (cause.startsWith('NoInvoiceResponse')) return { kind: 'silence', code: 'NoInvoiceResponse' }
  const code = REFUSED.exec(cause)?.[1] ?? /^([A-Z][A-Za-z]+)\(/.exec(cause)?.[1]
  // The whole answer is printed as Scala prints a value.
  const said = /^Invalid invoice response: InvoiceErrorPayload\(.*?\bError\((.*?)\)[,)]/s.exec(cause)
  if (said !== null) {
    const field = /\bErroneousField\((\d+)\)/.exec(cause)?.[1]
    return {
      kind: 'invoice_error',
      message: `${said[1]}`,
      ...(field !== undefined && { erroneousField: BigInt(field) }),
    }
  }
  return { kind: 'refused', ...(code !== undefined && { code }), message: cause }
}

export function eclairPeer(options: EclairPeerOptions): LabPeer {
  const { http, log, inside = async (address) => address } = options

  const createOffer = async (shape: OfferShape): Promise<MadeOffer> => {
    const [path] = shape.paths
    if (shape.paths.length > 1 || (path?.length ?? 0) > 1) throw new Error(ONE_PATH)
    if (shape.quantityMax !== undefined || shape.dummyHops || shape.compact || shape.selfIntroduction)
      throw new Error('createoffer does not make offers of this shape')
    const now = BigInt(Math.floor(Date.now() / 1000))
    const { encoded } = await http.post<{ readonly encoded: string }>('createoffer', {
      description: shape.description,
      ...(shape.amountMsat !== undefined && { amountMsat: `${shape.amountMsat}` }),
      ...(shape.absoluteExpiry !== undefined && { expireInSeconds: `${shape.absoluteExpiry - now}` }),
      ...(path?.[0] !== undefined && { blindedPathsFirstNodeId: path[0].nodeId }),
    })
    return { text: encoded }
  }

  /** The last line of a call that failed, with its time; the log is bounded, so lines are not counted. */
  const lastFailed = () => [...log().matchAll(/^.*API call failed with cause=(.*)$/gm)].at(-1)

  /** It has no command that fetches alone: it pays, and without a channel that ends when the invoice is there. */
  const fetch = async (request: FetchRequest): Promise<FetchOutcome> => {
    if (request.payerNote !== undefined) return { kind: 'refused', message: `${ECLAIR_CANNOT.fetch_note}` }
    const before = lastFailed()?.[0]
    let event: PaymentEvent
    try {
      const amountMsat = await priceOf(request)
      event = await http.post<PaymentEvent>(
        'payoffer',
        {
          offer: request.offer,
          ...(amountMsat !== undefined && { amountMsat: `${amountMsat}` }),
          ...(request.quantity !== undefined && { quantity: `${request.quantity}` }),
          // Without channels its graph has no way to anybody.
          connectDirectly: 'true',
          blocking: 'true',
        },
        request.timeoutMs + SLACK_MS,
      )
    } catch (error) {
      if (!(error instanceof EclairError)) throw error
      if (error.status === 408) return { kind: 'silence', code: '408', message: error.message }
      if (error.status < 500) return { kind: 'refused', code: `${error.status}`, message: error.message }
      const [, cause] = await until(
        'the reason in the log',
        async () => {
          const found = lastFailed()
          return found?.[0] === before ? undefined : found
        },
        LOG_MS,
      )
      return endOf(`${cause}`)
    }
    const sent = await http.post<readonly SentPayment[]>('getsentinfo', { offer: request.offer })
    const invoice = sent.find(({ paymentHash }) => paymentHash === event.paymentHash)?.invoice
    if (invoice === undefined) throw new Error(`eclair: ${event.type}, and getsentinfo has no invoice of it`)
    return { kind: 'invoice', invoice: invoice.serialized, amountMsat: BigInt(invoice.amount) }
  }

  /** `payoffer` demands an amount, also where the offer has one; undefined where nobody names one. */
  const priceOf = async ({ offer, amountMsat, quantity = 1n }: FetchRequest): Promise<bigint | undefined> => {
    if (amountMsat !== undefined) return amountMsat
    const { amount, currency } = await http.post<{ readonly amount?: string; readonly currency?: string }>(
      'parseoffer',
      { offer },
    )
    return amount === undefined || currency !== 'satoshi' ? undefined : msatOf(amount) * quantity
  }

  return {
    role: options.role,
    driver: options.driver,
    nodeId: options.nodeId,
    address: options.address,
    async connect(to: PeerRef) {
      const said = await http.post<string>('connect', { uri: `${to.nodeId}@${await inside(to.address)}` })
      if (said !== 'connected' && said !== 'already connected') throw new Error(`eclair: connect: ${said}`)
    },
    async peers() {
      const peers = await http.post<readonly { readonly nodeId: string; readonly state: string }[]>('peers')
      return peers.filter(({ state }) => state === 'CONNECTED').map(({ nodeId }) => nodeId)
    },
    createOffer,
    async disableOffer({ text }) {
      await http.post('disableoffer', { offer: text })
    },
    fetch,
    files: options.files,
    log,
    stop: options.stop,
  }
}
