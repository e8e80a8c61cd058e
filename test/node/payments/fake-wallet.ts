import { concatBytes } from '../../../src/base/bytes.js'
import { toHex } from '../../../src/base/hex.js'
import { buildBlindedPath, encodeEncryptedData } from '../../../src/blinding/index.js'
import { randomSecret } from '../../../src/crypto/group.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { paymentError } from '../../../src/payments/codes.js'
import type { NewPayment, PaymentEvent, PaymentState, Receipt } from '../../../src/payments/step.js'
import { walletError } from '../../../src/wallets/codes.js'
import type { ReceiveOptions, Wallet } from '../../../src/wallets/wallet.js'
import { seededRandom } from '../connections/world.js'

/** Money without channels: wallets that reach each other. */
export interface FakeBank {
  wallet(name: string, nodeId: Uint8Array): FakeWallet
}

/** A wallet whose payments end when the test says so. */
export interface FakeWallet extends Wallet {
  /** What was asked to be paid. */
  readonly asked: readonly NewPayment[]
  /** What `receive` was asked for. */
  readonly promised: readonly ReceiveOptions[]
  /** Throws this instead of paying, as often as it stands here. */
  readonly refusals: Error[]
  readonly failing: Set<'receive'>
  /** Payments stay under way until `settle`. */
  held: boolean
  /** Cuts a payment under way short: what was paid is paid. */
  settle(): void
  tell(event: PaymentEvent): void
  /** The process that used it is gone. */
  forgetListeners(): void
}

export function fakeBank(now: () => number): FakeBank {
  const preimages = new Map<
    string,
    { readonly preimage: Uint8Array; readonly options: ReceiveOptions; readonly by: FakeWallet }
  >()
  const receipts = new Map<string, Receipt>()
  return {
    wallet: (name, nodeId) => {
      const random = seededRandom(`wallet ${name}`)
      const states = new Map<string, PaymentState>()
      const waiting = new Map<string, ((state: PaymentState) => void)[]>()
      const listeners = new Set<(event: PaymentEvent) => void>()
      const tell = (event: PaymentEvent) => {
        for (const listener of [...listeners]) listener(event)
      }
      const end = (state: PaymentState) => {
        states.set(state.id, state)
        for (const resolve of waiting.get(state.id) ?? []) resolve(state)
        tell({ type: state.status === 'paid' ? 'payment_paid' : 'payment_failed', payment: state })
      }
      const settle = (state: PaymentState) => {
        const hash = toHex(state.paymentHash)
        const promise = preimages.get(hash)
        if (promise === undefined || receipts.has(hash)) {
          end({ ...state, status: 'failed', failure: { code: 'PAYMENT_REFUSED', message: 'unknown' }, endedAt: now() })
          return
        }
        const { preimage, options, by } = promise
        const { offerId, requestHash } = options
        const { paymentHash, amountMsat } = state
        const receipt = { paymentHash, preimage, amountMsat, offerId, requestHash, parts: 1, at: now() }
        receipts.set(hash, receipt)
        by.tell({ type: 'payment_received', receipt })
        end({ ...state, status: 'paid', preimage, feeMsat: 7n, endedAt: now() })
      }
      const wallet: FakeWallet = {
        kind: 'fake',
        asked: [],
        promised: [],
        refusals: [],
        failing: new Set(),
        held: false,
        tell,
        forgetListeners: () => listeners.clear(),
        settle: () => {
          for (const state of [...states.values()]) if (state.status === 'sending') settle(state)
        },
        receive: async (options) => {
          if (wallet.failing.has('receive')) throw paymentError('NO_INBOUND', 'no channel')
          ;(wallet.promised as ReceiveOptions[]).push(options)
          const preimage = sha256(concatBytes(options.requestHash, random(16)))
          const paymentHash = sha256(preimage)
          preimages.set(toHex(paymentHash), { preimage, options, by: wallet })
          const data = encodeEncryptedData({ path_id: random(32) })
          const { path } = buildBlindedPath({ hops: [{ node_id: nodeId, data }], sessionKey: randomSecret(random) })
          const payinfo = {
            fee_base_msat: 5,
            fee_proportional_millionths: 1000,
            cltv_expiry_delta: 40,
            htlc_minimum_msat: 1n,
            htlc_maximum_msat: 10n ** 12n,
            features: new Uint8Array(0),
          }
          return { paymentHash, paths: [{ path, payinfo }], features: new Uint8Array(0) }
        },
        pay: async (payment) => {
          const known = states.get(payment.id)
          if (known !== undefined) return known
          const refusal = wallet.refusals.shift()
          if (refusal !== undefined) throw refusal
          ;(wallet.asked as NewPayment[]).push(payment)
          const { paths: _, severalParts: __, ...rest } = payment
          const part = { peer: '02'.repeat(33), htlcId: 1n, amountMsat: payment.amountMsat, feeMsat: 7n, path: 0 }
          const sent = { ...part, status: 'sent' as const }
          const state: PaymentState = { ...rest, status: 'sending', parts: [sent], feeMsat: 0n, createdAt: now() }
          states.set(payment.id, state)
          tell({ type: 'part_sent', payment: payment.id, part: sent })
          if (!wallet.held) settle(state)
          return states.get(payment.id) ?? state
        },
        quote: async ({ amountMsat }) => ({
          feeMsat: 7n,
          parts: [{ peer: '02'.repeat(33), amountMsat, feeMsat: 7n, path: 0 }],
        }),
        payment: async (id) => states.get(id),
        payments: async (limit) => [...states.values()].reverse().slice(0, limit),
        ended: (id, signal) =>
          new Promise((resolve, reject) => {
            const state = states.get(id)
            if (state === undefined) throw walletError('PAYMENT_UNKNOWN', id)
            if (state.status !== 'sending') return resolve(state)
            waiting.set(id, [...(waiting.get(id) ?? []), resolve])
            signal?.addEventListener('abort', () => reject(walletError('PAYMENT_WAIT_CANCELLED', id)), { once: true })
          }),
        receipt: async (hash) => (preimages.get(hash)?.by === wallet ? receipts.get(hash) : undefined),
        balance: () => ({ totalMsat: 0n, inFlightMsat: 0n, sendableMsat: 0n, receivableMsat: 0n }),
        ledger: async function* () {
          for (const { id, paymentHash, amountMsat } of states.values()) {
            const seq = 1n
            yield {
              seq,
              at: now(),
              kind: 'sent',
              peer: '02',
              amountMsat: -amountMsat,
              feeMsat: 7n,
              paymentHash,
              paymentId: id,
            }
          }
          for (const [hash, { paymentHash, amountMsat }] of receipts) {
            if (preimages.get(hash)?.by !== wallet) continue
            yield { seq: 2n, at: now(), kind: 'received', peer: '02', amountMsat, feeMsat: 0n, paymentHash }
          }
        },
        onEvent: (listener) => {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
        close: async () => undefined,
      }
      return wallet
    },
  }
}
