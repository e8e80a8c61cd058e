import { buildBlindedPath } from '../../src/blinding/build.js'
import { messageHops } from '../../src/blinding/message-hops.js'
import { sharePath } from '../../src/blinding/unblind.js'
import { nobleBackend as backend } from '../../src/crypto/noble.js'
import { buildOnionMessage, forwardMessage, peel } from '../../src/onion/engine.js'
import { modern } from '../../src/onion/generations/modern.js'
import { decodePacket, PACKET_OVERHEAD, SMALL_PACKET } from '../../src/onion/packet.js'
import { nodeOf, seeded } from '../fixtures.js'
import type { Part, Subject } from '../measure.js'
import { validity } from './points.js'

const payer = nodeOf('payer')
const relay = nodeOf('relay')
const merchant = nodeOf('merchant')
const random = seeded('onion')

const { path: reply_path } = buildBlindedPath({
  hops: messageHops({ nodeIds: [relay.node_id, payer.node_id], pathId: random(32) }),
  sessionKey: random(32),
})
const sent = buildOnionMessage({
  generation: modern,
  via: [relay.node_id],
  to: merchant.node_id,
  contents: { reply_path, invoice_request: random(260) },
  random,
})

const atRelay = peel(modern, relay, sent.message)
if (atRelay.kind !== 'forward') throw new Error(`the relay of the bench does not forward: ${atRelay.kind}`)
const passed = forwardMessage(atRelay)

function delivered() {
  const decision = peel(modern, merchant, passed.message)
  if (decision.kind !== 'deliver') throw new Error(`the merchant of the bench is not reached: ${decision.kind}`)
  return decision
}

function forwarded() {
  const decision = peel(modern, relay, sent.message)
  if (decision.kind !== 'forward') throw new Error(`the relay of the bench does not forward: ${decision.kind}`)
  return forwardMessage(decision)
}

const PAYLOADS = SMALL_PACKET - PACKET_OVERHEAD
const key32 = random(32)
const bytes33 = random(33)
const bytes66 = random(66)
const payloads = random(PAYLOADS)
const nonce = new Uint8Array(12)
const none = new Uint8Array(0)

/** What every peel needs: the two ECDHs, the keys and MACs from them, the packet once through MAC and cipher. */
function peeling(
  at: { readonly secret: Uint8Array },
  message: Uint8Array,
  path_key: Uint8Array,
  shifted: number,
): Part[] {
  const { public_key } = decodePacket(message.subarray(37))
  const share = sharePath(at.secret, path_key)
  const long = random(PAYLOADS + shifted)
  return [
    {
      what: 'ECDH with path_key (decompression, multiplication)',
      times: 1,
      run: () => backend.mulPoint(path_key, at.secret),
    },
    {
      what: "ECDH with the packet's key (decompression, multiplication)",
      times: 1,
      run: () => backend.mulPoint(public_key, share.blinded_secret),
    },
    { what: 'product of two scalars', times: 1, run: () => backend.mulScalar(at.secret, share.shared_secret) },
    { what: 'SHA-256 of a point', times: 2, run: () => backend.sha256(bytes33) },
    { what: 'HMAC of 32 bytes', times: 4, run: () => backend.hmacSha256(key32, key32) }, // blinded_node_id, rho twice, mu
    { what: 'HMAC of 1300 bytes', times: 1, run: () => backend.hmacSha256(key32, payloads) },
    { what: 'ChaCha20 of 1300 bytes and those shifted in', times: 1, run: () => backend.chacha20(key32, nonce, long) },
  ]
}

function opening(length: number): Part {
  const sealed = backend.seal(key32, nonce, random(length), none)
  return { what: `${length} bytes of hop data opened`, times: 1, run: () => backend.open(key32, nonce, sealed, none) }
}

const layer = atRelay.layer
const share = sharePath(relay.secret, sent.path_key!)
const final = delivered()
const framed = (payload: number) => (payload < 253 ? 1 : 3) + payload + 32

export const ONIONS: readonly Subject[] = [
  {
    name: 'onion message peeled, delivered',
    run: delivered,
    aim: 1.15,
    primitives: [
      ...peeling(
        merchant,
        passed.message,
        passed.path_key!,
        framed(final.records.reduce((sum, record) => sum + record.bytes.length, 0)),
      ),
      opening(final.data!.bytes.length),
      validity([relay.node_id, reply_path.first_path_key, ...reply_path.path.map((hop) => hop.blinded_node_id)]),
    ],
  },
  {
    name: 'onion message peeled, forwarded',
    run: forwarded,
    aim: 1.15,
    primitives: [
      ...peeling(relay, sent.message, sent.path_key!, framed(layer.payload.length)),
      opening(35),
      validity([merchant.node_id]),
      { what: 'SHA-256 of key and secret', times: 2, run: () => backend.sha256(bytes66) },
      {
        what: "the next packet's key (decompression, multiplication)",
        times: 1,
        run: () => backend.mulPoint(layer.public_key, key32),
      },
      {
        what: 'the next path_key (decompression, multiplication)',
        times: 1,
        run: () => backend.mulPoint(share.path_key, key32),
      },
    ],
  },
]
