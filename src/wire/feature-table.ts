import { offers } from './features.js'

/** Where a feature may stand: init, node_announcement, channel_announcement, BOLT 11 invoice, channel_type. */
export type FeatureContext = 'I' | 'N' | 'C' | '9' | 'T'

/** One row of BOLT 9's table, or of a bLIP, or of an implementation's own numbers. */
export interface Feature {
  /** The even bit of the pair. */
  readonly bit: number
  readonly name: string
  /** As the specification lists them; none for a feature that everybody is assumed to have. */
  readonly contexts: readonly FeatureContext[]
  /** Even bits of the features it is built on. */
  readonly requires?: readonly number[]
  /**
   * True when its even bit demands a service on the bare connection, which only a node that offers it can give. All
   * others say how channels, payments or gossip would work: no reason to refuse a peer with whom there are none.
   */
  readonly service?: true
  readonly source?: 'bLIP' | 'CLN' | 'Eclair' | 'LDK' | 'LND'
}

const IN = ['I', 'N'] as const
const INT = ['I', 'N', 'T'] as const
const IN9 = ['I', 'N', '9'] as const

/** Every feature with a number that is known here, by ascending bit. */
export const FEATURES: readonly Feature[] = [
  { bit: 0, name: 'option_data_loss_protect', contexts: [] },
  { bit: 4, name: 'option_upfront_shutdown_script', contexts: IN },
  { bit: 6, name: 'gossip_queries', contexts: [] },
  { bit: 8, name: 'var_onion_optin', contexts: [] },
  { bit: 10, name: 'gossip_queries_ex', contexts: IN },
  { bit: 12, name: 'option_static_remotekey', contexts: [] },
  { bit: 14, name: 'payment_secret', contexts: [] },
  { bit: 16, name: 'basic_mpp', contexts: IN9, requires: [14] },
  { bit: 18, name: 'option_support_large_channel', contexts: IN },
  { bit: 20, name: 'option_anchor_outputs', contexts: [] },
  { bit: 22, name: 'option_anchors', contexts: INT },
  { bit: 24, name: 'option_route_blinding', contexts: IN9 },
  { bit: 26, name: 'option_shutdown_anysegwit', contexts: IN },
  { bit: 28, name: 'option_dual_fund', contexts: IN },
  { bit: 30, name: 'amp', contexts: IN9, source: 'LND' },
  { bit: 34, name: 'option_quiesce', contexts: IN },
  { bit: 36, name: 'option_attribution_data', contexts: IN9 },
  { bit: 38, name: 'option_onion_messages', contexts: IN, service: true },
  { bit: 40, name: 'zero_fee_commitments', contexts: INT },
  { bit: 42, name: 'option_provide_storage', contexts: IN, service: true },
  { bit: 44, name: 'option_channel_type', contexts: [] },
  { bit: 46, name: 'option_scid_alias', contexts: INT },
  { bit: 48, name: 'option_payment_metadata', contexts: ['9'] },
  { bit: 50, name: 'option_zeroconf', contexts: INT, requires: [46] },
  { bit: 52, name: 'option_htlc_hold', contexts: IN, source: 'LDK' },
  { bit: 54, name: 'keysend', contexts: ['N'], source: 'bLIP' },
  { bit: 56, name: 'trampoline_routing', contexts: IN9 },
  { bit: 60, name: 'option_simple_close', contexts: IN, requires: [26] },
  { bit: 62, name: 'option_splice', contexts: IN },
  // Built on 38 by the table; but Eclair from 0.14.2 on offers 67 alone, so that it is not held against anybody.
  { bit: 66, name: 'option_onion_messages_only_channels', contexts: IN },
  { bit: 80, name: 'option_simple_taproot', contexts: INT },
  // What 38 was before it had a number in BOLT 9: c-lightning v0.10.0. We offer the service under 38, so that it may be demanded.
  { bit: 102, name: 'option_onion_messages_experimental', contexts: IN9, source: 'CLN' },
  { bit: 148, name: 'trampoline_payment_prototype', contexts: IN9, source: 'Eclair' },
  { bit: 152, name: 'option_htlc_hold_staging', contexts: IN, source: 'LDK' },
  { bit: 180, name: 'simple_taproot_staging', contexts: INT, source: 'LND' },
  { bit: 256, name: 'hosted_channels', contexts: IN, service: true, source: 'bLIP' },
  { bit: 258, name: 'dns_resolver', contexts: ['N'], service: true, source: 'bLIP' },
  { bit: 262, name: 'bolt11_blinded_paths', contexts: ['I', '9'], source: 'bLIP' },
  { bit: 2022, name: 'experimental_endorsement', contexts: IN, source: 'LND' },
]

const byBit: ReadonlyMap<number, Feature> = /* @__PURE__ */ new Map(FEATURES.map((row) => [row.bit, row]))

/** What is known of a bit, even or odd. */
export function featureOf(bit: number): Feature | undefined {
  return byBit.get(bit & ~1)
}

/** A bit for people: `option_onion_messages (39)`, or its number alone. */
export function featureName(bit: number): string {
  const row = featureOf(bit)
  return row === undefined ? `${bit}` : `${row.name} (${bit})`
}

/**
 * The bits of our init, without optional parts (bits 7, 25, 37, 257). 1, 9, 13, 15 and 45 are assumed to be everybody's by
 * BOLT 9, yet LDK and Eclair hang up without them; LND drops the onion messages of a sender without 39.
 */
export const INIT_FEATURES: readonly number[] = [1, 9, 13, 15, 39, 45]

/** `option_route_blinding`, offered: HTLCs with a `path_key` are understood. */
export const ROUTE_BLINDING = 25
/** `hosted_channels` (bLIP 17), offered. */
export const HOSTED_CHANNELS = 257

/** True when a peer has hosted channels. */
export function offersHosting(features: Uint8Array): boolean {
  return offers(features, HOSTED_CHANNELS)
}

/**
 * True when an HTLC with a `path_key` may go to a peer over a hosted channel. bLIP 17 does not say that its HTLCs have BOLT 2's
 * TLVs; a program that does not know them would refuse the HTLC or, worse, sign another state. So the peer must offer both.
 */
export function offersBlindedHosting(features: Uint8Array): boolean {
  return offersHosting(features) && offers(features, ROUTE_BLINDING)
}

/**
 * The even bits that may stand in a peer's init: known ones, unless they demand a service that `ours` does not offer
 * (rule M8).
 */
export function acceptableDemands(ours: Uint8Array): { has(bit: number): boolean } {
  return {
    has: (bit) => {
      const row = byBit.get(bit)
      return row !== undefined && (row.service !== true || offers(ours, bit))
    },
  }
}

/** A feature that is offered without one it needs, directly or through others. Bits are the even ones. */
export interface MissingDependency {
  readonly bit: number
  readonly needs: number
}

/** All dependencies that a bitmap does not fulfil, transitive ones too (rule M8). */
export function missingDependencies(
  bitmap: Uint8Array,
  table: readonly Pick<Feature, 'bit' | 'requires'>[] = FEATURES,
): readonly MissingDependency[] {
  const rows = new Map(table.map((row) => [row.bit, row]))
  const missing: MissingDependency[] = []
  for (const { bit } of table) {
    if (!offers(bitmap, bit)) continue
    const needed = new Set<number>()
    const walk = (of: number) => {
      for (const next of rows.get(of)?.requires ?? []) {
        if (needed.has(next)) continue
        needed.add(next)
        walk(next)
      }
    }
    walk(bit)
    for (const needs of needed) if (!offers(bitmap, needs)) missing.push({ bit, needs })
  }
  return missing
}
