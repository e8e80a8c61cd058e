import { DAVE } from './cast.js'
import { METADATA, signedRequest } from './make-request.js'
import { merged, type Records, sorted } from './records.js'
import type { Context } from './vector.js'

/** How a request that answers no offer is made. */
export interface StandaloneSpec {
  readonly own?: Records
  readonly without?: readonly number[]
  /** The secret that signs; without it nobody does. */
  readonly signer?: Uint8Array
  readonly altered?: (bytes: Uint8Array) => Uint8Array
  readonly context?: Context
}

/** A refund of Dave's. */
const OWN: Records = [METADATA, [10, 'refund'], [82, 50_000n], [88, DAVE.id]]

/** The stream of such a request. */
export function standaloneBytes({ own, without, signer, altered }: StandaloneSpec): Uint8Array {
  const records = merged(OWN, own, without)
  const bytes = signer ? signedRequest(records, signer) : sorted(records)
  return altered?.(bytes) ?? bytes
}
