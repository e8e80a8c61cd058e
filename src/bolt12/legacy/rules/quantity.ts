import type { LegacyOffer } from '../offer.js'

/** True for an offer that is answered with a number of items. */
export function takesQuantity({ quantity_min, quantity_max }: LegacyOffer): boolean {
  return quantity_min !== undefined || quantity_max !== undefined
}

/** What is wrong with a number of items for such an offer. None is never enough. */
export function quantityProblem(offer: LegacyOffer, quantity: bigint): string | undefined {
  const { quantity_min: least = 1n, quantity_max: most } = offer
  if (quantity === 0n) return 'quantity is 0'
  const items = quantity === 1n ? '1 item' : `${quantity} items`
  if (quantity < least) return `${items}, the offer asks for ${least} at least`
  return most !== undefined && quantity > most ? `${items}, the offer allows ${most}` : undefined
}
