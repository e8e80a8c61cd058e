import { concatBytes } from '../../src/base/bytes.js'
import { xorStream } from '../../src/crypto/cipher.js'
import { ecdh, publicKey } from '../../src/crypto/group.js'
import { hmacSha256 } from '../../src/crypto/hash.js'
import { deriveKey } from '../../src/onion/keys.js'
import type { OnionPacket } from '../../src/onion/packet.js'

/** A packet whose outer layer decrypts to exactly `plain`: for layers that `buildOnion` would never make. */
export function rawPacket(
  plain: Uint8Array,
  nodeId: Uint8Array,
  options: { readonly sessionKey: Uint8Array; readonly associatedData?: Uint8Array },
): OnionPacket {
  const ss = ecdh(options.sessionKey, nodeId)
  const hop_payloads = xorStream(deriveKey('rho', ss), plain)
  return {
    version: 0,
    public_key: publicKey(options.sessionKey),
    hop_payloads,
    hmac: hmacSha256(deriveKey('mu', ss), concatBytes(hop_payloads, options.associatedData ?? new Uint8Array(0))),
  }
}
