import { type Address, remoteAddress } from '../address.js'
import { array, bytes, chainHash, prefixed, u16 } from '../codec.js'
import { bitmapOf } from '../features.js'
import { encodeMessage, type MessageFields, message } from '../message.js'
import { field } from '../tlv.js'

const bitmap = /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes(undefined, 'features'))

/** BOLT 1 `init`: the first message of both sides (rule M7). */
export const INIT = /* @__PURE__ */ message({
  type: 16,
  name: 'init',
  body: { globalfeatures: bitmap, features: bitmap },
  tlvs: {
    /** Chains that the sender is interested in. */
    networks: /* @__PURE__ */ field(1n, /* @__PURE__ */ array(chainHash)),
    /** The receiver's own address, as the sender sees it. */
    remote_addr: /* @__PURE__ */ field(3n, remoteAddress),
  },
})
export interface Init extends MessageFields<typeof INIT> {}

/**
 * Our `init`: no bits in `globalfeatures`, the shortest bitmap, all chains in use (rule M9).
 * @param options.remoteAddr what `remoteAddressFor` says of a caller; nothing for those whom we called (rule M10)
 * @throws LnoError `BAD_ADDRESS`
 */
export function makeInit(options: {
  readonly features: Iterable<number>
  readonly chains: readonly Uint8Array[]
  readonly remoteAddr?: Address | undefined
}): Uint8Array {
  return encodeMessage(INIT, {
    globalfeatures: new Uint8Array(0),
    features: bitmapOf(options.features),
    networks: options.chains,
    ...(options.remoteAddr && { remote_addr: options.remoteAddr }),
  })
}
