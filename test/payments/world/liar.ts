import type { Random } from '../../../src/base/effects.js'
import { PaymentCore } from '../../../src/payments/core.js'
import type { HostedChannel } from '../../../src/payments/hosted/channel.js'
import { hostedChannels } from '../../../src/payments/hosted/kind.js'
import type { HtlcFailure, HtlcTerms } from '../../../src/payments/htlc.js'
import type { LinkContext, LinkStep } from '../../../src/payments/link.js'
import { seededRandom } from '../../../src/testing/seeded-random.js'
import type { LoadCore } from './types.js'

/** One of so many of its acts is a lie. */
const HONESTY = 3

/**
 * A node that keeps to the channel's form, so that every state it signs is a good one, and lies about what is in it: it passes on
 * other amounts, hashes, expiries and onions than it should, pays with wrong preimages or never, gives back what it should pay,
 * and holds what it should give back.
 */
export function liar(seed: number): LoadCore {
  const random = seededRandom(`liar ${seed}`)
  return (options, records) =>
    PaymentCore.over(
      (kindOptions, nodeId) => {
        const kind = hostedChannels(kindOptions, nodeId)
        const nothing = (state: HostedChannel): LinkStep<HostedChannel> => ({ state, send: [], events: [] })
        return {
          ...kind,
          add: (state: HostedChannel, terms: HtlcTerms, context: LinkContext) =>
            kind.add(state, lies(random) ? otherTerms(random, terms) : terms, context),
          fulfil: (state: HostedChannel, id: bigint, preimage: Uint8Array, attribution, context: LinkContext) => {
            if (!lies(random)) return kind.fulfil(state, id, preimage, attribution, context)
            return oneOf(random, [
              () => nothing(state),
              () => kind.fulfil(state, id, random(32), attribution, context),
              () => kind.fail(state, id, otherFailure(random), context),
            ])
          },
          fail: (state: HostedChannel, id: bigint, failure: HtlcFailure, context: LinkContext) => {
            if (!lies(random)) return kind.fail(state, id, failure, context)
            return oneOf(random, [
              () => nothing(state),
              () => kind.fulfil(state, id, random(32), undefined, context),
              () => kind.fail(state, id, otherFailure(random), context),
            ])
          },
        }
      },
      options,
      records,
    )
}

const lies = (random: Random): boolean => random(1)[0]! % HONESTY === 0

function oneOf<T>(random: Random, all: readonly (() => T)[]): T {
  return all[random(1)[0]! % all.length]!()
}

function flipped(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice()
  const at = (random(1)[0]! * 256 + random(1)[0]!) % changed.length
  changed[at] = changed[at]! ^ (1 << (random(1)[0]! % 8))
  return changed
}

function otherTerms(random: Random, terms: HtlcTerms): HtlcTerms {
  const { amountMsat, cltvExpiry, paymentHash, onion, pathKey } = terms
  return oneOf<HtlcTerms>(random, [
    () => ({ ...terms, amountMsat: amountMsat - 1n }),
    () => ({ ...terms, amountMsat: amountMsat / 2n }),
    () => ({ ...terms, amountMsat: amountMsat + 1n }),
    () => ({ ...terms, cltvExpiry: cltvExpiry - 20 }),
    () => ({ ...terms, cltvExpiry: cltvExpiry + 100 }),
    () => ({ ...terms, paymentHash: flipped(random, paymentHash) }),
    () => ({ ...terms, onion: flipped(random, onion) }),
    () => (pathKey ? { ...terms, pathKey: flipped(random, pathKey) } : terms),
    () => {
      const { pathKey: _, ...clear } = terms
      return clear
    },
  ])
}

function otherFailure(random: Random): HtlcFailure {
  return oneOf<HtlcFailure>(random, [
    () => ({ type: 'fail', reason: random(random(1)[0]!) }),
    () => ({ type: 'fail', reason: random(292), attribution: random(920) }),
    () => ({ type: 'malformed', sha256OfOnion: random(32), failureCode: 0xc018 }),
    () => ({ type: 'malformed', sha256OfOnion: random(32), failureCode: 0x400f }),
  ])
}
