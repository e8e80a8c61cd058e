import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { decodePayerProof, decodeStream } from '../../src/bolt12/decode.js'
import { PAYER_PROOF_LAYOUT } from '../../src/bolt12/layout.js'
import { merkleRoot } from '../../src/bolt12/merkle.js'
import { areMarkersGood, markersOf, nextMarker } from '../../src/bolt12/proof/markers.js'
import { invoiceRoot } from '../../src/bolt12/proof/rebuild.js'
import { verifyPayerProof } from '../../src/bolt12/proof/verify.js'
import { DETERMINISTIC_AUX, signRecords } from '../../src/bolt12/signature.js'
import { decodeString, encodeString } from '../../src/bolt12/string.js'
import { readRecords } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { ALICE, BOB, CAROL } from './craft.js'
import { paidInvoice, proofRecords, sealed } from './proof-craft.js'
import { type Records, refusals, sorted } from './refuses.js'

const CONTEXT = { now: 0n, chains: [] }
const refuses = refusals(PAYER_PROOF_LAYOUT, CONTEXT, sealed)
const unsealed = refusals(PAYER_PROOF_LAYOUT, CONTEXT)

/** Types 0, 10, 22, 82, 88, 160, 162, 164, 168, 170 and 176. */
const invoice = paidInvoice()
const SHOWN = [88, 168, 170, 176]
const good = proofRecords(invoice, SHOWN)
const changed = (...changes: Parameters<typeof proofRecords>[2][]) => proofRecords(invoice, SHOWN, ...changes)
const markers = (change: (markers: readonly bigint[]) => readonly bigint[]) => changed({ markers: change })
const last = <T>(list: readonly T[]): T => list[list.length - 1]!

test('the markers that the counter-examples change', () => {
  expect(invoice.records.map(({ type }) => Number(type))).toEqual([
    0, 10, 22, 82, 88, 160, 162, 164, 168, 170, 176, 240,
  ])
  expect(decodePayerProof(sealed(good)).fields.proof_omitted_tlvs).toEqual([1n, 2n, 3n, 89n, 90n, 91n])
})

describe('what belongs in a proof', () => {
  refuses(
    'T8',
    'a type that no invoice has',
    'PROOF_TYPE_OUT_OF_RANGE',
    changed({ instead: [[4_000_000_001, '']] }),
    good,
  )
  refuses('PP7', 'metadata', 'PROOF_METADATA_SHOWN', changed({ instead: [[0, invoice.records[0]!.value]] }), good)
  for (const [type, code] of [
    [88, 'PROOF_PAYER_ID_MISSING'],
    [168, 'PROOF_PAYMENT_HASH_MISSING'],
    [176, 'PROOF_NODE_ID_MISSING'],
  ] as const) {
    // Hidden as any other field may be: everything else fits.
    const without = SHOWN.filter((each) => each !== type)
    refuses('PP7', `a proof that hides type ${type}`, code, proofRecords(invoice, without), good)
  }
  for (const [type, code] of [
    [240, 'PROOF_INVOICE_SIGNATURE_MISSING'],
    [1001, 'PROOF_PREIMAGE_MISSING'],
    [1003, 'PROOF_MISSING_HASHES_MISSING'],
    [1004, 'PROOF_LEAF_HASHES_MISSING'],
  ] as const) {
    refuses('PP7', `a proof without type ${type}`, code, changed({ without: [type] }), good)
  }
  unsealed('PP7', 'a proof that nobody signed', 'PROOF_SIGNATURE_MISSING', good, readBack(sealed(good)))
})

function readBack(bytes: Uint8Array): Records {
  return readRecords(bytes).records.map(({ type, value }) => [Number(type), value] as const)
}

describe('the preimage', () => {
  refuses(
    'PP8',
    'the preimage of another payment',
    'PROOF_PREIMAGE_WRONG',
    changed({ instead: [[1001, new Uint8Array(32)]] }),
    good,
  )
})

describe('the markers of hidden fields', () => {
  for (const [title, list] of [
    ['markers that go down', [1n, 2n, 3n, 90n, 89n, 91n]],
    ['a marker twice', [1n, 2n, 2n, 89n, 90n, 91n]],
  ] as const) {
    refuses(
      'PP9',
      title,
      'PROOF_MARKERS_NOT_ASCENDING',
      markers(() => list),
      good,
    )
  }
  refuses(
    'PP9',
    'a marker for metadata',
    'PROOF_MARKER_ZERO',
    markers((all) => [0n, ...all]),
    good,
  )
  for (const outside of [240n, 1001n, 999_999_999n, 4_000_000_000n]) {
    const list = markers((all) => [...all, outside])
    refuses('PP9', `the marker ${outside}`, 'PROOF_MARKER_OUT_OF_RANGE', list, good)
  }
  const shown = markers(() => [1n, 2n, 3n, 88n, 89n, 90n])
  refuses('PP9', 'a marker that is a type shown', 'PROOF_MARKER_SHOWN', shown, good)
  for (const [title, list] of [
    ['a gap between markers', [1n, 2n, 3n, 89n, 90n, 92n]],
    ['a gap behind a field', [1n, 2n, 3n, 90n, 91n, 92n]],
    ['a gap at the beginning', [2n, 3n, 4n, 89n, 90n, 91n]],
    ['the first experimental type out of the blue', [1n, 2n, 3n, 89n, 90n, 91n, 1_000_000_000n]],
  ] as const) {
    refuses(
      'PP9',
      title,
      'PROOF_MARKER_NOT_SEQUENTIAL',
      markers(() => list),
      good,
    )
  }

  test('behind 239 comes the first experimental type, for writers and readers', { tags: ['PP3', 'PP9'] }, () => {
    expect([0n, 1n, 238n, 239n, 1_000_000_000n].map(nextMarker)).toEqual([1n, 2n, 239n, 1_000_000_000n, 1_000_000_001n])
    const shown = new Set([237n, 1_000_000_009n])
    const types = [0n, 237n, 239n, 1_000_000_001n, 1_000_000_003n, 1_000_000_009n, 1_000_000_011n]
    const list = markersOf(types, (type) => shown.has(type))
    expect(list).toEqual([238n, 239n, 1_000_000_000n, 1_000_000_010n])
    expect(areMarkersGood(list, shown)).toBe(true)
    expect(areMarkersGood([1_000_000_000n], new Set([239n]))).toBe(true)
    expect(areMarkersGood([1_000_000_000n], new Set([237n]))).toBe(false)
  })
})

describe('the hashes', () => {
  const extra = new Uint8Array(32)
  for (const [title, leafHashes] of [
    ['too few', (all: readonly Uint8Array[]) => all.slice(1)],
    ['too many', (all: readonly Uint8Array[]) => [...all, extra]],
    ['no', () => []],
  ] as const) {
    refuses('PP10', `${title} nonce hashes`, 'PROOF_LEAF_HASHES_COUNT', changed({ leafHashes }), good)
  }
  for (const [title, missingHashes] of [
    ['too few', (all: readonly Uint8Array[]) => all.slice(1)],
    ['too many', (all: readonly Uint8Array[]) => [...all, extra]],
    ['no', () => []],
  ] as const) {
    const list = changed({ missingHashes })
    refuses('PP11', `${title} hashes of hidden parts`, 'PROOF_MISSING_HASHES_COUNT', list, good)
  }
})

test('there is no root where hashes are missing or left over, and none where all is hidden', {
  tags: ['PP10', 'PP11'],
}, () => {
  const rootOf = (records: Records) => invoiceRoot(decodePayerProofLoosely(sealed(records)))
  const extra = (all: readonly Uint8Array[]) => [...all, new Uint8Array(32)]
  expect(rootOf(good)).toEqual(merkleRoot(invoice.records))
  expect(rootOf(changed({ missingHashes: extra }))).toBeUndefined()
  expect(rootOf(changed({ missingHashes: (all) => all.slice(1) }))).toBeUndefined()
  expect(rootOf(changed({ leafHashes: extra }))).toBeUndefined()
  expect(rootOf(changed({ markers: () => [7n] }))).toBeUndefined()
  expect(rootOf(proofRecords(invoice, []))).toBeUndefined()
})

/** The fields of a proof, whatever the rules say of it. */
function decodePayerProofLoosely(bytes: Uint8Array) {
  return decodeStream(PAYER_PROOF_LAYOUT, bytes, {}, [])
}

describe('the signature of the invoice', () => {
  const code = 'PROOF_INVOICE_BAD_SIGNATURE'
  refuses('PP12', 'a field that was altered', code, changed({ instead: [[170, 999n]] }), good)
  refuses('PP12', 'a signature of nobody', code, changed({ instead: [[240, new Uint8Array(64).fill(1)]] }), good)
  const swapped = (all: readonly Uint8Array[]) => [last(all), ...all.slice(1, -1), all[0]!]
  refuses('PP12', 'nonce hashes in another order', code, changed({ leafHashes: swapped }), good)
  refuses('PP12', 'hashes of hidden parts in another order', code, changed({ missingHashes: swapped }), good)
  refuses(
    'PP12',
    'a hidden field that is not mentioned',
    code,
    markers((all) => all.slice(0, -1)),
    good,
  )

  test('the first leaf is always taken for hidden metadata: an invoice without it has no proof', {
    tags: ['PP12'],
  }, () => {
    const records = invoice.records.filter(({ type }) => type !== 0n)
    const of = { ...invoice, records }
    const signature = signRecords(['invoice', 'signature'], records, ALICE.secret, DETERMINISTIC_AUX)
    const bytes = sealed(proofRecords(of, SHOWN, { instead: [[240, signature]] }))
    expect(verifyPayerProof(bytes).ok).toBe(false)
  })

  test('records that a proof may get later are not taken for fields of the invoice', { tags: ['PP12', 'PP10'] }, () => {
    const later = changed({
      instead: [
        [1007, 'x'],
        [999_999_999, 'y'],
        [243, 'z'],
      ],
    })
    expect(verifyPayerProof(sealed(later))).toMatchObject({ ok: true, issues: [] })
  })

  test('nor may they be added by anybody but the payer', { tags: ['PP13'] }, () => {
    const records = [...readBack(sealed(good)), [1007, 'x'] as const]
    expect(codeOf(() => decodePayerProof(sorted(records)))).toBe('PROOF_BAD_SIGNATURE')
  })
})

describe('the signature of the payer', () => {
  const by = (
    secret: Uint8Array,
    of: readonly ['payer_proof', 'proof_signature'] | readonly ['invoice', 'signature'],
  ) => [...good, [241, signRecords(of, readRecords(sorted(good)).records, secret, DETERMINISTIC_AUX)]] as Records
  for (const [title, secret] of [
    ['somebody', CAROL.secret],
    ['the issuer', ALICE.secret],
  ] as const) {
    refuses(
      'PP13',
      `a proof signed by ${title}`,
      'PROOF_BAD_SIGNATURE',
      by(secret, ['payer_proof', 'proof_signature']),
      good,
    )
  }
  refuses(
    'PP13',
    'a signature made for something else',
    'PROOF_BAD_SIGNATURE',
    by(BOB.secret, ['invoice', 'signature']),
    good,
  )
  refuses(
    'PP13',
    'a note that was put in later',
    'PROOF_BAD_SIGNATURE',
    [...readBack(sealed(good)), [1005, 'for Carol']],
    changed({ instead: [[1005, 'for Carol']] }),
  )
})

describe('verifyPayerProof', () => {
  test('says who paid whom, and what is shown', { tags: ['PP12', 'PP13'] }, () => {
    const bytes = sealed(changed({ instead: [[1005, 'for \u202eCarol']] }))
    const expected = { ok: true, issues: [], payerId: BOB.id, nodeId: ALICE.id, note: 'for \u202eCarol' }
    for (const given of [bytes, encodeString('lnp', bytes), decodePayerProof(bytes)]) {
      const verified = verifyPayerProof(given)
      expect(verified).toMatchObject(expected)
      expect(verified.revealed.map(({ name }) => name)).toEqual([
        'invreq_payer_id',
        'invoice_payment_hash',
        'invoice_amount',
        'invoice_node_id',
      ])
      expect(verified.fields.invoice_amount).toBe(1000n)
    }
  })

  test('gives every reason, and believes no message that was not made of its bytes', () => {
    const bytes = sealed(
      changed({
        instead: [
          [1001, new Uint8Array(32)],
          [170, 999n],
        ],
      }),
    )
    const codes = ['PROOF_PREIMAGE_WRONG', 'PROOF_INVOICE_BAD_SIGNATURE']
    expect(verifyPayerProof(bytes).issues.map(({ code }) => code)).toEqual(codes)
    const forged = { ...decodePayerProof(sealed(good)), bytes }
    expect(verifyPayerProof(forged)).toMatchObject({ ok: false })
    expect(codeOf(() => decodePayerProof(bytes))).toBe('PROOF_PREIMAGE_WRONG')
    expect(
      codeOf(() => decodePayerProof(sealed(changed({ instead: [[170, 999n]] })), { verifySignature: false })),
    ).toBe('accepted')
  })

  test('never throws, and takes nothing else for a proof', () => {
    const offer = encodeString('lno', decodeString(encodeString('lno', sealed(good))).bytes)
    for (const [given, code] of [
      ['', 'STRING_UNKNOWN_PREFIX'],
      ['lnp1', 'STRING_EMPTY_DATA'],
      [offer, 'STRING_WRONG_KIND'],
      [Uint8Array.of(1), 'WIRE_TRUNCATED'],
    ] as const) {
      const verified = verifyPayerProof(given)
      expect(verified.ok).toBe(false)
      expect(verified.issues[0]?.code).toBe(code)
    }
    expect(verifyPayerProof(offer).fields, 'fields of something else are none of a proof').toEqual({})
    expect(verifyPayerProof(new Uint8Array(0)).ok).toBe(false)
  })
})
