import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/lib/run.js'
import { concatBytes } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeUtf8 } from '../../src/base/utf8.js'
import { decodeOffer } from '../../src/bolt12/decode.js'
import { decodeString, encodeString } from '../../src/bolt12/string.js'
import { readRecords } from '../../src/wire/tlv.js'
import type { Asked } from './candidates.js'

/** What came of one file of vectors. */
export interface Score {
  readonly file: string
  readonly total: number
  /** Undefined where the package has no function to ask. */
  readonly passed: number | undefined
  /** The vectors that were missed. */
  readonly missed: readonly string[]
}

interface FormatVector {
  readonly comment: string
  readonly valid: boolean
  readonly string: string
}
interface OfferVector {
  readonly description: string
  readonly valid: boolean
  readonly bolt12: string
  readonly fields?: readonly { readonly type: number; readonly hex: string }[]
}
interface SignatureVector {
  readonly comment: string
  readonly bolt12?: string
  readonly leaves: readonly Readonly<Record<string, string>>[]
  readonly merkle: string
}
interface ProofVectors {
  readonly valid_vectors: readonly { readonly name: string; readonly result: { readonly bech32: string } }[]
  readonly invalid_vectors: readonly { readonly reason: string; readonly bech32: string }[]
}

export function readVectors<T>(file: string): T {
  // Numbers above 2^53 are in none of the members that are looked at here.
  return JSON.parse(readFileSync(join(ROOT, 'vectors', 'bolt12', file), 'utf8')) as T
}

/** Accepted, and with that description where one is expected. */
function accepts(asked: Asked, text: string, description: string | undefined): boolean {
  try {
    const found = asked.offer(text)
    return description === undefined || found === description
  } catch {
    return false
  }
}

function refuses(run: () => unknown): boolean {
  try {
    return run() === false
  } catch {
    return true
  }
}

function count<V>(
  file: string,
  vectors: readonly V[],
  name: (vector: V) => string,
  pass: (vector: V) => boolean,
): Score {
  const missed = vectors.filter((vector) => !pass(vector)).map(name)
  return { file, total: vectors.length, passed: vectors.length - missed.length, missed }
}

function formatString(asked: Asked): Score {
  const vectors = readVectors<readonly FormatVector[]>('format-string-test.json')
  // All the valid strings of the file are one offer, written in several ways.
  const text = readRecords(decodeString(vectors[0]!.string).bytes).records.find(({ type }) => type === 10n)
  const description = text && decodeUtf8(text.value)
  return count(
    'format-string-test.json',
    vectors,
    ({ comment }) => comment,
    ({ valid, string }) => (valid ? accepts(asked, string, description) : refuses(() => asked.offer(string))),
  )
}

function offers(asked: Asked): Score {
  return count(
    'offers-test.json',
    readVectors<readonly OfferVector[]>('offers-test.json'),
    ({ description }) => description,
    ({ valid, bolt12, fields }) => {
      if (!valid) return refuses(() => asked.offer(bolt12))
      const text = fields?.find(({ type }) => type === 10)
      return accepts(asked, bolt12, text && decodeUtf8(fromHex(text.hex)))
    },
  )
}

/** The records that a vector hashes stand in the names of its hashes. */
function streamOf({ leaves, bolt12 }: SignatureVector): Uint8Array {
  if (bolt12 !== undefined) return decodeString(bolt12).bytes
  return concatBytes(
    ...leaves.map((leaf) => {
      const name = Object.keys(leaf).find((key) => key.startsWith('H(`LnLeaf`,')) ?? ''
      return fromHex(name.slice('H(`LnLeaf`,'.length, -1))
    }),
  )
}

function signatures({ merkleRoot, signed }: Asked): Score {
  const file = 'signature-test.json'
  const vectors = readVectors<readonly SignatureVector[]>(file)
  if (merkleRoot === undefined) return { file, total: vectors.length, passed: undefined, missed: [] }
  return count(
    file,
    vectors,
    ({ comment }) => comment,
    (vector) => {
      try {
        const stream = streamOf(vector)
        if (toHex(merkleRoot(stream)) !== vector.merkle) return false
        return vector.bolt12 === undefined || signed?.(vector.bolt12, stream) !== false
      } catch {
        return false
      }
    },
  )
}

function proofs({ proof }: Asked): Score {
  const file = 'payer-proof-test.json'
  const { valid_vectors, invalid_vectors } = readVectors<ProofVectors>(file)
  const vectors = [
    ...valid_vectors.map(({ name, result }) => ({ name, valid: true, text: result.bech32 })),
    ...invalid_vectors.map(({ reason, bech32 }) => ({ name: reason, valid: false, text: bech32 })),
  ]
  if (proof === undefined) return { file, total: vectors.length, passed: undefined, missed: [] }
  return count(
    file,
    vectors,
    ({ name }) => name,
    ({ valid, text }) => refuses(() => proof(text)) !== valid,
  )
}

/**
 * Whether a package refuses an offer whose blinded path ends at what is no point of the curve. The vectors' own case of it
 * breaks the TLV stream first.
 */
export function checksPathPoints(asked: Asked, good: string): boolean {
  const { bytes } = decodeString(good)
  const altered = bytes.slice()
  const at = lastPoint(altered)
  altered.fill(0xff, at + 1, at + 33)
  return refuses(() => asked.offer(encodeString('lno', altered)))
}

function lastPoint(stream: Uint8Array): number {
  const path = decodeOffer(stream).fields.offer_paths?.[0]?.path
  const id = path?.[path.length - 1]?.blinded_node_id
  if (id === undefined) throw new Error('an offer with a blinded path is needed')
  return id.byteOffset - stream.byteOffset
}

/** All that a package is asked of BOLT 12's vectors. */
export function score(asked: Asked): readonly Score[] {
  return [formatString(asked), offers(asked), signatures(asked), proofs(asked)]
}
