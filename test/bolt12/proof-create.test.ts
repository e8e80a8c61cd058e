import '../support/use-toy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLnoError } from '../../src/base/error.js'
import { decodeInvoice, decodePayerProof } from '../../src/bolt12/decode.js'
import type { InvoiceMessage } from '../../src/bolt12/invoice.js'
import { merkleRoot, merkleTree, nonceHasher } from '../../src/bolt12/merkle.js'
import { createPayerProof, type PayerProofOptions } from '../../src/bolt12/proof/create.js'
import { disclose } from '../../src/bolt12/proof/disclosure.js'
import { previewPayerProof } from '../../src/bolt12/proof/preview.js'
import { invoiceRoot } from '../../src/bolt12/proof/rebuild.js'
import { verifyPayerProof } from '../../src/bolt12/proof/verify.js'
import { DETERMINISTIC_AUX, verifyRecords } from '../../src/bolt12/signature.js'
import { encodeRecord, joinRecords, type TlvRecord } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { ALICE, BOB } from './craft.js'
import { METADATA, PREIMAGE, paidInvoice } from './proof-craft.js'

const invoice = paidInvoice({ offer: { issuer: 'shop', quantityMax: undefined }, payerNote: 'hi' })

function make(options: Partial<PayerProofOptions> = {}) {
  const given = { invoice, preimage: PREIMAGE, payerKey: BOB.secret, aux: DETERMINISTIC_AUX, ...options }
  return createPayerProof(given)
}

/** Rule and option of the refusal. */
function refusal(options: Partial<PayerProofOptions>): string {
  try {
    make(options)
  } catch (error) {
    if (isLnoError(error, 'PROOF_OPTIONS')) return `${error.rule} ${error.path?.[0]}`
    throw error
  }
  return 'made'
}

const typesOf = (records: readonly TlvRecord[]) => records.map(({ type }) => Number(type))

describe('making a proof', () => {
  test('metadata is never shown, not even when asked for', { tags: ['PP1'] }, () => {
    expect(typesOf(make().proof.records)).not.toContain(0)
    expect(refusal({ include: ['invreq_metadata'] })).toBe('PP1 include')
    expect(refusal({ include: [0n] })).toBe('PP1 include')
  })

  test('an invoice that does not begin with metadata has no proof', { tags: ['PP1', 'PP12'] }, () => {
    const without = { ...invoice, records: invoice.records.slice(1) }
    expect(refusal({ invoice: without })).toBe('PP1 invoice')
  })

  test('payer, payment hash, node id, signature, and features where there are any, are always shown', {
    tags: ['PP2'],
  }, () => {
    expect(typesOf(make().proof.records)).toEqual([88, 168, 176, 240, 241, 1001, 1002, 1003, 1004])
    const several = paidInvoice({ features: Uint8Array.of(2, 0, 0) })
    const { proof } = make({ invoice: several })
    expect(typesOf(proof.records)).toEqual([88, 168, 174, 176, 240, 241, 1001, 1002, 1003, 1004])
    for (const type of [88n, 168n, 174n, 176n, 240n]) {
      const bytes = (records: readonly TlvRecord[]) => records.find((record) => record.type === type)?.bytes
      expect(bytes(proof.records)).toEqual(bytes(several.records))
    }
    expect(make({ include: ['signature', 'invoice_node_id', 88n] }).text, 'they may be named, too').toBe(make().text)
  })

  test('fields are chosen by name or type, and come with the nonces of the invoice', { tags: ['PP3'] }, () => {
    const { proof, text } = make({ include: ['offer_description', 89n] })
    expect(proof.fields).toMatchObject({ offer_description: 'tea', invreq_payer_note: 'hi' })
    expect(proof.fields.offer_issuer).toBeUndefined()
    const nonce = nonceHasher(invoice.records[0]!.bytes)
    expect(proof.fields.proof_leaf_hashes).toEqual([10n, 88n, 89n, 168n, 176n].map(nonce))
    expect(decodePayerProof(text)).toEqual(proof)
  })

  test('markers count from the last field that is shown', { tags: ['PP3'] }, () => {
    expect(typesOf(invoice.records)).toEqual([0, 10, 18, 22, 82, 88, 89, 160, 162, 164, 168, 170, 176, 240])
    expect(make().proof.fields.proof_omitted_tlvs).toEqual([1n, 2n, 3n, 4n, 89n, 90n, 91n, 92n, 169n])
    const some = make({ include: ['offer_issuer', 'invoice_paths'] })
    expect(some.proof.fields.proof_omitted_tlvs).toEqual([1n, 19n, 20n, 89n, 161n, 162n, 169n])
  })

  test('hashes of hidden parts come from the bottom up, smaller types first', { tags: ['PP4'] }, () => {
    const records = [0, 2, 4, 6, 8, 10, 12].map((type) => encodeRecord(BigInt(type), Uint8Array.of(type)))
    const tree = merkleTree(records)
    const inner = (first: number, last: number) =>
      tree.branches.find((node) => node.first === first && node.last === last)!.hash
    // ((0 1)(2 3))((4 5)6): of the leaves, 2 and 6 are shown.
    const { missingHashes } = disclose(records, (type) => type === 4n || type === 12n)
    expect(missingHashes).toEqual([tree.leaves[3]!.hash, inner(0, 1), inner(4, 5)])
    expect(disclose(records, (type) => type === 12n).missingHashes).toEqual([inner(4, 5), inner(0, 3)])
    expect(disclose(records, () => true).missingHashes).toEqual([])
    expect(disclose(records, () => false).missingHashes).toEqual([])
  })

  test('the preimage is in it, an empty list of markers is not, a note only if there is one', { tags: ['PP5'] }, () => {
    const all = invoice.records.map(({ type }) => type).filter((type) => type !== 0n)
    const { fields } = make({ include: all }).proof
    expect(fields.proof_preimage).toEqual(PREIMAGE)
    expect(fields).not.toHaveProperty('proof_omitted_tlvs')
    expect(fields.proof_missing_hashes).toHaveLength(1)
    expect(fields).not.toHaveProperty('proof_note')
    const note = 'for Carol, 🙂'
    expect(make({ note }).proof.fields.proof_note).toBe(note)
    expect(verifyPayerProof(make({ note }).text)).toMatchObject({ ok: true, note })
    expect(verifyPayerProof(make({ note: '' }).text)).toMatchObject({ ok: true, note: '' })
  })

  test('the payer signs the root of the proof, not that of the invoice', { tags: ['PP6'] }, () => {
    const { proof } = make({ note: 'x' })
    const of = ['payer_proof', 'proof_signature'] as const
    const signature = proof.fields.proof_signature!
    expect(verifyRecords(of, proof.records, signature, BOB.id)).toBe(true)
    expect(verifyRecords(of, invoice.records, signature, BOB.id)).toBe(false)
    expect(invoiceRoot(proof)).toEqual(merkleRoot(invoice.records))
    expect(merkleRoot(proof.records)).not.toEqual(merkleRoot(invoice.records))
  })

  test('the key is that of the payer, prefix and all', { tags: ['PP6'] }, () => {
    expect(refusal({ payerKey: ALICE.secret })).toBe('PP6 payerKey')
    expect(codeOf(() => make({ payerKey: new Uint8Array(32) }))).toBe('BAD_SECRET')
  })

  test('what no reader would accept is not made', { tags: ['PP8', 'PP12', 'PP3'] }, () => {
    expect(refusal({ preimage: new Uint8Array(32) })).toBe('PP8 preimage')
    expect(refusal({ preimage: PREIMAGE.subarray(1) })).toBe('PP8 preimage')
    expect(refusal({ include: ['invoice_fallbacks'] }), 'a field that the invoice does not have').toBe('PP3 include')
    expect(refusal({ include: ['proof_note' as never] })).toBe('PP3 include')
    expect(refusal({ include: ['constructor' as never] })).toBe('PP3 include')
    const unsigned = { ...invoice, fields: { ...invoice.fields, signature: undefined } }
    expect(refusal({ invoice: unsigned })).toBe('PP2 invoice')
    const bytes = invoice.bytes.slice()
    bytes[bytes.length - 1]! ^= 1
    const forged = decodeInvoice(bytes, { verifySignature: false })
    expect(codeOf(() => make({ invoice: forged }))).toBe('PROOF_INVOICE_BAD_SIGNATURE')
  })
})

describe('looking before', () => {
  const names = (fields: readonly { readonly name: string | undefined }[]) => fields.map(({ name }) => name)

  test('every field is either revealed or hidden, as the proof then does', { tags: ['PP1', 'PP2'] }, () => {
    const include = ['offer_description', 'invoice_amount'] as const
    const { revealed, hidden } = previewPayerProof({ invoice, include })
    expect(names(revealed.filter(({ mandatory }) => mandatory))).toEqual([
      'invreq_payer_id',
      'invoice_payment_hash',
      'invoice_node_id',
      'signature',
    ])
    expect(names(revealed.filter(({ mandatory }) => !mandatory))).toEqual(include)
    expect(names(hidden)).toContain('invreq_metadata')
    expect(revealed.length + hidden.length).toBe(invoice.records.length)
    const { proof } = make({ include })
    const shown = verifyPayerProof(proof).revealed.map(({ type }) => type)
    expect(revealed.map(({ type }) => type).filter((type) => type !== 240n)).toEqual(shown)
    expect(codeOf(() => previewPayerProof({ invoice, include: ['invreq_metadata'] }))).toBe('PROOF_OPTIONS')
  })

  test('metadata that others can find is told, as it opens what is hidden', { tags: ['RW10'] }, () => {
    const of = (invreq_metadata: Uint8Array | undefined): InvoiceMessage => ({
      ...invoice,
      fields: { ...invoice.fields, invreq_metadata },
    })
    const guessable = (metadata: Uint8Array | undefined) => previewPayerProof({ invoice: of(metadata) }).guessable
    expect(guessable(METADATA)).toBeUndefined()
    expect(guessable(undefined)).toBe('none')
    expect(guessable(METADATA.subarray(1))).toBe('short')
    expect(guessable(new Uint8Array(16))).toBe('regular')
    expect(guessable(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe('regular')
    expect(guessable(Uint8Array.from({ length: 32 }, (_, i) => (i * 7) % 5))).toBe('regular')
  })
})

const unknown = fc.uniqueArray(fc.record({ n: fc.nat(499_999_998), value: fc.uint8Array({ maxLength: 9 }) }), {
  maxLength: 7,
  selector: ({ n }) => n,
})

test('whatever is chosen, the proof verifies, and shows that and nothing else', {
  tags: ['PP3', 'PP4', 'PP10', 'PP11', 'PP12'],
}, () => {
  fc.assert(
    fc.property(
      unknown,
      fc.infiniteStream(fc.boolean()),
      fc.option(fc.string({ unit: 'binary' })),
      (all, coins, note) => {
        const extra = all.map(({ n, value }) => encodeRecord(3_000_000_001n + 2n * BigInt(n), value))
        const paid = paidInvoice({ payerNote: 'hi', extra, offer: { issuer: 'shop' } })
        const optional = paid.records.map(({ type }) => type).filter((type) => type !== 0n)
        const include = optional.filter(() => coins.next().value)
        const { text } = make({ invoice: paid, include, ...(note !== null && { note }) })
        const verified = verifyPayerProof(text)
        expect(verified).toMatchObject({ ok: true, issues: [], note: note ?? undefined })
        const wanted = new Set([...include, 88n, 168n, 176n])
        wanted.delete(240n)
        const shown = paid.records.filter(({ type }) => wanted.has(type))
        expect(verified.revealed.map(({ type, value }) => [type, value])).toEqual(
          shown.map(({ type, value }) => [type, value]),
        )
        const { records } = decodePayerProof(text)
        expect(joinRecords(records.filter(({ type }) => wanted.has(type)))).toEqual(joinRecords(shown))
      },
    ),
    { numRuns: 30 },
  )
})

test('one bit flipped in any byte of a proof is refused', { tags: ['PP12', 'PP13'] }, () => {
  const { proof } = make({ include: ['offer_description', 'invoice_amount'], note: 'for Carol' })
  expect(verifyPayerProof(proof.bytes).ok).toBe(true)
  for (let at = 0; at < proof.bytes.length; at++) {
    const bit = (at * 5 + 3) % 8 // each byte another one
    const flipped = proof.bytes.slice()
    flipped[at]! ^= 1 << bit
    if (codeOf(() => decodePayerProof(flipped)) === 'accepted') throw new Error(`byte ${at}, bit ${bit}`)
  }
})
