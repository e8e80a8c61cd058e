import { concatBytes } from '../../../src/base/bytes.js'
import { fromHex } from '../../../src/base/hex.js'
import { decodeInvoiceRequest } from '../../../src/bolt12/decode.js'
import { type MerkleTree, merkleTree } from '../../../src/bolt12/merkle.js'
import {
  DETERMINISTIC_AUX,
  signatureHash,
  signatureTag,
  signRecords,
  verifyRecords,
} from '../../../src/bolt12/signature.js'
import { readRecords, type TlvRecord } from '../../../src/wire/tlv.js'
import { expectHex } from '../../support/expect-hex.js'
import { secretOf } from '../../support/keys.js'
import { defineReplay } from '../replay.js'

/** Names of hashes hold what was hashed: ``H(`LnLeaf`,010203e8)``. */
type Hashes = Readonly<Record<string, string>>
type Vector = {
  readonly comment: string
  readonly bolt12?: string
  readonly 'first-tlv': string
  readonly leaves: readonly Hashes[]
  readonly branches: readonly Hashes[]
  readonly merkle: string
  readonly signature_tag?: string
  readonly 'H(signature_tag,merkle)'?: string
  readonly signature?: string
}

const OF = ['invoice_request', 'signature'] as const

/** The hash whose name begins so, and the hex in its name. */
function named(hashes: Hashes, beginning: string): { readonly message: string; readonly hash: string } {
  const [name, hash] = Object.entries(hashes).find(([key]) => key.startsWith(beginning)) ?? []
  if (name === undefined || hash === undefined) throw new Error(`no ${beginning}… in the vector`)
  return { message: name.slice(beginning.length, -1), hash }
}

function recordsOf({ leaves }: Vector): readonly TlvRecord[] {
  const { records, error } = readRecords(
    concatBytes(...leaves.map((leaf) => fromHex(named(leaf, 'H(`LnLeaf`,').message))),
  )
  if (error) throw error
  return records
}

function compareTree(vector: Vector, tree: MerkleTree): void {
  expectHex(tree.leaves[0]!.record.bytes, vector['first-tlv'], 'first record')
  if (tree.leaves.length !== vector.leaves.length) throw new Error(`${tree.leaves.length} leaves`)
  vector.leaves.forEach((leaf, i) => {
    const ours = tree.leaves[i]!
    expectHex(ours.record.bytes, named(leaf, 'H(`LnLeaf`,').message, `record ${i}`)
    expectHex(ours.leaf, named(leaf, 'H(`LnLeaf`,').hash, `leaf ${i}`)
    expectHex(ours.nonce, named(leaf, 'H(`LnNonce`').hash, `nonce ${i}`)
    expectHex(ours.hash, named(leaf, 'H(`LnBranch`,').hash, `leaf and nonce ${i}`)
  })
  if (tree.branches.length !== vector.branches.length) throw new Error(`${tree.branches.length} branches`)
  vector.branches.forEach((branch, i) => {
    expectHex(tree.branches[i]!.hash, named(branch, 'H(`LnBranch`,').hash, `branch ${i}`)
  })
  expectHex(tree.root.hash, vector.merkle, 'root')
}

export default defineReplay('bolt12/signature-test.json', (json) =>
  (json as readonly Vector[]).map((vector) => ({
    name: vector.comment,
    run: () => {
      compareTree(vector, merkleTree(recordsOf(vector)))
      if (vector.bolt12 === undefined) return
      const { records, fields } = decodeInvoiceRequest(vector.bolt12)
      const tree = merkleTree(records)
      compareTree(vector, tree)
      if (signatureTag(OF) !== vector.signature_tag) throw new Error(`the tag is ${signatureTag(OF)}`)
      expectHex(signatureHash(OF, tree.root.hash), vector['H(signature_tag,merkle)']!, 'hash to sign')
      const { signature, invreq_payer_id: payer } = fields
      if (!signature || !payer) throw new Error('signature or key is missing')
      expectHex(signature, vector.signature!, 'signature')
      if (!verifyRecords(OF, records, signature, payer)) throw new Error('the signature is not accepted')
      expectHex(signRecords(OF, records, secretOf(0x42), DETERMINISTIC_AUX), vector.signature!, 'made anew')
    },
  })),
)
