import { toHex } from '../../../src/base/hex.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { LAST_CROSS_SIGNED_STATE } from '../../../src/payments/hosted/messages.js'
import { decodeMessage } from '../../../src/wire/message.js'
import type { Plan } from './types.js'

const ADD = 63505
const FULFIL = 63503
const FAIL = 63501
const MALFORMED = 63499
const STATE_UPDATE = 65529

/** An HTLC as somebody sees it who reads what a node sends and gets. */
interface SeenHtlc {
  readonly hash: string
  readonly amountMsat: bigint
  readonly cltvExpiry: number
  /**
   * `open`: offered. `committed`: the other side signed after it came. `leaving`: of an outgoing one, a failure came that is not
   * signed yet. `left`: that, and then the connection broke. `forgotten`: of an incoming one that was not committed, so, too.
   * `over`: given back, or gone with an override.
   */
  state: 'open' | 'committed' | 'leaving' | 'left' | 'forgotten' | 'over'
}

/**
 * Judges a node by its messages alone, as a stranger could who reads all of them. What it demands is less than what a channel
 * knows (a signature that came counts as good), so that what it refuses is wrong whatever the channel thinks.
 */
export interface Watch {
  /** `node` sends `message`, stored before. */
  sent(node: number, peer: number, message: Uint8Array, height: number): void
  /** `message` reaches `node`, before its step. */
  arrived(node: number, peer: number, message: Uint8Array): void
  /** The connection ended for `node`: what was not signed is forgotten. */
  disconnected(node: number, peer: number): void
  /** All HTLCs that `node` has with `peer` are gone. */
  overridden(node: number, peer: number): void
  /** `node` will be paid `amountMsat` for this hash. */
  promised(node: number, hash: string, amountMsat: bigint): void
  /** `node` may spend this much for this hash. */
  authorised(node: number, hash: string, mostMsat: bigint): void
  /** With whom `node` has HTLCs out that have expired and whose preimage it does not know. */
  expired(node: number, height: number): ReadonlySet<number>
  /** The latest height at which an HTLC expires. */
  lastExpiry(): number
  /** Preimages that have been seen, by hash. */
  readonly preimages: ReadonlyMap<string, Uint8Array>
}

const u64At = (bytes: Uint8Array, at: number): bigint =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at)
const u32At = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at)

export function createWatch({ liar }: Plan, nameOf: (node: number) => string): Watch {
  /** By node; key: direction, peer, id. */
  const htlcs = new Map<number, Map<string, SeenHtlc>>()
  const promises = new Map<string, { readonly node: number; readonly amountMsat: bigint }>()
  const limits = new Map<string, bigint>()
  const preimages = new Map<string, Uint8Array>()
  /** `node/hash`: who knows which preimage. */
  const knows = new Set<string>()
  /** What was signed under which counters. */
  const signed = new Map<string, string>()
  let lastExpiry = 0

  const of = (node: number): Map<string, SeenHtlc> => {
    const found = htlcs.get(node) ?? new Map<string, SeenHtlc>()
    htlcs.set(node, found)
    return found
  }
  const typeOf = (message: Uint8Array): number => (message[0]! << 8) | message[1]!
  const keyOf = (direction: 'in' | 'out', peer: number, message: Uint8Array): string =>
    `${direction}/${peer}/${u64At(message, 34)}`
  const readAdd = (message: Uint8Array): SeenHtlc => ({
    amountMsat: u64At(message, 42),
    hash: toHex(message.subarray(50, 82)),
    cltvExpiry: u32At(message, 82),
    state: 'open',
  })
  const sum = (node: number, hash: string, direction: 'in' | 'out', counts: (htlc: SeenHtlc) => boolean): bigint => {
    let total = 0n
    for (const [key, htlc] of of(node)) {
      if (key.startsWith(direction) && htlc.hash === hash && counts(htlc)) total += htlc.amountMsat
    }
    return total
  }

  /** What a node has out for a hash is covered by what others have given it for that hash, and by what its user allowed. */
  const covered = (node: number, hash: string, height: number): void => {
    const out = sum(node, hash, 'out', ({ state, cltvExpiry }) => state !== 'over' && height < cltvExpiry)
    const given = sum(node, hash, 'in', ({ state }) => state === 'committed')
    const allowed = limits.get(`${node}/${hash}`) ?? 0n
    if (out > given + allowed) {
      throw new Error(`${nameOf(node)} has ${out} msat out for ${hash}, was given ${given} and was allowed ${allowed}`)
    }
  }

  /** Two states that differ are never signed under the same counters: the other side could show the one or the other. */
  const signedOnce = (node: number, peer: number, message: Uint8Array): void => {
    const counters = toHex(message.subarray(6, 14))
    // On another day the signature is another one of the same state.
    const key = `${node}/${peer}/${toHex(message.subarray(2, 14))}`
    const before = signed.get(key)
    const now = toHex(message.subarray(2))
    if (before !== undefined && before !== now) {
      throw new Error(`${nameOf(node)} signs two states under the same counters ${counters}`)
    }
    signed.set(key, now)
  }

  return {
    preimages,
    lastExpiry: () => lastExpiry,
    expired(node, height) {
      const late = [...of(node)].filter(
        ([key, { state, cltvExpiry, hash }]) =>
          key.startsWith('out') && state !== 'over' && cltvExpiry <= height && !knows.has(`${node}/${hash}`),
      )
      return new Set(late.map(([key]) => Number(key.split('/')[1])))
    },
    sent(node, peer, message, height) {
      if (node === liar) return
      const type = typeOf(message)
      if (type === ADD) {
        const htlc = readAdd(message)
        const key = keyOf('out', peer, message)
        const known = of(node).get(key)
        if (known && (known.hash !== htlc.hash || known.amountMsat !== htlc.amountMsat)) {
          throw new Error(`${nameOf(node)} offers another HTLC under the id of an earlier one: ${key}`)
        }
        if (known?.state === 'over') throw new Error(`${nameOf(node)} offers an HTLC that is over: ${key}`)
        if (!known) of(node).set(key, htlc)
        covered(node, htlc.hash, height)
      } else if (type === FULFIL) {
        const preimage = message.subarray(42, 74)
        const hash = toHex(sha256(preimage))
        const promise = promises.get(hash)
        preimages.set(hash, preimage)
        if (promise?.node === node) {
          const arrived = sum(node, hash, 'in', ({ state }) => state === 'committed')
          if (arrived < promise.amountMsat) {
            throw new Error(`${nameOf(node)} releases a preimage for ${arrived} of ${promise.amountMsat} msat`)
          }
        } else if (!knows.has(`${node}/${hash}`)) throw new Error(`${nameOf(node)} cannot know the preimage of ${hash}`)
      } else if (type === FAIL || type === MALFORMED) {
        const htlc = of(node).get(keyOf('in', peer, message))
        if (!htlc) return
        const promise = promises.get(htlc.hash)
        htlc.state = 'over'
        if (promise?.node !== node) covered(node, htlc.hash, height)
      } else if (type === STATE_UPDATE) signedOnce(node, peer, message)
    },
    arrived(node, peer, message) {
      const type = typeOf(message)
      const mine = of(node)
      if (type === ADD && message.length >= 86) {
        const key = keyOf('in', peer, message)
        lastExpiry = Math.max(lastExpiry, u32At(message, 82))
        if ((mine.get(key)?.state ?? 'forgotten') === 'forgotten') mine.set(key, readAdd(message))
      } else if (type === FULFIL) knows.add(`${node}/${toHex(sha256(message.subarray(42, 74)))}`)
      else if (type === FAIL || type === MALFORMED) {
        const htlc = mine.get(keyOf('out', peer, message))
        if (htlc && htlc.state !== 'over') htlc.state = 'leaving'
      } else if (type === STATE_UPDATE) {
        for (const [key, htlc] of mine) {
          if (key.startsWith(`in/${peer}/`) && htlc.state === 'open') htlc.state = 'committed'
          if (key.startsWith(`out/${peer}/`) && htlc.state === 'leaving') htlc.state = 'over'
        }
      } else if (type === LAST_CROSS_SIGNED_STATE.type) {
        const { incoming_htlcs, outgoing_htlcs } = decodeMessage(LAST_CROSS_SIGNED_STATE, message).fields
        for (const [key, htlc] of mine) {
          const has = (list: typeof incoming_htlcs) => list.some(({ id }) => key.endsWith(`/${id}`))
          // What it was signed with before the connection broke.
          if (key.startsWith(`in/${peer}/`) && htlc.state === 'forgotten' && has(outgoing_htlcs))
            htlc.state = 'committed'
          if (key.startsWith(`out/${peer}/`) && htlc.state === 'left' && !has(incoming_htlcs)) htlc.state = 'over'
        }
      }
    },
    disconnected(node, peer) {
      for (const [key, htlc] of of(node)) {
        if (key.startsWith(`in/${peer}/`) && htlc.state === 'open') htlc.state = 'forgotten'
        if (key.startsWith(`out/${peer}/`) && htlc.state === 'leaving') htlc.state = 'left'
      }
    },
    overridden(node, peer) {
      for (const [key, htlc] of of(node)) {
        if (key.startsWith(`in/${peer}/`) || key.startsWith(`out/${peer}/`)) htlc.state = 'over'
      }
    },
    promised(node, hash, amountMsat) {
      promises.set(hash, { node, amountMsat })
    },
    authorised(node, hash, mostMsat) {
      const key = `${node}/${hash}`
      const before = limits.get(key) ?? 0n
      limits.set(key, before > mostMsat ? before : mostMsat)
    },
  }
}
