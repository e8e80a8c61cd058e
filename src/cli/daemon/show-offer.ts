import type { LnoError } from '../../base/error.js'
import type { OfferView } from '../../node/methods/index.js'
import type { Context } from '../frame/command.js'
import { asLnoError } from '../frame/report.js'
import { type QrCode, qrCode, qrText } from '../show/qr.js'
import { offerText } from './offer-text.js'

/** The option of commands that print an offer of ours. */
export const QR = { summary: 'show the string as a QR code, too' } as const

/**
 * Prints an offer of ours, and its QR code where that was asked for. A code that cannot be shown takes nothing else away: the
 * reason is returned.
 */
export async function showOffer(
  { result, json, width, style }: Pick<Context, 'result' | 'json' | 'width' | 'style'>,
  offer: OfferView,
  withQr: boolean,
): Promise<LnoError | undefined> {
  let code: QrCode | undefined
  let drawn = ''
  let problem: LnoError | undefined
  try {
    if (withQr) code = await qrCode(offer.bolt12)
    if (code && !json) drawn = `\n\n${qrText(code, { width, style })}`
  } catch (error) {
    problem = asLnoError(error)
  }
  result({ ...offer, ...(code && { qr: code }) }, () => offerText(offer, width, style.dim) + drawn)
  return problem
}
