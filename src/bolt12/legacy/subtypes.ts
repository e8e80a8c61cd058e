import { LnoError } from '../../base/error.js'
import { isPoint } from '../../crypto/group.js'
import {
  array,
  bytes,
  type Codec,
  counted,
  either,
  featureBits,
  point,
  prefixed,
  struct,
  tu16,
  tu32,
  tu64,
  u8,
  u16,
  u32,
  u64,
} from '../../wire/codec.js'
import { type FallbackAddress, fallbackAddress } from '../subtypes.js'
import type { LegacyCode } from './codes.js'
import type { LegacyDialect } from './dialect.js'
import { fromXOnly } from './keys.js'

/** A key as BIP-340 has it: 32 bytes, the x coordinate of a point (rule L2). */
export const point32: Codec<Uint8Array> = {
  name: 'point32',
  shape: { kind: 'mapped', of: /* @__PURE__ */ bytes(32) },
  read: (reader) => {
    const { offset } = reader
    const value = reader.take(32)
    if (isPoint(fromXOnly(value))) return value
    throw new LnoError('LEGACY_BAD_KEY' satisfies LegacyCode, 'not the x coordinate of a point of secp256k1', {
      offset,
    })
  },
  write: (writer, value) => bytes(32, 'point32').write(writer, value),
}

/** A field that says something by being there; its value has no bytes. */
export const flag: Codec<Uint8Array> = /* @__PURE__ */ bytes(0, 'flag')

/** A hop of a path: as today's, under the names of its time. */
export interface LegacyHop {
  /** Blinded node id, 33 bytes. */
  readonly node_id: Uint8Array
  /** What only that node can decrypt. */
  readonly enctlv: Uint8Array
}

/** A blinded path in an offer or an invoice. c-lightning read such paths and never made one. */
export interface LegacyPath {
  /** Where it begins; v0.10.1 wrote paths without. */
  readonly first_node_id?: Uint8Array
  /** The path key for its first node, 33 bytes. */
  readonly blinding: Uint8Array
  readonly path: readonly LegacyHop[]
}

const hop: Codec<LegacyHop> = /* @__PURE__ */ struct('onionmsg_path', {
  node_id: point,
  enctlv: /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes()),
})

/** As in c-lightning v0.10.1: who begins it is not said. */
const barePaths: Codec<readonly LegacyPath[]> = /* @__PURE__ */ array(
  /* @__PURE__ */ struct('legacy_blinded_path', {
    blinding: point,
    path: /* @__PURE__ */ counted(u16, hop),
  }),
)

/** As from c-lightning v0.10.2 on. */
const introducedPaths: Codec<readonly LegacyPath[]> = /* @__PURE__ */ array(
  /* @__PURE__ */ struct('legacy_blinded_path', {
    first_node_id: point,
    blinding: point,
    path: /* @__PURE__ */ counted(u8, hop),
  }) as Codec<LegacyPath>,
)

/**
 * Read as from v0.10.2 on, or else as in v0.10.1. A list cannot be both unless a path of it has 512 hops: where the later
 * form has the prefix of a second key, the earlier one has the number of hops.
 */
const anyPaths: Codec<readonly LegacyPath[]> = /* @__PURE__ */ either(introducedPaths, barePaths, (paths) =>
  paths.every(({ first_node_id }) => first_node_id !== undefined),
)

export function pathsOf({ paths }: LegacyDialect): Codec<readonly LegacyPath[]> {
  return { bare: barePaths, introduced: introducedPaths, either: anyPaths }[paths]
}

/** What a payment over a hop of a path costs. */
export interface LegacyPayinfo {
  /** msat */
  readonly fee_base_msat: number
  /** Millionths of the amount forwarded. */
  readonly fee_proportional_millionths: number
  /** Blocks. */
  readonly cltv_expiry_delta: number
  /** Feature bits, big-endian. */
  readonly features: Uint8Array
}

export const legacyPayinfo: Codec<LegacyPayinfo> = /* @__PURE__ */ struct('legacy_blinded_payinfo', {
  fee_base_msat: u32,
  fee_proportional_millionths: u32,
  cltv_expiry_delta: u16,
  features: /* @__PURE__ */ prefixed(u16, featureBits),
})

/** One msat amount a path. */
export const capacities: Codec<readonly bigint[]> = /* @__PURE__ */ array(u64)

const countedFallbacks: Codec<readonly FallbackAddress[]> = /* @__PURE__ */ counted(u8, fallbackAddress)
const listedFallbacks: Codec<readonly FallbackAddress[]> = /* @__PURE__ */ array(fallbackAddress)
/** Written with their number, which no other list can be taken for. */
const anyFallbacks: Codec<readonly FallbackAddress[]> = /* @__PURE__ */ either(countedFallbacks, listedFallbacks)

export function fallbacksOf({ fallbacks }: LegacyDialect): Codec<readonly FallbackAddress[]> {
  return { counted: countedFallbacks, list: listedFallbacks, either: anyFallbacks }[fallbacks]
}

export function cltvOf({ cltv }: LegacyDialect): Codec<number> {
  return { tu16, tu32 }[cltv]
}

/** How often an offer is to be paid anew. */
export interface LegacyRecurrence {
  /** 0 seconds, 1 days, 2 months, 3 years. */
  readonly time_unit: number
  /** In that unit. */
  readonly period: number
}

export const recurrence: Codec<LegacyRecurrence> = /* @__PURE__ */ struct('recurrence', { time_unit: u8, period: tu32 })

/** When the periods of an offer begin. */
export interface LegacyRecurrenceBase {
  /** 1: payment may begin with any period. */
  readonly start_any_period: number
  /** Seconds since 1970. */
  readonly basetime: bigint
}

export const recurrenceBase: Codec<LegacyRecurrenceBase> = /* @__PURE__ */ struct('recurrence_base', {
  start_any_period: u8,
  basetime: tu64,
})

/** When a period may be paid, in seconds around its beginning. */
export interface LegacyPaywindow {
  readonly seconds_before: number
  /** 1: who pays late in a period pays for what is left of it. */
  readonly proportional_amount: number
  readonly seconds_after: number
}

export const paywindow: Codec<LegacyPaywindow> = /* @__PURE__ */ struct('recurrence_paywindow', {
  seconds_before: u32,
  proportional_amount: u8,
  seconds_after: tu32,
})
