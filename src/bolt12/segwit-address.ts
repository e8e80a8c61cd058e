import { bech32, bech32m } from '@scure/base'
import { type ChainName, chainName } from '../wire/chains.js'

/** Beginnings of addresses by chain. */
const HRP: Readonly<Record<ChainName, string>> = {
  bitcoin: 'bc',
  testnet: 'tb',
  testnet4: 'tb',
  signet: 'tb',
  regtest: 'bcrt',
}

/**
 * True for a witness program that can be paid to (rule IR14): version up to 16 with 2 to 40 bytes; version 0 has 20 or 32 of
 * them, version 1 has 32 (BIP 141, BIP 341).
 */
export function isWitnessProgram(version: number, program: Uint8Array): boolean {
  const { length } = program
  if (version > 16 || length < 2 || length > 40) return false
  return version === 0 ? length === 20 || length === 32 : version !== 1 || length === 32
}

/**
 * The address of a witness program (BIP 173, BIP 350).
 * @param chain chain hash
 * @returns undefined for what is no program, or on a chain without a name here
 */
export function segwitAddress(chain: Uint8Array, version: number, program: Uint8Array): string | undefined {
  const name = chainName(chain)
  if (name === undefined || !isWitnessProgram(version, program)) return undefined
  const coder = version === 0 ? bech32 : bech32m
  return coder.encode(HRP[name], [version, ...coder.toWords(program)])
}
