import type { LinkId, LinkView } from '../../../src/payments/link.js'
import type { At, CoreInput, CoreOptions, CoreStep, PaymentState, Receipt } from '../../../src/payments/step.js'
import type { Receivable, ReceiveOptions } from '../../../src/wallets/wallet.js'

/** What a world needs of a `PaymentCore`. */
export interface WorldCore {
  step(input: CoreInput, at: At): CoreStep
  channels(): readonly LinkView[]
  channel(peer: LinkId): LinkView | undefined
  payment(id: string): PaymentState | undefined
  payments(limit: number): readonly PaymentState[]
  receipt(paymentHash: string): Receipt | undefined
  receive(options: ReceiveOptions, at: At): Receivable
  ledgerTotal(): bigint
}

export type StoredRecords = Iterable<readonly [key: string, value: Uint8Array]>
/** @param node its number in the plan */
export type LoadCore = (options: CoreOptions, records: StoredRecords, node: number) => WorldCore

/** A channel of the plan: who hosts it for whom, and what the grant gives. Nodes are numbers. */
export interface EdgePlan {
  readonly host: number
  readonly client: number
  readonly capacityMsat: bigint
  /** Of the client. */
  readonly balanceMsat: bigint
  readonly htlcMinimumMsat: bigint
  readonly maxAcceptedHtlcs: number
  readonly maxInFlightMsat: bigint
  /** Opened before anything goes wrong; the others when a command says so. */
  readonly early: boolean
}

export interface NodePlan {
  readonly feeBaseMsat: number
  readonly feeProportionalMillionths: number
  readonly cltvExpiryDelta: number
  readonly tellsNeighbours: boolean
}

/** What a run is about, before its commands. */
export interface Plan {
  /** Of all randomness in the cores. */
  readonly seed: number
  readonly nodes: readonly NodePlan[]
  readonly edges: readonly EdgePlan[]
  /** The node that does not keep to the rules: nothing is demanded of it, and nothing of its channels but that others keep theirs. */
  readonly liar?: number
}
