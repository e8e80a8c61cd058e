import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import { MAX_DUMMY_HOPS } from '../../blinding/index.js'
import { integer, method, none, text, u64Text } from '../control/index.js'
import { isoTime } from '../events.js'
import type { LnoNode } from '../node.js'
import type { OwnOffer } from '../offers/issuer.js'
import { pathTexts } from './schemas.js'

/** An offer of this node as it is shown. */
export interface OfferView {
  readonly offer_id: string
  /** False: requests are answered with an invoice_error until it is enabled again. */
  readonly active: boolean
  readonly single_use: boolean
  readonly label?: string
  readonly description?: string
  readonly issuer?: string
  /** Decimal msat; absent when the payer chooses. */
  readonly amount_msat?: string
  /** Decimal; `0` stands for any number. */
  readonly quantity_max?: string
  /** UTC. */
  readonly expires_at?: string
  readonly created_at: string
  /** The relays of each path, its introduction node first, this node left out. */
  readonly paths: readonly (readonly string[])[]
  /** The key that signs invoices, where the offer names one. */
  readonly issuer_id?: string
  /** Invoices that were promised and are neither expired nor paid. */
  readonly open_invoices: number
  readonly bolt12: string
}

const whichOffer = v.strictObject({ offer: text(120_000) })

const newOffer = v.strictObject({
  amount_msat: v.optional(u64Text),
  description: v.optional(text(4096)),
  issuer: v.optional(text(1024)),
  quantity_max: v.optional(u64Text),
  /** Unix seconds. */
  absolute_expiry: v.optional(u64Text),
  label: v.optional(text(256)),
  single_use: v.optional(v.boolean()),
  issuer_key: v.optional(v.boolean()),
  paths: v.optional(pathTexts),
  dummy_hops: v.optional(integer(0, MAX_DUMMY_HOPS)),
})

/** `offer.create`, `offer.list`, `offer.show`, `offer.disable`, `offer.enable` */
export function offerMethods(node: LnoNode, now: () => number) {
  const view = (own: OwnOffer) => offerView(node, own, now())
  const toggle = (disabled: boolean) => async (params: v.InferOutput<typeof whichOffer>) =>
    view(await node.issuer.setDisabled(params.offer, disabled))
  return [
    method('offer.create', newOffer, async (params) => {
      const { paths, quantity_max: most } = params
      const own = await node.issuer.create({
        ...(params.amount_msat !== undefined && { amountMsat: params.amount_msat }),
        ...(params.description !== undefined && { description: params.description }),
        ...(params.issuer !== undefined && { issuer: params.issuer }),
        ...(most !== undefined && { quantityMax: most === 0n ? 'unlimited' : most }),
        ...(params.absolute_expiry !== undefined && { absoluteExpiry: params.absolute_expiry }),
        ...(params.label !== undefined && { label: params.label }),
        ...(params.single_use !== undefined && { singleUse: params.single_use }),
        ...(params.issuer_key !== undefined && { issuerKey: params.issuer_key }),
        ...(paths && paths.length > 0 && { routes: paths }),
        ...(params.dummy_hops !== undefined && { dummyHops: params.dummy_hops }),
      })
      return { ...view(own), warnings: warningsFor(node, paths ?? []) }
    }),
    method('offer.list', none, () => ({ offers: node.issuer.list().map(view) })),
    method('offer.show', whichOffer, ({ offer }) => view(node.issuer.find(offer))),
    method('offer.disable', whichOffer, toggle(true)),
    method('offer.enable', whichOffer, toggle(false)),
  ] as const
}

function offerView(node: LnoNode, { id, text: bolt12, offer, stored }: OwnOffer, now: number): OfferView {
  const { fields } = offer
  const seconds = BigInt(Math.floor(now / 1000))
  const open = node.promises.of(id).filter((promise) => !promise.paid && promise.expires > seconds)
  return {
    offer_id: id,
    active: stored.disabled === undefined,
    single_use: stored.single_use === 1,
    ...(stored.label !== undefined && { label: stored.label }),
    ...(fields.offer_description !== undefined && { description: fields.offer_description }),
    ...(fields.offer_issuer !== undefined && { issuer: fields.offer_issuer }),
    ...(fields.offer_amount !== undefined && { amount_msat: fields.offer_amount.toString() }),
    ...(fields.offer_quantity_max !== undefined && { quantity_max: fields.offer_quantity_max.toString() }),
    ...(fields.offer_absolute_expiry !== undefined && { expires_at: timeOf(fields.offer_absolute_expiry) }),
    created_at: isoTime(Number(stored.created)),
    paths: (stored.routes ?? []).map((route) => route.map(toHex)),
    ...(fields.offer_issuer_id && { issuer_id: toHex(fields.offer_issuer_id) }),
    open_invoices: open.length,
    bolt12,
  }
}

/** Unix seconds as UTC; as digits where no calendar reaches. */
export function timeOf(seconds: bigint): string {
  return seconds <= 8_640_000_000_000n ? isoTime(Number(seconds) * 1000) : seconds.toString()
}

/** What would make something that was just made, with these paths, unreachable; it may still become reachable. */
export function warningsFor(node: LnoNode, paths: readonly (readonly string[])[]): readonly string[] {
  return paths.flatMap((route, index) => {
    const last = route[route.length - 1]
    if (last === undefined || last === node.id || node.connections.peer(last) !== undefined) return []
    return [`path ${index + 1} comes to us from ${last}, which is not connected: nothing arrives over it until it is`]
  })
}
