import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import { MAX_DUMMY_HOPS } from '../../blinding/index.js'
import type { Bolt12Form } from '../bolt12-form.js'
import { integer, method, none, text, u64Text } from '../control/index.js'
import { isoTime } from '../iso-time.js'
import type { LnoNode } from '../node.js'
import { offersError } from '../offers/codes.js'
import type { AnyOwnOffer, NewLegacyOffer, NewOffer, OwnLegacyOffer, OwnOffer } from '../offers/own-offer.js'
import { pathTexts } from './schemas.js'

/** An offer of this node as it is shown. */
export interface OfferView {
  readonly offer_id: string
  /** In which form of BOLT 12 it is written. */
  readonly form: Bolt12Form
  /** False: requests are answered with an invoice_error until it is enabled again. */
  readonly active: boolean
  readonly single_use: boolean
  readonly label?: string
  readonly description?: string
  readonly issuer?: string
  /** Decimal msat; absent when the payer chooses. */
  readonly amount_msat?: string
  /** Decimal; in the form of 2021 alone. */
  readonly quantity_min?: string
  /** Decimal; `0` stands for any number. */
  readonly quantity_max?: string
  /** UTC. */
  readonly expires_at?: string
  readonly created_at: string
  /** The relays of each path, its introduction node first, this node left out. */
  readonly paths: readonly (readonly string[])[]
  /** The key that signs invoices, where the offer names one: 33 bytes, in the form of 2021 their last 32. */
  readonly issuer_id?: string
  /** Invoices that were promised and are neither expired nor paid. */
  readonly open_invoices: number
  readonly bolt12: string
}

const whichOffer = v.strictObject({ offer: text(120_000) })

const newOffer = v.strictObject({
  form: v.optional(v.picklist(['modern', '2021'])),
  amount_msat: v.optional(u64Text),
  description: v.optional(text(4096)),
  issuer: v.optional(text(1024)),
  quantity_min: v.optional(u64Text),
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
  const view = (own: AnyOwnOffer) => offerView(node, own, now())
  const toggle = (disabled: boolean) => async (params: v.InferOutput<typeof whichOffer>) =>
    view(await node.issuer.setDisabled(params.offer, disabled))
  return [
    method('offer.create', newOffer, async (params) => {
      const form = params.form ?? node.issuer.forms[0] ?? 'modern'
      const own =
        form === '2021'
          ? await node.issuer.createLegacy(legacyOptions(params))
          : await node.issuer.create(modernOptions(params))
      return { ...view(own), warnings: warningsFor(node, params.paths ?? []) }
    }),
    method('offer.list', none, () => ({ offers: node.issuer.list().map(view) })),
    method('offer.show', whichOffer, ({ offer }) => view(node.issuer.find(offer))),
    method('offer.disable', whichOffer, toggle(true)),
    method('offer.enable', whichOffer, toggle(false)),
  ] as const
}

type NewOfferParams = v.InferOutput<typeof newOffer>

/** What offers of both forms have. */
function commonOptions(params: NewOfferParams) {
  return {
    ...(params.amount_msat !== undefined && { amountMsat: params.amount_msat }),
    ...(params.issuer !== undefined && { issuer: params.issuer }),
    ...(params.absolute_expiry !== undefined && { absoluteExpiry: params.absolute_expiry }),
    ...(params.label !== undefined && { label: params.label }),
    ...(params.single_use !== undefined && { singleUse: params.single_use }),
  }
}

function modernOptions(params: NewOfferParams): NewOffer {
  const { paths, quantity_max: most, quantity_min: least } = params
  if (least !== undefined)
    throw offersError('OFFER_FORM_UNFIT', 'a modern offer has no least quantity, only one in the form of 2021 has')
  return {
    ...commonOptions(params),
    ...(params.description !== undefined && { description: params.description }),
    ...(most !== undefined && { quantityMax: most === 0n ? 'unlimited' : most }),
    ...(params.issuer_key !== undefined && { issuerKey: params.issuer_key }),
    ...(paths && paths.length > 0 && { routes: paths }),
    ...(params.dummy_hops !== undefined && { dummyHops: params.dummy_hops }),
  }
}

function legacyOptions(params: NewOfferParams): NewLegacyOffer {
  const { description, paths = [], dummy_hops: dummyHops = 0, quantity_min: least, quantity_max: most } = params
  const unfit = paths.length > 0 ? 'paths' : dummyHops > 0 ? 'hops' : params.issuer_key ? 'key of its own' : undefined
  if (unfit !== undefined) {
    throw offersError(
      'OFFER_FORM_UNFIT',
      `an offer in the form of 2021 names this node and has no ${unfit}, only a modern one has`,
    )
  }
  if (description === undefined) {
    throw offersError(
      'OFFER_FORM_UNFIT',
      'an offer in the form of 2021 says what it is for, with or without a price: give a description',
    )
  }
  // Any number of them: that form says so by a least quantity without a most.
  const open = most === 0n
  return {
    ...commonOptions(params),
    description,
    ...(least !== undefined ? { quantityMin: least } : open && { quantityMin: 1n }),
    ...(most !== undefined && !open && { quantityMax: most }),
  }
}

function offerView(node: LnoNode, own: AnyOwnOffer, now: number): OfferView {
  const { id, form, text: bolt12, stored } = own
  const { description, issuer, amount, least, most, expiry, key } =
    own.form === '2021' ? legacyFields(own) : fields(own)
  const seconds = BigInt(Math.floor(now / 1000))
  const open = node.promises.of(id).filter((promise) => !promise.paid && promise.expires > seconds)
  return {
    offer_id: id,
    form,
    active: stored.disabled === undefined,
    single_use: stored.single_use === 1,
    ...(stored.label !== undefined && { label: stored.label }),
    ...(description !== undefined && { description }),
    ...(issuer !== undefined && { issuer }),
    ...(amount !== undefined && { amount_msat: amount.toString() }),
    ...(least !== undefined && { quantity_min: least.toString() }),
    ...(most !== undefined && { quantity_max: most.toString() }),
    ...(expiry !== undefined && { expires_at: timeOf(expiry) }),
    created_at: isoTime(Number(stored.created)),
    paths: (stored.routes ?? []).map((route) => route.map(toHex)),
    ...(key && { issuer_id: toHex(key) }),
    open_invoices: open.length,
    bolt12,
  }
}

/** What is shown of an offer's fields; both forms have it under other names. */
interface ShownFields {
  readonly description: string | undefined
  readonly issuer: string | undefined
  readonly amount: bigint | undefined
  readonly least: bigint | undefined
  readonly most: bigint | undefined
  readonly expiry: bigint | undefined
  readonly key: Uint8Array | undefined
}

function fields({ offer: { fields } }: OwnOffer): ShownFields {
  return {
    description: fields.offer_description,
    issuer: fields.offer_issuer,
    amount: fields.offer_amount,
    least: undefined,
    most: fields.offer_quantity_max,
    expiry: fields.offer_absolute_expiry,
    key: fields.offer_issuer_id,
  }
}

function legacyFields({ offer: { fields } }: OwnLegacyOffer): ShownFields {
  return {
    description: fields.description,
    issuer: fields.issuer,
    amount: fields.amount,
    least: fields.quantity_min,
    // A least quantity without a most: any number above it.
    most: fields.quantity_max ?? (fields.quantity_min === undefined ? undefined : 0n),
    expiry: fields.absolute_expiry,
    key: fields.node_id,
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
