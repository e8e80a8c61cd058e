/** `0279be66…1798`: enough to tell nodes and offers apart in a sentence. */
export function shortId(hex: string): string {
  return /^[0-9a-f]{17,}$/.test(hex) ? `${hex.slice(0, 8)}…${hex.slice(-4)}` : hex
}

/** `10 000 msat (10 sat)`. */
export function formatMsat(msat: bigint): string {
  const digits = msat.toString().replace(/\B(?=(\d{3})+$)/g, ' ')
  const sat =
    msat >= 1000n && msat % 1000n === 0n ? ` (${(msat / 1000n).toString().replace(/\B(?=(\d{3})+$)/g, ' ')} sat)` : ''
  return `${digits} msat${sat}`
}

/** `2026-03-01 12:00:00 UTC` from an ISO text. */
export function formatTime(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')
}

/** `1 234.5 sat`: for sentences, in which msat would be one number too many. */
export function formatSat(msat: bigint): string {
  const abs = msat < 0n ? -msat : msat
  const whole = (abs / 1000n).toString().replace(/\B(?=(\d{3})+$)/g, ' ')
  const rest = (abs % 1000n).toString().padStart(3, '0').replace(/0+$/, '')
  return `${msat < 0n ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`} sat`
}
