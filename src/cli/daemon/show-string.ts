import type { LnoError } from '../../base/error.js'
import type { Context } from '../frame/command.js'
import { asLnoError } from '../frame/report.js'
import { type QrCode, qrCode, qrText } from '../show/qr.js'

/** The option of commands that print an offer or a refund of ours. */
export const QR = { summary: 'show the string as a QR code, too' } as const

/**
 * Prints an offer or a refund of ours, and the QR code of its string where that was asked for. A code that cannot be shown takes
 * nothing else away: the reason is returned.
 */
export async function showString<T extends { readonly bolt12: string }>(
  { result, json, width, style }: Pick<Context, 'result' | 'json' | 'width' | 'style'>,
  made: T,
  withQr: boolean,
  human: (made: T, width: number, label: (text: string) => string) => string,
): Promise<LnoError | undefined> {
  let code: QrCode | undefined
  let drawn = ''
  let problem: LnoError | undefined
  try {
    if (withQr) code = await qrCode(made.bolt12)
    if (code && !json) drawn = `\n\n${qrText(code, { width, style })}`
  } catch (error) {
    problem = asLnoError(error)
  }
  result({ ...made, ...(code && { qr: code }) }, () => human(made, width, style.dim) + drawn)
  return problem
}
