import { type BlindedPath, blindedPath } from '../../../src/blinding/blinded-path.js'
import { type BuiltBlindedPath, buildBlindedPath } from '../../../src/blinding/build.js'
import { encodeEncryptedData } from '../../../src/blinding/encrypted-data.js'
import { messageHops } from '../../../src/blinding/message-hops.js'
import { blindedSecret } from '../../../src/blinding/unblind.js'
import { type BlindedPayinfo, blindedPayinfo } from '../../../src/bolt12/subtypes.js'
import { publicKey } from '../../../src/crypto/group.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { array, encode, type SciddirOrPubkey } from '../../../src/wire/codec.js'

/** A key of the vectors: 32 times the same byte, as the files of the specifications have them. */
export function secretOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte)
}

/** A node of the vectors. */
export interface Actor {
  readonly name: string
  readonly secret: Uint8Array
  readonly id: Uint8Array
}

function actor(name: string, byte: number): Actor {
  const secret = secretOf(byte)
  return { name, secret, id: publicKey(secret) }
}

/** Alice issues the offers; Bob and Carol pass messages on; Dave pays; Eve does not belong. */
export const ALICE: Actor = actor('Alice', 0x41)
export const BOB: Actor = actor('Bob', 0x42)
export const CAROL: Actor = actor('Carol', 0x43)
export const DAVE: Actor = actor('Dave', 0x44)
export const EVE: Actor = actor('Eve', 0x45)
/** The transient key of a payer; the Y of its point is even. */
export const PAYER: Actor = actor('payer', 0x46)
/** One with an odd Y. */
export const ODD_PAYER: Actor = actor('payer', 0x50)

export const BITCOIN = chainHashOf('bitcoin')
export const TESTNET = chainHashOf('testnet')
export const REGTEST = chainHashOf('regtest')

/** Unix seconds at which all vectors are read, unless they say otherwise. */
export const NOW = 1_700_000_000

export const PREIMAGE = secretOf(0x77)
export const PAYMENT_HASH = sha256(PREIMAGE)

/** The secrets by which paths are known again. */
export const OFFER_PATH_ID = secretOf(0x61)
export const SECOND_PATH_ID = secretOf(0x62)
export const OTHER_PATH_ID = secretOf(0x63)
export const REPLY_PATH_ID = secretOf(0x64)
export const INVREQ_PATH_ID = secretOf(0x65)

/** A channel of Bob and Alice: 539268 blocks, transaction 845, output 1. Node 1 is the one with the lower id. */
export const BOB_ALICE = { scid: (539268n << 40n) | (845n << 16n) | 1n, node1: ALICE, node2: BOB }

/** A path for messages through `via` to `to`. */
export function messagePath(options: {
  readonly via?: readonly Actor[]
  readonly to: Actor
  readonly pathId?: Uint8Array
  readonly seed: number
  readonly firstNodeId?: SciddirOrPubkey
  readonly dummyHops?: number
  readonly channels?: readonly (bigint | undefined)[]
}): BuiltBlindedPath {
  const { via = [], to, pathId, seed, firstNodeId, dummyHops = 0, channels = [] } = options
  const hops = messageHops({
    nodeIds: [...via, to].map(({ id }) => id),
    dummyHops,
    channels,
    ...(pathId && { pathId }),
  })
  return buildBlindedPath({ hops, sessionKey: secretOf(seed), ...(firstNodeId && { firstNodeId }) })
}

/** The paths of the offers: over Bob, and over Carol and Bob. */
export const OFFER_PATH = messagePath({ via: [BOB], to: ALICE, pathId: OFFER_PATH_ID, seed: 0x05 })
export const SECOND_PATH = messagePath({ via: [CAROL, BOB], to: ALICE, pathId: SECOND_PATH_ID, seed: 0x06 })
/** The first one, with its introduction node named by channel: Bob is its node 2, direction 1. */
export const SCID_PATH: BlindedPath = {
  ...OFFER_PATH.path,
  first_node_id: { short_channel_id: BOB_ALICE.scid, direction: 1 },
}
/** To the payer, for a request that stands alone. */
export const INVREQ_PATH = messagePath({ via: [CAROL], to: DAVE, pathId: INVREQ_PATH_ID, seed: 0x07 })

/** A path with its secrets. */
export type BuiltPath = BuiltBlindedPath

/** The key of the last blinded node id of a path of Alice's. */
export function lastKey(built: BuiltBlindedPath, owner: Actor = ALICE): Uint8Array {
  return blindedSecret(owner.secret, built.secrets.at(-1)!.path_key)
}
/** That id. */
export function lastId(built: BuiltBlindedPath): Uint8Array {
  return built.path.path.at(-1)!.blinded_node_id
}

/** The value of offer_paths, invreq_paths or invoice_paths. */
export function pathsValue(...paths: readonly BlindedPath[]): Uint8Array {
  return encode(array(blindedPath), paths)
}

/** The same path without its hops. */
export function withoutHops(path: BlindedPath): BlindedPath {
  return { ...path, path: [] }
}

/** Paths to be paid over: from Bob, or Carol, to Alice, with fees and limits in their data. */
function paymentPath(relay: Actor, seed: number): BlindedPath {
  const limits = { max_cltv_expiry: 900_000, htlc_minimum_msat: 1n }
  return buildBlindedPath({
    sessionKey: secretOf(seed),
    hops: [
      {
        node_id: relay.id,
        data: encodeEncryptedData({
          next_node_id: ALICE.id,
          payment_relay: { cltv_expiry_delta: 40, fee_proportional_millionths: 100, fee_base_msat: 1000 },
          payment_constraints: limits,
        }),
      },
      { node_id: ALICE.id, data: encodeEncryptedData({ path_id: secretOf(0x66), payment_constraints: limits }) },
    ],
  }).path
}
export const PAY_BOB = paymentPath(BOB, 0x08)
export const PAY_CAROL = paymentPath(CAROL, 0x09)
export const PAY_DAVE = paymentPath(DAVE, 0x0a)

/** What such a path costs. */
export function payinfo(features: readonly number[] = [], other: Partial<BlindedPayinfo> = {}): BlindedPayinfo {
  return {
    fee_base_msat: 1000,
    fee_proportional_millionths: 100,
    cltv_expiry_delta: 58,
    htlc_minimum_msat: 1n,
    htlc_maximum_msat: 1_000_000_000n,
    features: Uint8Array.from(features),
    ...other,
  }
}

/** The value of invoice_blindedpay. */
export function payinfos(...infos: readonly BlindedPayinfo[]): Uint8Array {
  return encode(array(blindedPayinfo), infos)
}
