import type { Clock } from '../base/effects.js'
import type { LnoError } from '../base/error.js'
import { buildBlindedPath, encodeEncryptedData } from '../blinding/index.js'
import { publicKey, randomSecret } from '../crypto/group.js'
import { sha256 } from '../crypto/hash.js'
import { FINAL_CLTV_DELTA } from '../payments/limits.js'
import { makePromise } from '../payments/promise.js'
import type { PaymentEvent, Receivable, ReceiveOptions } from '../payments/step.js'
import { walletError } from '../wallets/codes.js'
import { paymentEnds } from '../wallets/payment-ends.js'
import type { Wallet } from '../wallets/wallet.js'
import { type FakeAccount, type FakeBank, type FakeFault, fakeBank, freeMsat } from './fake-bank.js'

/** A wallet without channels: it pays the others of its set at once, or fails as it is told. */
export interface FakeWallet extends Wallet {
  readonly kind: 'fake'
  /** From now on payments go wrong in this way; as usual again with no argument. What was stuck ends with the next call. */
  fail(how?: FakeFault): void
}

/** Whether a wallet can be told to fail. */
export function isFakeWallet(wallet: Wallet | undefined): wallet is FakeWallet {
  return wallet?.kind === 'fake'
}

/** What a fake wallet can be told. */
export interface FakeWalletOptions {
  /** Node id of its owner, 33 bytes: the same id is the same account, with what it held when its last wallet was closed. */
  readonly nodeId: Uint8Array
  /** msat that a new account holds; 1 000 000 000 (a hundredth of a bitcoin) unless given. */
  readonly balanceMsat?: bigint
}

/** Opens wallets of one set, which pay each other and nobody else. */
export type OpenFakeWallet = (options: FakeWalletOptions) => FakeWallet

/** As much as anybody could send. */
const NO_LIMIT_MSAT = 1n << 62n

/**
 * Makes a set of fake wallets, for tests of applications that are not about channels: nothing takes time, costs fees or waits for
 * a peer, and the same calls give the same bytes.
 *
 * @example
 * ```ts
 * const open = fakeWallets({ clock: manualClock() })
 * const payer = open({ nodeId: payerId, balanceMsat: 50_000n })
 * const merchant = open({ nodeId: merchantId })
 * payer.fail('refused')
 * ```
 */
export function fakeWallets({
  clock,
  seed = 'lno',
}: {
  readonly clock: Clock
  readonly seed?: string
}): OpenFakeWallet {
  const bank = fakeBank(clock, seed)
  return ({ nodeId, balanceMsat = 1_000_000_000n }) => fakeWallet(bank, bank.account(nodeId, balanceMsat))
}

function fakeWallet(bank: FakeBank, account: FakeAccount): FakeWallet {
  const listeners = new Set<(event: PaymentEvent) => void>()
  const ends = paymentEnds()
  let closed: LnoError | undefined
  account.tell = (event) => {
    ends.hear(event)
    for (const listener of [...listeners]) listener(event)
  }

  /** The account, while the wallet is open. @throws LnoError `WALLET_STOPPED` */
  function opened(): FakeAccount {
    if (closed) throw closed
    return account
  }

  return {
    kind: 'fake',
    receive: async (options) => receivable(bank, opened(), options),
    pay: async (payment) => {
      const known = opened().payments.get(payment.id)
      if (known !== undefined) return known
      bank.check(account, payment)
      return bank.send(account, payment)
    },
    quote: async (payment) => {
      bank.check(opened(), payment)
      const { amountMsat } = payment
      return { feeMsat: 0n, parts: [{ peer: account.id, amountMsat, feeMsat: 0n, path: 0 }] }
    },
    payment: async (id) => opened().payments.get(id),
    payments: async (limit) => [...opened().payments.values()].reverse().slice(0, limit),
    ended: async (id, signal) => ends.of(id, opened().payments.get(id), signal),
    receipt: async (paymentHash) => opened().receipts.get(paymentHash),
    balance: () => ({
      totalMsat: account.balanceMsat,
      inFlightMsat: account.balanceMsat - freeMsat(account),
      sendableMsat: freeMsat(account),
      receivableMsat: NO_LIMIT_MSAT,
    }),
    async *ledger() {
      yield* [...opened().ledger]
    },
    onEvent: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: async () => {
      closed ??= walletError('WALLET_STOPPED', 'the wallet was closed')
      ends.failAll(closed)
      listeners.clear()
    },
    fail: (how) => {
      account.fault = how
      bank.release(account)
    },
  }
}

function receivable(bank: FakeBank, account: FakeAccount, options: ReceiveOptions): Receivable {
  const { nodeId, random, preimageSecret } = account
  const { pathId, preimage } = makePromise(preimageSecret, {
    nonce: random(16),
    offer_id: options.offerId,
    request_hash: options.requestHash,
    amount: options.amountMsat,
    created: options.createdAt,
    expires: options.expiresAt,
    ...(options.exclusive && { exclusive: options.exclusive }),
  })
  const last = { node_id: nodeId, data: encodeEncryptedData({ path_id: pathId }) }
  // Where our id may not be seen the path begins at a node that does not exist.
  const first = options.hidden && {
    node_id: publicKey(randomSecret(random)),
    data: encodeEncryptedData({ next_node_id: nodeId }),
  }
  const { path } = buildBlindedPath({ hops: first ? [first, last] : [last], sessionKey: randomSecret(random) })
  const payinfo = {
    fee_base_msat: 0,
    fee_proportional_millionths: 0,
    cltv_expiry_delta: FINAL_CLTV_DELTA,
    htlc_minimum_msat: 1n,
    htlc_maximum_msat: 2n * options.amountMsat,
    features: new Uint8Array(0),
  }
  const paymentHash = sha256(preimage)
  bank.promise(paymentHash, { to: account, options, preimage })
  return { paymentHash, paths: [{ path, payinfo }], features: new Uint8Array(0), preimage }
}
