import type { Clock, Random } from '../base/effects.js'
import { toHex } from '../base/hex.js'
import { encodeUtf8 } from '../base/utf8.js'
import { sha256 } from '../crypto/hash.js'
import { type PaymentCode, paymentError } from '../payments/codes.js'
import type {
  LedgerEntry,
  NewPayment,
  PaymentEvent,
  PaymentFailure,
  PaymentPart,
  PaymentState,
  Receipt,
  ReceiveOptions,
} from '../payments/step.js'
import { seededRandom } from './seeded-random.js'

/**
 * What goes wrong with the payments of a fake wallet: they find no way, the recipient gives them back, or they stay under way
 * until it is told otherwise.
 */
export type FakeFault = 'no-route' | 'refused' | 'stuck'

/** What one fake wallet holds. */
export interface FakeAccount {
  /** Node id, 66 hex digits, and its bytes. */
  readonly id: string
  readonly nodeId: Uint8Array
  readonly preimageSecret: Uint8Array
  readonly random: Random
  readonly payments: Map<string, PaymentState>
  /** By payment hash. */
  readonly receipts: Map<string, Receipt>
  /** What may be paid once, and was. */
  readonly exclusive: Set<string>
  readonly ledger: LedgerEntry[]
  balanceMsat: bigint
  fault: FakeFault | undefined
  tell: (event: PaymentEvent) => void
}

interface Promised {
  readonly to: FakeAccount
  readonly options: ReceiveOptions
  readonly preimage: Uint8Array
}

/** The accounts of a set of fake wallets, and the money that moves between them. */
export interface FakeBank {
  /** The same id is the same account. */
  account(nodeId: Uint8Array, balanceMsat: bigint): FakeAccount
  promise(paymentHash: Uint8Array, promised: Promised): void
  /** @throws LnoError what a wallet refuses before anything is sent */
  check(payer: FakeAccount, payment: NewPayment): void
  /** Sends a payment, which arrives at once; the same id is sent once. */
  send(payer: FakeAccount, payment: NewPayment): PaymentState
  /** Lets what was stuck arrive. */
  release(payer: FakeAccount): void
}

/** msat of an account that nothing is waiting to take. */
export function freeMsat({ balanceMsat, payments }: FakeAccount): bigint {
  let free = balanceMsat
  for (const { status, amountMsat } of payments.values()) if (status === 'sending') free -= amountMsat
  return free
}

export function fakeBank(clock: Clock, seed: string): FakeBank {
  const accounts = new Map<string, FakeAccount>()
  const promises = new Map<string, Promised>()
  const isOver = (expiresAt: bigint) => clock.now() > Number(expiresAt) * 1000

  function move(account: FakeAccount, change: Omit<LedgerEntry, 'seq' | 'at' | 'feeMsat'>): void {
    account.balanceMsat += change.amountMsat
    account.ledger.push({ ...change, feeMsat: 0n, seq: BigInt(account.ledger.length + 1), at: clock.now() })
  }

  /** What the recipient makes of a payment: undefined when it gives it back. */
  function takenFor({ paymentHash, amountMsat }: PaymentState): Promised | undefined {
    const promised = promises.get(toHex(paymentHash))
    if (promised === undefined) return undefined
    const { to, options } = promised
    const paid =
      to.receipts.has(toHex(paymentHash)) || (options.exclusive && to.exclusive.has(toHex(options.exclusive)))
    const fits = amountMsat >= options.amountMsat && amountMsat <= 2n * options.amountMsat
    return !paid && fits && !isOver(options.expiresAt) ? promised : undefined
  }

  function arrive(payer: FakeAccount, state: PaymentState): PaymentState {
    if (payer.fault === 'stuck') return state
    const taken = payer.fault === 'refused' ? undefined : takenFor(state)
    if (taken !== undefined) return pay(payer, taken, state)
    const failure = { code: 'PAYMENT_REFUSED' satisfies PaymentCode, message: 'the recipient gave the payment back' }
    return end(payer, { ...state, status: 'failed', failure }, 'failed', failure)
  }

  function pay(payer: FakeAccount, { to, options, preimage }: Promised, state: PaymentState): PaymentState {
    const { paymentHash, amountMsat, id, about } = state
    const { offerId, requestHash } = options
    const receipt = { paymentHash, preimage, amountMsat, offerId, requestHash, parts: 1, at: clock.now() }
    to.receipts.set(toHex(paymentHash), receipt)
    if (options.exclusive) to.exclusive.add(toHex(options.exclusive))
    move(payer, { kind: 'sent', peer: to.id, amountMsat: -amountMsat, paymentHash, paymentId: id, about })
    move(to, { kind: 'received', peer: payer.id, amountMsat, paymentHash })
    to.tell({ type: 'payment_received', receipt })
    return end(payer, { ...state, status: 'paid', preimage }, 'paid')
  }

  function end(
    payer: FakeAccount,
    state: PaymentState,
    status: PaymentPart['status'],
    failure?: PaymentFailure,
  ): PaymentState {
    const parts = state.parts.map((part) => ({ ...part, status, ...(failure && { failure }) }))
    const ended = { ...state, parts, endedAt: clock.now() }
    payer.payments.set(state.id, ended)
    if (failure) for (const part of parts) payer.tell({ type: 'part_failed', payment: state.id, part })
    payer.tell({ type: failure ? 'payment_failed' : 'payment_paid', payment: ended })
    return ended
  }

  return {
    account: (nodeId, balanceMsat) => {
      const id = toHex(nodeId)
      const known = accounts.get(id)
      if (known !== undefined) return known
      const account: FakeAccount = {
        id,
        nodeId,
        preimageSecret: sha256(encodeUtf8(`${seed}/${id}/preimages`)),
        random: seededRandom(`${seed}/${id}/wallet`),
        payments: new Map(),
        receipts: new Map(),
        exclusive: new Set(),
        ledger: [],
        balanceMsat: 0n,
        fault: undefined,
        tell: () => undefined,
      }
      accounts.set(id, account)
      move(account, { kind: 'grant', peer: id, amountMsat: balanceMsat })
      return account
    },
    promise: (paymentHash, promised) => void promises.set(toHex(paymentHash), promised),
    check: (payer, { id, paymentHash, amountMsat, expiresAt }) => {
      const hash = toHex(paymentHash)
      for (const other of payer.payments.values()) {
        if (other.id === id || other.status === 'failed' || toHex(other.paymentHash) !== hash) continue
        throw paymentError('PAYMENT_TWICE', `payment ${other.id} is for the same payment hash`)
      }
      if (isOver(expiresAt)) throw paymentError('PAYMENT_EXPIRED', 'the invoice has expired')
      if (payer.fault === 'no-route') throw paymentError('NO_PAYMENT_ROUTE', 'the fake wallet was told to find none')
      const free = freeMsat(payer)
      if (amountMsat > free) throw paymentError('NO_PAYMENT_ROUTE', `the fake wallet holds ${free} msat`)
    },
    send: (payer, { paths: _, severalParts: __, ...payment }) => {
      const part: PaymentPart = {
        peer: payer.id,
        htlcId: BigInt(payer.payments.size + 1),
        amountMsat: payment.amountMsat,
        feeMsat: 0n,
        path: 0,
        status: 'sent',
      }
      const state: PaymentState = { ...payment, status: 'sending', parts: [part], feeMsat: 0n, createdAt: clock.now() }
      payer.payments.set(payment.id, state)
      payer.tell({ type: 'part_sent', payment: payment.id, part })
      return arrive(payer, state)
    },
    release: (payer) => {
      for (const state of [...payer.payments.values()]) if (state.status === 'sending') arrive(payer, state)
    },
  }
}
