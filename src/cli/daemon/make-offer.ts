import type { OfferView } from '../../node/methods/index.js'
import type { Context } from '../frame/command.js'
import type { NodeClient } from './client.js'
import { offerText } from './offer-text.js'
import { showString } from './show-string.js'

/** What an offer is to say. */
export interface NewOffer {
  /** Undefined: the payer chooses. */
  readonly amountMsat: bigint | undefined
  readonly description: string | undefined
  readonly issuer?: string | undefined
  readonly form?: 'modern' | '2021' | undefined
  readonly quantityMin?: bigint | undefined
  readonly quantityMax?: bigint | undefined
  /** Unix seconds. */
  readonly expiresAt: bigint | undefined
  readonly label: string | undefined
  readonly singleUse: boolean
  readonly issuerKey?: boolean
  /** Relays of each path, the first node first. */
  readonly paths: readonly (readonly string[])[]
  readonly dummyHops?: number | undefined
}

/** Makes an offer at the node and shows it, with the QR code of its string where that is wanted. */
export async function makeOffer(
  context: Pick<Context, 'io' | 'json' | 'warn' | 'result' | 'width' | 'style'>,
  node: NodeClient,
  offer: NewOffer,
  withQr: boolean,
): Promise<OfferView> {
  const { io, json, warn } = context
  const { amountMsat, description, issuer, form, quantityMin, quantityMax, expiresAt, label, paths, dummyHops } = offer
  const made = await node.call('offer.create', {
    ...(amountMsat !== undefined && { amount_msat: amountMsat.toString() }),
    ...(description !== undefined && { description }),
    ...(issuer !== undefined && { issuer }),
    ...(form !== undefined && { form }),
    ...(quantityMin !== undefined && { quantity_min: quantityMin.toString() }),
    ...(quantityMax !== undefined && { quantity_max: quantityMax.toString() }),
    ...(expiresAt !== undefined && { absolute_expiry: expiresAt.toString() }),
    ...(label !== undefined && { label }),
    ...(offer.singleUse && { single_use: true }),
    ...(offer.issuerKey && { issuer_key: true }),
    ...(paths.length > 0 && { paths: paths.map((nodes) => [...nodes]) }),
    ...(dummyHops !== undefined && { dummy_hops: dummyHops }),
  })
  const withoutCode = await showString(context, made, withQr, offerText)
  for (const warning of made.warnings) warn(warning)
  if (!json && expiresAt !== undefined && expiresAt * 1000n <= io.now()) {
    warn('the offer has expired already: nobody will ask for an invoice')
  }
  // The offer is made and stands there: no reason to end as if it were not.
  if (withoutCode) warn(`no QR code: ${withoutCode.message}`)
  return made
}
