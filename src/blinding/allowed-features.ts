/** What `refusedFeature` needs. */
export interface FeaturesOfHop {
  /** `allowed_features` of the hop's data, big-endian; absent is as good as empty. */
  readonly allowed: Uint8Array | undefined
  /** Feature bits that we know, even or odd; none are defined for messages or blinded payments so far. */
  readonly known?: ReadonlySet<number>
  /** Feature bits that the message or payment makes use of. */
  readonly used?: readonly number[]
}

/**
 * The first feature bit for which a hop must refuse (rules O11, P10), or undefined: one that is allowed but unknown to us,
 * odd ones included, or one that is used without being allowed. Work grows with the bytes that are not zero only
 * (pitfall 7).
 */
export function refusedFeature({ allowed, known, used = [] }: FeaturesOfHop): number | undefined {
  const bits = allowed ?? NONE
  for (let at = bits.length - 1; at >= 0; at--) {
    const byte = bits[at]!
    if (byte === 0) continue
    for (let bit = 0; bit < 8; bit++) {
      const feature = (bits.length - 1 - at) * 8 + bit
      if ((byte >> bit) & 1 && !known?.has(feature)) return feature
    }
  }
  return used.find((feature) => !((bits[bits.length - 1 - (feature >> 3)] ?? 0) & (1 << (feature & 7))))
}

const NONE = /* @__PURE__ */ new Uint8Array(0)
