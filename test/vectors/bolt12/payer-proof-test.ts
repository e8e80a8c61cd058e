import { fromHex } from '../../../src/base/hex.js'
import { decodeInvoice, decodePayerProof } from '../../../src/bolt12/decode.js'
import { merkleRoot } from '../../../src/bolt12/merkle.js'
import { createPayerProof } from '../../../src/bolt12/proof/create.js'
import { disclose } from '../../../src/bolt12/proof/disclosure.js'
import { invoiceRoot } from '../../../src/bolt12/proof/rebuild.js'
import { verifyPayerProof } from '../../../src/bolt12/proof/verify.js'
import { DETERMINISTIC_AUX, signatureHash, verifyRecords } from '../../../src/bolt12/signature.js'
import { decodeString } from '../../../src/bolt12/string.js'
import type { TlvRecord } from '../../../src/wire/tlv.js'
import { expectHex } from '../../support/expect-hex.js'
import { type Case, defineReplay } from '../replay.js'

interface RecordVector {
  readonly type: number | bigint
  readonly len: number
  readonly hex: string
  readonly included?: boolean
}

interface Valid {
  readonly name: string
  readonly input: {
    readonly invoice: string
    readonly invoice_hex: string
    readonly preimage: string
    readonly note?: string
    readonly invoice_fields: readonly RecordVector[]
  }
  readonly working: {
    readonly invoice_merkle_root: string
    readonly invoice_sighash: string
    readonly invoice_signature: string
    readonly proof_merkle_root: string
    readonly proof_leaf_hashes: readonly string[]
    readonly proof_omitted_tlvs: readonly (number | bigint)[]
    readonly proof_missing_hashes: readonly string[]
  }
  readonly result: {
    readonly payer_sig: string
    readonly proof_fields: readonly RecordVector[]
    readonly bech32: string
  }
}

interface File {
  readonly payer_secret: string
  readonly valid_vectors: readonly Valid[]
  readonly invalid_vectors: readonly { readonly reason: string; readonly bech32: string }[]
}

/** The code that each label of the file stands for. */
const CODE_OF: Readonly<Record<string, string>> = {
  missing_invreq_payer_id: 'PROOF_PAYER_ID_MISSING',
  missing_invoice_payment_hash: 'PROOF_PAYMENT_HASH_MISSING',
  missing_invoice_node_id: 'PROOF_NODE_ID_MISSING',
  missing_signature: 'PROOF_INVOICE_SIGNATURE_MISSING',
  missing_proof_preimage: 'PROOF_PREIMAGE_MISSING',
  missing_proof_missing_hashes: 'PROOF_MISSING_HASHES_MISSING',
  missing_proof_leaf_hashes: 'PROOF_LEAF_HASHES_MISSING',
  missing_proof_signature: 'PROOF_SIGNATURE_MISSING',
  wrong_proof_preimage: 'PROOF_PREIMAGE_WRONG',
  proof_omitted_tlvs_not_ascending: 'PROOF_MARKERS_NOT_ASCENDING',
  proof_omitted_tlvs_contains_zero: 'PROOF_MARKER_ZERO',
  proof_omitted_tlvs_contains_signature_field: 'PROOF_MARKER_OUT_OF_RANGE',
  proof_omitted_tlvs_contains_proof_field: 'PROOF_MARKER_OUT_OF_RANGE',
  proof_omitted_tlvs_contains_high_field: 'PROOF_MARKER_OUT_OF_RANGE',
  proof_omitted_tlvs_contains_included_tlv_field: 'PROOF_MARKER_SHOWN',
  proof_omitted_tlvs_not_sequential: 'PROOF_MARKER_NOT_SEQUENTIAL',
  proof_leaf_hashes_too_few: 'PROOF_LEAF_HASHES_COUNT',
  proof_leaf_hashes_too_many: 'PROOF_LEAF_HASHES_COUNT',
  proof_missing_hashes_too_few: 'PROOF_MISSING_HASHES_COUNT',
  proof_missing_hashes_too_many: 'PROOF_MISSING_HASHES_COUNT',
  wrong_invoice_signature: 'PROOF_INVOICE_BAD_SIGNATURE',
  wrong_proof_signature: 'PROOF_BAD_SIGNATURE',
  contains_invreq_metadata: 'PROOF_METADATA_SHOWN',
}

function same<T>(got: readonly T[], wanted: readonly T[], what: string): void {
  if (got.join() !== wanted.join()) throw new Error(`${what}: ${got.join()}, not ${wanted.join()}`)
}

function compareHashes(got: readonly Uint8Array[], wanted: readonly string[], what: string): void {
  if (got.length !== wanted.length) throw new Error(`${got.length} ${what}, not ${wanted.length}`)
  got.forEach((hash, i) => {
    expectHex(hash, wanted[i]!, `${what} ${i}`)
  })
}

function compareRecords(records: readonly TlvRecord[], wanted: readonly RecordVector[], what: string): void {
  same(
    records.map(({ type }) => type),
    wanted.map(({ type }) => BigInt(type)),
    `types of ${what}`,
  )
  records.forEach(({ type, value }, i) => {
    if (value.length !== wanted[i]!.len) throw new Error(`type ${type} of ${what} has ${value.length} bytes`)
    expectHex(value, wanted[i]!.hex, `type ${type} of ${what}`)
  })
}

function replayValid({ name, input, working, result }: Valid, payerKey: Uint8Array): void {
  expectHex(decodeString(input.invoice).bytes, input.invoice_hex, 'bytes of the invoice')
  const invoice = decodeInvoice(input.invoice) // its signature is verified
  compareRecords(invoice.records, input.invoice_fields, 'the invoice')
  const root = merkleRoot(invoice.records)
  expectHex(root, working.invoice_merkle_root, 'root of the invoice')
  expectHex(signatureHash(['invoice', 'signature'], root), working.invoice_sighash, 'hash that the invoice signs')
  expectHex(invoice.fields.signature!, working.invoice_signature, 'signature of the invoice')

  const include = input.invoice_fields.filter(({ included }) => included).map(({ type }) => BigInt(type))
  const disclosure = disclose(invoice.records, (type) => include.includes(type))
  compareHashes(disclosure.leafHashes, working.proof_leaf_hashes, 'leaf hashes')
  compareHashes(disclosure.missingHashes, working.proof_missing_hashes, 'missing hashes')
  same(disclosure.markers, working.proof_omitted_tlvs.map(BigInt), 'markers')

  const preimage = fromHex(input.preimage)
  const note = input.note === undefined ? {} : { note: input.note }
  const made = createPayerProof({ invoice, include, preimage, payerKey, aux: DETERMINISTIC_AUX, ...note })
  // An empty list of markers may be written, and we do not (rule PP5): this proof we only read.
  const explicit = name === 'empty_proof_omitted_tlvs_explicit'
  if (explicit === (made.text === result.bech32)) throw new Error(`we write ${made.text}`)
  if (!explicit) {
    compareRecords(made.proof.records, result.proof_fields, 'our proof')
    expectHex(made.proof.fields.proof_signature!, result.payer_sig, 'our signature')
  }

  const proof = decodePayerProof(result.bech32)
  compareRecords(proof.records, result.proof_fields, 'the proof')
  expectHex(invoiceRoot(proof)!, working.invoice_merkle_root, 'root from the proof')
  expectHex(merkleRoot(proof.records), working.proof_merkle_root, 'root of the proof')
  expectHex(proof.fields.proof_signature!, result.payer_sig, 'signature of the payer')
  const { proof_signature: signature, invreq_payer_id: payer } = proof.fields
  if (!verifyRecords(['payer_proof', 'proof_signature'], proof.records, signature!, payer!)) {
    throw new Error('the signature of the payer is not accepted')
  }
  const { ok, issues, note: read } = verifyPayerProof(result.bech32)
  if (!ok) throw new Error(`refused: ${issues.map(({ code }) => code).join()}`)
  if (read !== input.note) throw new Error(`the note is ${read}`)
}

/** The file alters proofs without making the rest fit again: the stated reason is the first that is found. */
function replayInvalid(reason: string, text: string): void {
  const wanted = CODE_OF[reason]
  if (wanted === undefined) throw new Error(`${reason} is no reason that is known here`)
  const { ok, issues } = verifyPayerProof(text)
  if (ok) throw new Error('accepted')
  if (issues[0]?.code !== wanted)
    throw new Error(`refused for ${issues.map(({ code }) => code).join()}, not for ${wanted}`)
}

export default defineReplay('bolt12/payer-proof-test.json', (json) => {
  const { payer_secret, valid_vectors, invalid_vectors } = json as unknown as File
  return [
    ...valid_vectors.map(
      (vector): Case => ({
        name: vector.name,
        run: () => replayValid(vector, fromHex(payer_secret)),
      }),
    ),
    ...invalid_vectors.map(({ reason, bech32 }): Case => ({ name: reason, run: () => replayInvalid(reason, bech32) })),
  ]
})
