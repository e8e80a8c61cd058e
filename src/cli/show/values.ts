import { escapeForDisplay } from '../../base/display.js'
import { toHex } from '../../base/hex.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import { minorUnitDecimals } from '../../bolt12/currency.js'
import type { BlindedPayinfo } from '../../bolt12/subtypes.js'
import type { SciddirOrPubkey } from '../../wire/codec.js'

/** Values as people read them, one line each. */

/** `10001 msat (10.001 sat)` */
export function showMsat(msat: bigint): string {
  const rest = (msat % 1000n).toString().padStart(3, '0').replace(/0+$/, '')
  return `${msat} msat (${msat / 1000n}${rest === '' ? '' : `.${rest}`} sat)`
}

/** An amount in the minor unit of a currency: `1050 (10.50 USD)`; the digits are those of ISO 4217. */
export function showCurrency(amount: bigint, currency: string): string {
  const digits = minorUnitDecimals(currency)
  if (digits === undefined) return `${amount} of the smallest unit of ${escapeForDisplay(currency)}`
  if (digits === 0) return `${amount} ${currency}`
  const text = amount.toString().padStart(digits + 1, '0')
  return `${amount} (${text.slice(0, -digits)}.${text.slice(-digits)} ${currency})`
}

const UNITS = [
  ['year', 31_557_600n],
  ['day', 86_400n],
  ['hour', 3600n],
  ['minute', 60n],
  ['second', 1n],
] as const

/** A span in its largest unit that fits at least twice: `36 hours`, `2 hours`, `1 second`. */
export function showSeconds(seconds: bigint): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= 2n * length) ?? UNITS[4]
  const count = seconds / length
  return `${count} ${unit}${count === 1n ? '' : 's'}`
}

/** The last second that a `Date` can hold. */
const LAST_DATE = 8_640_000_000_000n

/** `2026-03-01T00:00:00Z (in 3 days)`; @param now Unix time in seconds */
export function showTime(seconds: bigint, now: bigint): string {
  const iso =
    seconds <= LAST_DATE
      ? new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
      : `${seconds} seconds after 1970`
  const away = seconds > now ? seconds - now : now - seconds
  return `${iso} (${away === 0n ? 'now' : seconds > now ? `in ${showSeconds(away)}` : `${showSeconds(away)} ago`})`
}

/** `830000x12x1` */
export function showScid(scid: bigint): string {
  return `${scid >> 40n}x${(scid >> 16n) & 0xffffffn}x${scid & 0xffffn}`
}

/** The node that a blinded path begins at. */
export function showIntroduction(first: SciddirOrPubkey): string {
  if ('node_id' in first) return toHex(first.node_id)
  return `node ${first.direction === 0 ? 1 : 2} of channel ${showScid(first.short_channel_id)}`
}

/** `from 02ab…, 3 hops` */
export function showPath({ first_node_id, path }: BlindedPath): string {
  return `from ${showIntroduction(first_node_id)}, ${path.length} ${path.length === 1 ? 'hop' : 'hops'}`
}

/** What a payment over a path costs and is bound to. */
export function showPayinfo(info: BlindedPayinfo): string {
  const fee = `fee ${info.fee_base_msat} msat + ${info.fee_proportional_millionths} ppm`
  const range = `${info.htlc_minimum_msat}-${info.htlc_maximum_msat} msat`
  const features = info.features.length === 0 ? '' : `, features ${showFeatures(info.features)}`
  return `${fee}, ${info.cltv_expiry_delta} blocks, ${range}${features}`
}

/** The bits that are set: `16, 262`; a bitmap may be large, so that only the first few are named. */
export function showFeatures(bitmap: Uint8Array): string {
  const bits: number[] = []
  for (let i = bitmap.length - 1; i >= 0; i--) {
    for (let bit = 0; bit < 8 && bitmap[i] !== 0; bit++) {
      if (((bitmap[i]! >> bit) & 1) === 0) continue
      if (bits.length === 16) return `${bits.join(', ')}, …`
      bits.push((bitmap.length - 1 - i) * 8 + bit)
    }
  }
  return bits.length === 0 ? 'none' : `bits ${bits.join(', ')}`
}

/** Bytes as hex, with their number where there are many. */
export function showBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '(empty)'
  return bytes.length <= 96 ? toHex(bytes) : `${toHex(bytes.subarray(0, 64))}… (${bytes.length} bytes)`
}

/** Text of a stranger in quotation marks. */
export function showText(text: string): string {
  return `"${escapeForDisplay(text)}"`
}
