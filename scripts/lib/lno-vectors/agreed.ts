import { toHex } from '../../../src/base/hex.js'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import { sha256 } from '../../../src/crypto/hash.js'
import type { Written } from './vector.js'

/** Another implementation that read vectors, and found in all of them what they say. */
export interface Agreement {
  readonly implementation: string
  readonly version: string
  /** By file, then by description: the digest of the vector as it was when it was read. */
  readonly vectors: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** What a run of other implementations reports: by file, the descriptions of the vectors that they agreed with. */
export interface AgreementReport {
  readonly implementation: string
  readonly version: string
  readonly agreed: Readonly<Record<string, readonly string[]>>
}

/** Vectors by file. */
export type VectorFiles = ReadonlyMap<string, readonly Written[]>

/** Identifies a vector's contents, so that no agreement survives a change of what was agreed with. */
export function digestOf(vector: Written): string {
  return toHex(sha256(encodeUtf8(JSON.stringify(vector)))).slice(0, 16)
}

function vectorOf(files: VectorFiles, file: string, description: string): Written {
  const found = files.get(file)?.find((vector) => vector.description === description)
  if (found === undefined) throw new Error(`${file} has no vector ${JSON.stringify(description)}`)
  return found
}

/** `agreements` with a report in place of an earlier one of the same implementation and version. */
export function withReport(
  agreements: readonly Agreement[],
  report: AgreementReport,
  files: VectorFiles,
): readonly Agreement[] {
  const { implementation, version, agreed } = report
  const vectors = Object.fromEntries(
    Object.entries(agreed).map(([file, descriptions]) => [
      file,
      Object.fromEntries(descriptions.map((each) => [each, digestOf(vectorOf(files, file, each))])),
    ]),
  )
  const others = agreements.filter((each) => each.implementation !== implementation || each.version !== version)
  return [...others, { implementation, version, vectors }].sort((a, b) =>
    `${a.implementation} ${a.version}` < `${b.implementation} ${b.version}` ? -1 : 1,
  )
}

/** The vectors of a file with who agreed with each; an agreement with what a vector was before is none. */
export function withAgreed(
  file: string,
  vectors: readonly Written[],
  agreements: readonly Agreement[],
): readonly Written[] {
  return vectors.map((vector) => {
    const digest = digestOf(vector)
    const agreed = agreements
      .filter((each) => each.vectors[file]?.[vector.description] === digest)
      .map(({ implementation, version }) => ({ implementation, version }))
    return { ...vector, agreed }
  })
}
