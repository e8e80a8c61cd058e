import { concatBytes } from '../../src/base/bytes.js'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { encodeEncryptedData } from '../../src/blinding/encrypted-data.js'
import { createInvoice } from '../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { decodeInvoice } from '../../src/bolt12/decode.js'
import { merkleTree } from '../../src/bolt12/merkle.js'
import { signatureHash } from '../../src/bolt12/signature.js'
import { verifyInvoiceFor } from '../../src/bolt12/verify-invoice.js'
import { nobleBackend as backend } from '../../src/crypto/noble.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { nodeOf, seeded } from '../fixtures.js'
import type { Part, Subject } from '../measure.js'
import { plainOffer } from './offers.js'
import { validity } from './points.js'

const merchant = nodeOf('merchant')
const relay = nodeOf('relay')
const random = seeded('invoice')
const CREATED = 1_700_000_000n

const { offer } = plainOffer
const { request } = createInvoiceRequest(offer, { random, payerNote: 'no sugar' })
const { path } = buildBlindedPath({
  hops: [
    {
      node_id: relay.node_id,
      data: encodeEncryptedData({
        short_channel_id: 0x0c35000001000001n,
        payment_relay: { cltv_expiry_delta: 34, fee_proportional_millionths: 100, fee_base_msat: 1000 },
        payment_constraints: { max_cltv_expiry: 900_000, htlc_minimum_msat: 1n },
      }),
    },
    {
      node_id: merchant.node_id,
      data: encodeEncryptedData({
        path_id: random(64),
        payment_constraints: { max_cltv_expiry: 900_000, htlc_minimum_msat: 1n },
      }),
    },
  ],
  sessionKey: random(32),
})
const invoice = createInvoice(request, {
  createdAt: CREATED,
  paymentHash: random(32),
  paths: [
    {
      path,
      payinfo: {
        fee_base_msat: 1000,
        fee_proportional_millionths: 100,
        cltv_expiry_delta: 52,
        htlc_minimum_msat: 1n,
        htlc_maximum_msat: 100_000n,
        features: new Uint8Array(0),
      },
    },
  ],
  expectedMsat: 10_000n,
  signingKey: merchant.secret,
  aux: random(32),
})
const { bytes, fields } = invoice
const counterpart = {
  offer,
  request,
  arrivedOn: 'reply_path',
  now: CREATED + 10n,
  chains: [chainHashOf('bitcoin')],
  authorisedMsat: 10_000n,
} as const

/** What a payer does with an invoice that came: it is read, and every reason not to pay is looked for. */
function verified(): boolean {
  const { ok } = verifyInvoiceFor(counterpart, decodeInvoice(bytes, { verifySignature: false }))
  if (!ok) throw new Error('the invoice of the bench is not accepted')
  return ok
}

const tree = merkleTree(invoice.records)
const hash = signatureHash(['invoice', 'signature'], tree.root.hash)
const points = [
  fields.offer_issuer_id,
  fields.invreq_payer_id,
  relay.node_id,
  path.first_path_key,
  ...path.path.map(({ blinded_node_id }) => blinded_node_id),
  fields.invoice_node_id,
].filter((point) => point !== undefined)

/** A tagged hash has the hash of its tag twice in front. */
const TAGS = new Uint8Array(64)

/** The hashes of a merkle tree: two a record and one for each joint, of the lengths that they have here. */
function hashesOf(): Part {
  const messages = [
    ...['LnLeaf', 'LnBranch'].map((tag) => new TextEncoder().encode(tag)),
    concatBytes(new TextEncoder().encode('LnNonce'), tree.leaves[0]!.record.bytes),
    ...tree.leaves.map(({ record }) => concatBytes(TAGS, record.bytes)),
    ...tree.leaves.map(({ record }) => new Uint8Array(64 + (record.type < 0xfdn ? 1 : record.type < 0x10000n ? 3 : 5))),
    ...Array.from({ length: tree.leaves.length + tree.branches.length }, () => new Uint8Array(128)),
    new TextEncoder().encode('lightninginvoicesignature'),
    new Uint8Array(96),
  ]
  let next = 0
  return {
    what: 'hash of the merkle tree',
    times: messages.length,
    run: () => backend.sha256(messages[next++ % messages.length]!),
  }
}

export const INVOICES: readonly Subject[] = [
  {
    name: 'invoice decoded and verified for its request',
    run: verified,
    aim: 1.25,
    primitives: [
      {
        what: 'BIP-340 verification',
        times: 1,
        run: () => backend.schnorrVerify(fields.signature!, hash, fields.invoice_node_id!.subarray(1)),
      },
      validity(points),
      hashesOf(),
    ],
  },
]
