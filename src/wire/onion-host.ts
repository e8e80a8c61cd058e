const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** The name of a version 3 onion service: its 35 bytes (key, checksum, version) in base32. */
export function onionHost(bytes: Uint8Array): string {
  let name = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) name += ALPHABET[(held >> (bits - 5)) & 31]
  }
  return `${name}.onion`
}

/**
 * The 35 bytes of a version 3 onion service by its name, or undefined. The checksum in them is left to Tor, which refuses
 * a wrong one when it is dialled.
 */
export function onionKey(host: string): Uint8Array | undefined {
  if (!/^[a-z2-7]{56}\.onion$/.test(host)) return undefined
  const bytes = new Uint8Array(35)
  let held = 0
  let bits = 0
  let at = 0
  for (const character of host.slice(0, 56)) {
    held = ((held << 5) | ALPHABET.indexOf(character)) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 255
    }
  }
  return bytes
}
