import { createHash } from 'node:crypto'
import { bech32, bech32m } from '@scure/base'
import { concatBytes } from '../../src/base/bytes.js'
import { fromHex } from '../../src/base/hex.js'

/** Money of the faucet lies on a witness script that is true for everybody: it needs no key, and proves nothing. */
const WITNESS_SCRIPT = fromHex('51')

/** OP_0 and the SHA256 of the witness script. */
export const FAUCET_SCRIPT = concatBytes(fromHex('0020'), createHash('sha256').update(WITNESS_SCRIPT).digest())

/** The same as an address of regtest. */
export const FAUCET_ADDRESS = bech32.encode('bcrt', [0, ...bech32.toWords(FAUCET_SCRIPT.subarray(2))])

/**
 * The output script of a segwit address of regtest.
 * @throws Error any other address
 */
export function scriptOf(address: string): Uint8Array {
  for (const [coding, versions] of [
    [bech32, [0]],
    [bech32m, [1]],
  ] as const) {
    const decoded = coding.decodeUnsafe(address, 90)
    const version = decoded?.words[0]
    if (decoded?.prefix !== 'bcrt' || version === undefined || !versions.some((known) => known === version)) continue
    const program = coding.fromWords(decoded.words.slice(1))
    return concatBytes(Uint8Array.of(version === 0 ? 0 : 0x50 + version, program.length), program)
  }
  throw new Error(`${address} is no segwit address of regtest`)
}

export interface Output {
  readonly script: Uint8Array
  readonly sat: bigint
}

export interface Outpoint {
  /** As people write it: the bytes of the wire, reversed. */
  readonly txid: string
  readonly vout: number
}

/** A signed transaction that spends money of the faucet. */
export function spendOfFaucet(inputs: readonly Outpoint[], outputs: readonly Output[]): Uint8Array {
  return concatBytes(
    le(2n, 4),
    fromHex('0001'), // segwit marker and flag
    varint(inputs.length),
    ...inputs.map(({ txid, vout }) =>
      concatBytes(fromHex(txid).reverse(), le(BigInt(vout), 4), varint(0), fromHex('ffffffff')),
    ),
    varint(outputs.length),
    ...outputs.map(({ script, sat }) => concatBytes(le(sat, 8), varint(script.length), script)),
    ...inputs.map(() => concatBytes(varint(1), varint(WITNESS_SCRIPT.length), WITNESS_SCRIPT)),
    le(0n, 4),
  )
}

function le(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn))
}

/** Bitcoin's CompactSize, as far as this file needs it. */
function varint(value: number): Uint8Array {
  return value < 0xfd ? Uint8Array.of(value) : concatBytes(Uint8Array.of(0xfd), le(BigInt(value), 2))
}
