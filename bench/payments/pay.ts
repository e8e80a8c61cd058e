import { createTestNetwork, type TestNetwork } from '../../src/testing/index.js'
import { countPublicKeyOperations, type Spent } from './counted-backend.js'

/** What `--only` knows this measurement by. */
export const PAYMENTS = 'payments from fetched invoices'

/** Payments under way at the same time. */
const IN_FLIGHT = 20
const AMOUNT_MSAT = 10_000n
/** More than each payment costs with its fee. */
const ENOUGH_MSAT = 2n * AMOUNT_MSAT
/** Milliseconds of the network's time that a payer waits for the room of a payment that has ended. */
const ROOM_MS = 20

/** What a run of payments was. */
export interface PaymentsResult {
  readonly payments: number
  readonly inFlight: number
  /** Payments that were under way at once at most, from the first message of the request on. */
  readonly mostInFlight: number
  readonly seconds: number
  readonly perSecond: number
  /** Milliseconds of the whole process, all nodes, for each payment. */
  readonly eachMs: number
  /** Share of the time in public-key operations, from 0 to 1. */
  readonly publicKeyShare: number
  /** What was spent, the most expensive operation first. */
  readonly spent: readonly Spent[]
}

/** Nodes that are no slower than their processor: onion messages leave as they come. */
const UNHURRIED = { rateOf: () => ({ perSecond: 1_000_000, burst: 1_000_000 }), wallet: true } as const

async function shop(network: TestNetwork, payments: number) {
  const merchant = await network.addNode('merchant', UNHURRIED)
  const relay = await network.addNode('relay', UNHURRIED)
  const payer = await network.addNode('payer', UNHURRIED)
  const capacityMsat = BigInt(payments) * ENOUGH_MSAT
  await network.openChannel(payer, relay, { capacityMsat, balanceMsat: capacityMsat })
  await network.openChannel(merchant, relay, { capacityMsat })
  const offer = await merchant.createOffer({ description: 'Tea', amountMsat: AMOUNT_MSAT, via: [relay] })
  return { merchant, payer, offer }
}

/**
 * Pays an offer again and again: request and invoice as onion messages, the payment over one relay, twenty at a time, between
 * whole nodes in this process. Connections and channels are there before the clock starts.
 */
export async function measurePayments(payments: number): Promise<PaymentsResult> {
  const network = createTestNetwork({ seed: 'bench of payments' })
  const { merchant, payer, offer } = await shop(network, payments)
  let left = payments
  let underWay = 0
  let mostInFlight = 0

  async function payInTurn(): Promise<void> {
    while (left > 0) {
      left--
      mostInFlight = Math.max(mostInFlight, ++underWay)
      const { status, failure } = await payer.node.pay({ string: offer.text })
      underWay--
      if (status !== 'paid') throw new Error(`a payment ended as ${status}: ${failure?.code} ${failure?.message}`)
      // The preimage is here before the channel has room again.
      await new Promise<void>((resolve) => network.clock.after(ROOM_MS, resolve))
    }
  }

  const stop = countPublicKeyOperations()
  const start = performance.now()
  await network.run(Promise.all(Array.from({ length: IN_FLIGHT }, payInTurn)))
  const ms = performance.now() - start
  const spent = [...stop()].sort((a, b) => b.milliseconds - a.milliseconds)
  const received = merchant.node.wallet?.balance().totalMsat
  if (received !== BigInt(payments) * AMOUNT_MSAT) throw new Error(`${received} msat came of ${payments} payments`)
  await network.close()
  return {
    payments,
    inFlight: IN_FLIGHT,
    mostInFlight,
    seconds: ms / 1000,
    perSecond: (payments * 1000) / ms,
    eachMs: ms / payments,
    publicKeyShare: spent.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / ms,
    spent,
  }
}
