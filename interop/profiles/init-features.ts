import { fromHex } from '../../src/base/hex.js'
import { listBits } from '../../src/wire/features.js'

/** Bits of an init, from the bitmap that a developer build of the release was seen to send. */
export const initFeatures = (seen: string): readonly number[] => listBits(fromHex(seen))
