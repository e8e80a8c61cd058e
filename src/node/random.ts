import { randomFillSync } from 'node:crypto'
import type { Random } from '../base/effects.js'

/** Bytes of the operating system's generator. */
export const systemRandom: Random = (length) => randomFillSync(new Uint8Array(length))
