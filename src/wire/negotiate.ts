import { LnoError } from '../base/error.js'
import { toHex } from '../base/hex.js'
import { chainName, commonChains } from './chains.js'
import type { WireCode } from './codes.js'
import { acceptableDemands, featureName, missingDependencies } from './feature-table.js'
import { demands, joinFeatures, offers, unknownEven } from './features.js'
import type { Init } from './messages/init.js'

/** Features and chains that are named in an issue at most. */
const MOST_NAMED = 8

/** What we said in our own init. */
export interface OwnInit {
  /** Our features as a bitmap. */
  readonly features: Uint8Array
  /** Our chains, 32 bytes each. */
  readonly chains: readonly Uint8Array[]
}

/** What a peer's init comes to. */
export interface InitVerdict {
  /** Both bitmaps of the peer joined, without leading zero bytes (rule M8). */
  readonly features: Uint8Array
  /** Why the two nodes do not fit: `FEATURE_UNKNOWN_EVEN`, `FEATURE_MISSING_DEPENDENCY`, `NO_COMMON_CHAIN`. */
  readonly issues: readonly LnoError[]
  /** True when the connection must be closed for one of them. */
  readonly close: boolean
}

function issue(code: WireCode, message: string, spec: string): LnoError {
  return new LnoError(code, message, { spec, rule: 'M8', path: [code === 'NO_COMMON_CHAIN' ? 'networks' : 'features'] })
}

/**
 * Judges a peer's init (BOLT 1 "The init Message", rules M7 and M8): unknown or unmet demands, features without those
 * that they are built on, other chains. A peer that lists no chains is taken as one on ours.
 */
export function judgeInit(options: {
  readonly ours: OwnInit
  readonly theirs: Pick<Init, 'globalfeatures' | 'features' | 'networks'>
}): InitVerdict {
  const { ours, theirs } = options
  const features = joinFeatures(theirs.globalfeatures, theirs.features)
  const issues: LnoError[] = []
  const unmet = unknownEven(features, acceptableDemands(ours.features), MOST_NAMED)
  if (unmet.length > 0) {
    const text = `the peer demands ${unmet.map(featureName).join(', ')}`
    issues.push(issue('FEATURE_UNKNOWN_EVEN', text, 'BOLT 1 The init Message'))
  }
  const missing = missingDependencies(features)
  if (missing.length > 0) {
    const text = missing.map(({ bit, needs }) => `${featureName(bit)} without ${featureName(needs)}`).join(', ')
    issues.push(issue('FEATURE_MISSING_DEPENDENCY', `the peer offers ${text}`, 'BOLT 9'))
  }
  const chains = theirs.networks
  if (chains !== undefined && ours.chains.length > 0 && commonChains(ours.chains, chains).length === 0) {
    const text = `the peer is on ${namesOf(chains)}, this node on ${namesOf(ours.chains)}`
    issues.push(issue('NO_COMMON_CHAIN', text, 'BOLT 1 The init Message'))
  }
  return { features, issues, close: issues.length > 0 }
}

function namesOf(chains: readonly Uint8Array[]): string {
  const names = chains.slice(0, MOST_NAMED).map((chain) => chainName(chain) ?? toHex(chain))
  return names.length === 0 ? 'no chain' : `${names.join(', ')}${chains.length > MOST_NAMED ? ', …' : ''}`
}

/**
 * True when a feature is in force on a connection (BOLT 1): both offer it, or we demanded it and the peer stayed.
 * @param theirs the peer's joined bitmap, `features` of the verdict
 */
export function negotiated(ours: Uint8Array, theirs: Uint8Array, bit: number): boolean {
  return demands(ours, bit) || (offers(ours, bit) && offers(theirs, bit))
}

/**
 * Whether a node forwards onion messages: for everybody, for its channel peers only (66/67 without 38/39), or not at all.
 * c-lightning v0.10.0 says so by 102/103.
 */
export function onionMessageRelay(features: Uint8Array): 'yes' | 'channels-only' | 'no' {
  if (offers(features, 39) || offers(features, 103)) return 'yes'
  return offers(features, 67) ? 'channels-only' : 'no'
}
