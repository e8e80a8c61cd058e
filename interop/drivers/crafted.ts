import { isLnoError, LnoError } from '../../src/base/error.js'
import { toHex } from '../../src/base/hex.js'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { decodeArrivedInvoiceError, decodeInvoice, decodeInvoiceRequest, decodeOffer } from '../../src/bolt12/decode.js'
import { INVOICE_REQUEST, SIGNATURE } from '../../src/bolt12/invoice-request.js'
import { isSignatureType } from '../../src/bolt12/ranges.js'
import { signRecords } from '../../src/bolt12/signature.js'
import { parseAddress } from '../../src/node/addresses.js'
import { systemClock } from '../../src/node/clock.js'
import { identityOf } from '../../src/node/identity.js'
import type { Delivery } from '../../src/node/messenger/messenger.js'
import { replyRoute } from '../../src/node/messenger/routes.js'
import { systemNet } from '../../src/node/net/index.js'
import { createNode, type LnoNode } from '../../src/node/node.js'
import { systemRandom } from '../../src/node/random.js'
import { memoryStore } from '../../src/node/store/memory-store.js'
import { modern } from '../../src/onion/generations/modern.js'
import { encodeRecords, joinRecords } from '../../src/wire/tlv.js'
import type { Driver, FetchOutcome, FetchRequest, LabPeer, PeerOptions } from '../driver.js'

const NOT_A_NODE = 'it only asks: requests that no node would send'

/**
 * A payer in the lab's own process, made of the library's parts, which sends what the node refuses to send: a request with
 * another amount than the offer asks for, signed as it should be. What an issuer makes of it is the scenario.
 */
export function craftedDriver(version: string): Driver {
  return {
    name: 'crafted',
    cannot: {
      offer: NOT_A_NODE,
      refund: NOT_A_NODE,
      claim: NOT_A_NODE,
      relay: NOT_A_NODE,
      pay: NOT_A_NODE,
      fetch_over: NOT_A_NODE,
    },
    prepare: async () => ({ ok: true, version, how: 'own' }),
    start,
  }
}

async function start({ role, signal }: PeerOptions): Promise<LabPeer> {
  const lines: string[] = []
  const node = await createNode({
    network: 'regtest',
    identity: identityOf(systemRandom(32)),
    store: memoryStore(),
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    onEvent: (event) => lines.push(event.type),
  })
  const stop = () => node.stop()
  signal.addEventListener('abort', stop, { once: true })
  return {
    nodeId: node.id,
    // Nobody calls it: it calls.
    address: '127.0.0.1:0',
    role,
    driver: 'crafted',
    connect: async ({ nodeId, address }) => {
      await node.connectPeer(nodeId, parseAddress(address))
    },
    peers: async () => node.connections.peers().map((peer) => peer.id),
    fetch: (request) => ask(node, request, signal),
    files: [],
    log: () => lines.join('\n'),
    stop: () => {
      signal.removeEventListener('abort', stop)
      return stop()
    },
  }
}

function ask(
  node: LnoNode,
  { offer: text, amountMsat, timeoutMs }: FetchRequest,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  const offer = decodeOffer(text)
  const { request, payerKey } = createInvoiceRequest(offer, { random: systemRandom })
  // The price is put in after the library has checked it, and the signature made anew.
  const kept = decodeInvoiceRequest(request.bytes).records.filter(
    ({ type }) => type !== INVOICE_REQUEST.invreq_amount.type && !isSignatureType(type),
  )
  const unsigned = encodeRecords(INVOICE_REQUEST, amountMsat === undefined ? {} : { invreq_amount: amountMsat }, kept)
  const signature = signRecords(['invoice_request', 'signature'], unsigned, payerKey, systemRandom(32))
  const bytes = joinRecords(encodeRecords(SIGNATURE, { signature }, unsigned))
  const pathId = systemRandom(32)
  const { offer_paths: paths, offer_issuer_id: issuer } = offer.fields
  const to = paths?.[0] ?? toHex(issuer!)
  const target = typeof to === 'string' ? to : node.messenger.introductionOf(to)
  const route = node.messenger.routesTo(target)[0]
  if (route === undefined) throw new LnoError('NO_ROUTE', 'no way to the issuer')
  return new Promise((resolve) => {
    const end = (outcome: FetchOutcome) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', ended)
      resolve(outcome)
    }
    const ended = () => end({ kind: 'silence', message: 'the run was ended' })
    signal.addEventListener('abort', ended)
    const timer = setTimeout(() => end({ kind: 'silence' }), timeoutMs)
    const mine = (delivery: Delivery) => delivery.pathId !== undefined && toHex(delivery.pathId) === toHex(pathId)
    // An answer that cannot be read is one all the same, and no silence.
    const answer = (type: bigint, read: (value: Uint8Array) => FetchOutcome) =>
      node.messenger.handle(type, (delivery) => {
        if (!mine(delivery)) return
        try {
          end(read(delivery.value))
        } catch (error) {
          if (!isLnoError(error)) throw error
          end({ kind: 'refused', code: error.code, message: error.message })
        }
      })
    answer(66n, (value) => {
      const { fields, bytes: invoice } = decodeInvoice(value)
      return { kind: 'invoice', invoice: toHex(invoice), amountMsat: fields.invoice_amount ?? 0n }
    })
    answer(68n, (value) => {
      const { error = '', erroneous_field: field } = decodeArrivedInvoiceError(value).fields
      return { kind: 'invoice_error', message: error, ...(field !== undefined && { erroneousField: field }) }
    })
    node.messenger.send({
      generation: modern,
      route,
      to,
      contents: {
        invoice_request: bytes,
        reply_path: node.messenger.makePath(replyRoute(route, node.id, 'far end'), pathId),
      },
      onFate: () => undefined,
    })
  })
}
