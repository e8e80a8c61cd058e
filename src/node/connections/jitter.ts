import type { Random } from '../../base/effects.js'
import { BACKOFF_MS } from './limits.js'

/** A number in `0 <= x < 1`. */
function fraction(random: Random): number {
  const bytes = random(4)
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32
}

/** Give or take a half: nodes that were started together do not all ping in the same moment. */
export function pingDelay(periodMs: number, random: Random): number {
  return periodMs * (0.5 + fraction(random))
}

/** The wait after `failures` failures in a row: doubling, bounded, shortened by up to a half so that callers spread. */
export function backoffDelay(failures: number, random: Random): number {
  const full = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** Math.max(0, failures - 1))
  return full * (0.5 + fraction(random) / 2)
}
