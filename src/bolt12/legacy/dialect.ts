/**
 * What differs between the releases that wrote the form of 2021, as values: readers, writers and rules are written once over
 * them.
 */
export interface LegacyDialect {
  /** Of the release whose dialect it is; `ours` for the one that we speak unless told otherwise. */
  readonly name: string
  /** First and last release of c-lightning that speak it. */
  readonly releases: readonly [first: string, last: string]
  /**
   * Records by which a request or an invoice off bitcoin names its chain: `chains` (type 2, a list), `chain` (type 3), or
   * both. On bitcoin none is written.
   */
  readonly writesChain: 'chains' | 'both' | 'chain'
  /** False: type 2 in a request or an invoice is an unknown even type, and refused. */
  readonly readsChains: boolean
  /** False: type 3 is an unknown odd type, and ignored. */
  readonly readsChain: boolean
  /** The name of the field in the tag with which requests are signed. */
  readonly requestTag: RequestTag
  /** Those that are accepted. */
  readonly requestTags: readonly RequestTag[]
  /** Blinded paths in offers and invoices: `bare` begin at a path key that does not say whose, and have a 16-bit count. */
  readonly paths: 'bare' | 'introduced' | 'either'
  /** On-chain addresses in invoices: with a count in front, or to the end of the field. */
  readonly fallbacks: 'counted' | 'list' | 'either'
  /** Width of an invoice's `cltv`. */
  readonly cltv: 'tu16' | 'tu32'
}

/** Names of the signature field of requests: the bytes of the record are the same, the signed hash is not. */
export type RequestTag = 'payer_signature' | 'signature'

/** c-lightning v0.10.1 (August 2021). */
export const V0_10_1: LegacyDialect = {
  name: 'v0.10.1',
  releases: ['v0.10.1', 'v0.10.1'],
  writesChain: 'chains',
  readsChains: true,
  readsChain: false,
  requestTag: 'payer_signature',
  requestTags: ['payer_signature'],
  paths: 'bare',
  fallbacks: 'counted',
  cltv: 'tu32',
}

/** c-lightning v0.10.2 (November 2021), with deprecated interfaces on, as they are by default. */
export const V0_10_2: LegacyDialect = {
  name: 'v0.10.2',
  releases: ['v0.10.2', 'v0.10.2'],
  writesChain: 'both',
  readsChains: true,
  readsChain: true,
  requestTag: 'payer_signature',
  requestTags: ['payer_signature'],
  paths: 'introduced',
  fallbacks: 'counted',
  cltv: 'tu32',
}

/** Core Lightning v0.11.0 to v0.12.1 (2022), with deprecated interfaces on: the older tag is written, both are read. */
export const V0_11: LegacyDialect = {
  name: 'v0.11',
  releases: ['v0.11.0', 'v0.12.1'],
  writesChain: 'chain',
  readsChains: false,
  readsChain: true,
  requestTag: 'payer_signature',
  requestTags: ['payer_signature', 'signature'],
  paths: 'introduced',
  fallbacks: 'list',
  cltv: 'tu16',
}

/** Every release that wrote this form, oldest first. */
export const RELEASES: readonly LegacyDialect[] = [V0_10_1, V0_10_2, V0_11]

/**
 * What we speak: all of it is read, and what is written is what most releases read. `chains` (2) is not: releases from v0.11
 * on refuse it.
 */
export const LEGACY: LegacyDialect = {
  name: 'ours',
  releases: ['v0.10.1', 'v0.12.1'],
  writesChain: 'chain',
  readsChains: true,
  readsChain: true,
  requestTag: 'payer_signature',
  requestTags: ['payer_signature', 'signature'],
  paths: 'either',
  fallbacks: 'either',
  cltv: 'tu32',
}
