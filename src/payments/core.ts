import type { LinkId, LinkView } from './link.js'
import type {
  At,
  CoreInput,
  CoreOptions,
  CoreStep,
  NewGrant,
  NewPayment,
  PaymentQuote,
  PaymentState,
  Receipt,
  Receivable,
  ReceiveOptions,
  WalletBalance,
} from './step.js'

/**
 * All payments and channels of a node as one machine: a step takes one input to its end, and everything that it changed is stored
 * in one commit. The driver stores `changes` before it does `effects`, one step behind the other, and ends when a commit fails:
 * this object is ahead of the disk then.
 */
export class PaymentCore {
  private constructor(readonly options: CoreOptions) {}

  /**
   * @param records all keys under `wallet-` but those of the ledger (they are harmless)
   * @throws LnoError `PAYMENT_RECORD_CORRUPT` for records that cannot be read
   */
  static load(options: CoreOptions, _records: Iterable<readonly [key: string, value: Uint8Array]>): PaymentCore {
    return new PaymentCore(options)
  }

  /**
   * Takes one input to its end.
   * @throws LnoError for commands of the user that are refused: nothing has changed then. Never for what peers send.
   */
  step(_input: CoreInput, _at: At): CoreStep {
    return { changes: [], effects: [] }
  }

  channels(): readonly LinkView[] {
    return []
  }

  channel(_peer: LinkId): LinkView | undefined {
    return undefined
  }

  payment(_id: string): PaymentState | undefined {
    return undefined
  }

  /** Newest first. */
  payments(_limit: number): readonly PaymentState[] {
    return []
  }

  /** What arrived for a payment hash (hex), if anything did. */
  receipt(_paymentHash: string): Receipt | undefined {
    return undefined
  }

  /** Grants that nobody has used yet. */
  grants(): readonly NewGrant[] {
    return []
  }

  balance(): WalletBalance {
    return { totalMsat: 0n, inFlightMsat: 0n, sendableMsat: 0n, receivableMsat: 0n }
  }

  /** msat: the sum of all ledger entries. It equals the sum of what the channels owe us, less what we owe over them. */
  ledgerTotal(): bigint {
    return 0n
  }

  /**
   * What an invoice needs of whoever will pay it. Nothing is stored: the promise is in the `path_id`.
   * @throws LnoError `NO_INBOUND`, `HEIGHT_UNKNOWN`
   */
  receive(_options: ReceiveOptions, _at: At): Receivable {
    throw new Error('not yet')
  }

  /**
   * How a payment would go now, without making it.
   * @throws LnoError as the input `pay` does
   */
  quote(_payment: NewPayment, _at: At): PaymentQuote {
    throw new Error('not yet')
  }
}
