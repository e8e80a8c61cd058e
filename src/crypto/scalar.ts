/** 32 big-endian bytes as an integer. */
export function bytesToScalar(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 32)
  return (
    (view.getBigUint64(0) << 192n) |
    (view.getBigUint64(8) << 128n) |
    (view.getBigUint64(16) << 64n) |
    view.getBigUint64(24)
  )
}

/** An integer below 2^256 as 32 big-endian bytes. */
export function scalarToBytes(value: bigint): Uint8Array {
  const out = new Uint8Array(32)
  const view = new DataView(out.buffer)
  view.setBigUint64(0, value >> 192n)
  view.setBigUint64(8, (value >> 128n) & 0xffffffffffffffffn)
  view.setBigUint64(16, (value >> 64n) & 0xffffffffffffffffn)
  view.setBigUint64(24, value & 0xffffffffffffffffn)
  return out
}
