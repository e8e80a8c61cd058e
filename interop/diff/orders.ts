import fc from 'fast-check'
import { toHex } from '../../src/base/hex.js'
import type { BlindedPath } from '../../src/blinding/blinded-path.js'
import { blindedPath } from '../../src/blinding/blinded-path.js'
import type { OfferMessage } from '../../src/bolt12/offer.js'
import { MAX_MSAT } from '../../src/wire/amount.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { encode } from '../../src/wire/codec.js'
import { arbitraryOf, arbitraryPoint } from '../../test/support/arbitrary.js'
import { NODES } from './objects.js'
import type { OracleName, Order } from './oracle.js'

/**
 * What the builders of the other side are asked for. They take less than the wire allows: no features, no unknown records,
 * LDK no currency and no path that begins at a channel.
 */

const NETWORKS = {
  bitcoin: chainHashOf('bitcoin'),
  testnet: chainHashOf('testnet'),
  signet: chainHashOf('signet'),
  regtest: chainHashOf('regtest'),
}
type Network = keyof typeof NETWORKS
const networks = fc.constantFrom<Network>('bitcoin', 'testnet', 'signet', 'regtest')

/** A value, or the member left out. */
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })

const text = fc.string({ unit: 'binary', maxLength: 30 })
const hexOf = (bytes: fc.Arbitrary<Uint8Array>) => bytes.map(toHex)
const digits = (min: bigint, max: bigint) => fc.bigInt({ min, max }).map(String)
const point = hexOf(arbitraryPoint())
const seed = hexOf(fc.uint8Array({ minLength: 32, maxLength: 32 }))

/** Far ahead of any clock, and within what a signed 64-bit number holds. */
const FUTURE = [4_000_000_000n, 2n ** 62n] as const

/** Paths that name their first node. */
const byId = arbitraryOf(blindedPath).filter((path) => path.path.length > 0 && 'node_id' in path.first_node_id)
const byAnything = arbitraryOf(blindedPath).filter((path) => path.path.length > 0)
const pathHex = (path: BlindedPath) => toHex(encode(blindedPath, path))
const pathHexes = (of: fc.Arbitrary<BlindedPath>) => fc.array(of.map(pathHex), { minLength: 1, maxLength: 2 })

const order = (method: Order['method'], item: fc.Arbitrary<object>): fc.Arbitrary<Order> =>
  item.map((members) => ({ method, item: members as Order['item'] }))

/** Offers. A price is with a description, as builders demand. */
export function offerOrders(oracle: OracleName): fc.Arbitrary<Order> {
  return order(
    'build',
    fc
      .record({
        kind: fc.constant('offer'),
        nets: fc.uniqueArray(networks, { maxLength: 2 }),
        offer_metadata: maybe(hexOf(fc.uint8Array({ maxLength: 40 }))),
        offer_amount: maybe(digits(1n, 2_100_000_000_000_000_000n)),
        offer_description: text,
        offer_absolute_expiry: maybe(digits(...FUTURE)),
        offer_paths: maybe(pathHexes(byAnything)),
        offer_issuer: maybe(text),
        offer_quantity_max: maybe(digits(0n, 2n ** 63n - 1n)),
        offer_issuer_id: point,
      })
      .map(({ nets, ...rest }) => ({
        ...rest,
        ...(oracle === 'ldk' ? { chains: nets } : { offer_chains: nets.map((name) => toHex(NETWORKS[name])) }),
      })),
  )
}

export const refundOrders: fc.Arbitrary<Order> = order(
  'build',
  fc.record({
    kind: fc.constant('refund'),
    invreq_metadata: hexOf(fc.uint8Array({ minLength: 1, maxLength: 40 })),
    invreq_payer_id: point,
    invreq_amount: digits(1n, 2_100_000_000_000_000_000n),
    offer_description: text,
    chain: maybe(networks),
    offer_absolute_expiry: maybe(digits(...FUTURE)),
    offer_issuer: maybe(text),
    invreq_paths: maybe(pathHexes(byAnything)),
    invreq_quantity: maybe(digits(1n, 2n ** 63n)),
    invreq_payer_note: maybe(text),
  }),
)

/** A request for an offer of ours. */
export function requestOrders(oracle: OracleName, offer: OfferMessage, offerText: string): fc.Arbitrary<Order> {
  const { offer_quantity_max: most, offer_amount: price = 0n, offer_currency, offer_chains } = offer.fields
  // No request can be for more than there is.
  const each = offer_currency === undefined ? price : 0n
  const affordable = each === 0n ? 1000n : MAX_MSAT / each
  const highest = most === undefined || most === 0n || most > affordable ? affordable : most
  const quantities = most === undefined ? fc.constant(undefined) : fc.bigInt({ min: 1n, max: highest })
  return order(
    'build',
    fc
      .record({
        quantity: quantities,
        tip: fc.bigInt({ min: 1n, max: 1_000_000n }),
        exact: fc.boolean(),
        seed,
        note: maybe(text),
        name: maybe(fc.constantFrom('alice@example.com', 'a.b-c_d@x.org')),
        payer: fc.constantFrom(...NODES),
      })
      .map(({ quantity, tip, exact, seed, note, name, payer }) => {
        const says = !exact || offer.fields.offer_amount === undefined || oracle === 'kmp'
        const tipped = each * (quantity ?? 1n) + tip
        const chain = offer_chains?.[0]
        const known = (Object.keys(NETWORKS) as Network[]).find(
          (each) => chain && toHex(NETWORKS[each]) === toHex(chain),
        )
        return {
          kind: 'invoice_request',
          offer: offerText,
          ...(says && { invreq_amount: `${tipped < MAX_MSAT ? tipped : MAX_MSAT}` }),
          ...(quantity !== undefined && { invreq_quantity: `${quantity}` }),
          ...(note !== undefined && { invreq_payer_note: note }),
          ...(oracle === 'ldk'
            ? { seed, ...(known && { chain: known }), ...(name !== undefined && { name }) }
            : { payer_key: toHex(payer.secret), invreq_chain: toHex(chain ?? NETWORKS.bitcoin) }),
        }
      }),
  )
}

/** An invoice for a request (hex for LDK, text for lightning-kmp) or for a refund, signed by `secret`. */
export function invoiceOrders(
  about: { readonly request: string } | { readonly refund: string },
  secret: Uint8Array,
): fc.Arbitrary<Order> {
  const payinfo = {
    fee_base_msat: digits(0n, 0xffff_ffffn),
    fee_proportional_millionths: digits(0n, 0xffff_ffffn),
    cltv_expiry_delta: digits(0n, 0xffffn),
    htlc_minimum_msat: digits(0n, 2n ** 62n),
    htlc_maximum_msat: digits(0n, 2n ** 62n),
  }
  const fallback = fc.oneof(
    fc.record({ version: fc.constant('0'), address: hexOf(fc.uint8Array({ minLength: 20, maxLength: 20 })) }),
    fc.record({ version: fc.constant('0'), address: hexOf(fc.uint8Array({ minLength: 32, maxLength: 32 })) }),
    fc.record({ version: fc.constant('1'), address: hexOf(arbitraryPoint().map((id) => id.subarray(1))) }),
  )
  return order(
    'build',
    fc
      .record({
        kind: fc.constant('invoice'),
        paths: fc.array(fc.record({ path: byId.map(pathHex), ...payinfo }), { minLength: 1, maxLength: 3 }),
        invoice_payment_hash: seed,
        preimage: seed,
        invoice_created_at: digits(1n, 2n ** 32n),
        invoice_relative_expiry: maybe(digits(1n, 0xffff_ffffn)),
        fallbacks: fc.array(fallback, { maxLength: 2 }),
        mpp: fc.boolean(),
      })
      .map((all) => ({ ...all, ...about, secret: toHex(secret) })),
  )
}
