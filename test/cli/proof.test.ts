import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeInvoice } from '../../src/bolt12/decode.js'
import { disclose } from '../../src/bolt12/proof/disclosure.js'
import { decodeString, encodeString } from '../../src/bolt12/string.js'
import { lno, problemWith } from './run.js'
import { vector, vectorText } from './vectors.js'

const FILE = 'bolt12/payer-proof-test.json'
const INVOICE = vectorText(FILE, 'valid_vectors', 0, 'input', 'invoice')
const PREIMAGE = vectorText(FILE, 'valid_vectors', 0, 'input', 'preimage')
const SECRET = vectorText(FILE, 'payer_secret')
const PROOF = vectorText(FILE, 'valid_vectors', 2, 'result', 'bech32')
const SECRETS = { LNO_SECRET: SECRET, LNO_PREIMAGE: PREIMAGE }

const folder = mkdtempSync(join(tmpdir(), 'lno-proof-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, contents: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, contents, { mode })
  return path
}

interface Preview {
  readonly proof?: string
  readonly revealed: readonly { readonly field: string | null; readonly type: string; readonly mandatory: boolean }[]
  readonly hidden: readonly { readonly field: string | null; readonly value: string }[]
  readonly guessable: string | null
  readonly note: string | null
}

const names = (fields: readonly { readonly field: string | null }[]) => fields.map(({ field }) => field)

describe('proof create', () => {
  test('prints the proof alone, and it goes into proof verify', { tags: ['PP2', 'PP3'] }, async () => {
    const made = await lno(['proof', 'create', INVOICE, '--include', 'invoice_amount'], { env: SECRETS })
    expect(made.code).toBe(0)
    expect(made.stdout).toMatch(/^lnp1[a-z0-9]+\n$/)
    expect(made.stderr).toContain('It shows invreq_payer_id, invoice_payment_hash, invoice_amount, ')
    const { code, stdout, stderr } = await lno(['proof', 'verify', '-'], { stdin: made.stdout })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Payer proof: valid/)
    expect(stdout).toMatch(/invoice_amount +1000 msat/)
    expect(stdout).not.toContain('offer_issuer_id')
    expect(stderr).toContain('Whose key invoice_node_id is')
  })

  test('fields by name and by type, secrets from files, the invoice from standard input', async () => {
    const argv = ['proof', 'create', '-', '--json', '--include', 'invoice_created_at', '--include', '3000000001']
    const keys = [
      '--preimage-file',
      file('preimage', fromHex(PREIMAGE)),
      '--key-file',
      file('payer.key', `${SECRET}\n`),
    ]
    const { code, json, stderr } = await lno([...argv, ...keys, '--note', 'order 17'], { stdin: `${INVOICE}\n` })
    expect(code).toBe(0)
    expect(stderr, 'weak metadata is told even with --json').toMatch(
      /^lno: the metadata of the invoice is not random[^\n]*\n$/,
    )
    const made = json() as Preview
    expect(names(made.revealed)).toEqual([
      'invreq_payer_id',
      'invoice_created_at',
      'invoice_payment_hash',
      'invoice_features',
      'invoice_node_id',
      'signature',
      null,
    ])
    expect(made).toMatchObject({ guessable: 'regular', note: 'order 17' })
    expect((await lno(['proof', 'verify', made.proof!])).code).toBe(0)
  })

  test('two proofs of the same differ: their signatures are random', async () => {
    const run = () => lno(['proof', 'create', INVOICE], { env: SECRETS })
    expect((await run()).stdout).not.toBe((await run()).stdout)
  })

  test('--preview needs no secret and makes nothing', { tags: ['PP1'] }, async () => {
    const argv = ['proof', 'create', INVOICE, '--include', 'offer_issuer_id', '--note', 'a\u202eb', '--preview']
    const { code, stdout } = await lno(argv)
    expect(code).toBe(0)
    expect(stdout).not.toContain('lnp1')
    const [revealed, hidden] = stdout.split('\nHidden\n') as [string, string]
    expect(revealed).toMatch(/^offer_issuer_id +02/m)
    expect(revealed).toMatch(/^invoice_node_id .*\(in every proof\)$/m)
    expect(revealed).toMatch(/^proof_note +"a\\u\{202e\}b"$/m)
    expect(hidden).toMatch(/^invreq_metadata /m)
    expect(hidden).toMatch(/^invoice_amount +1000 msat/m)
    expect(hidden).toContain('Careful: the metadata of the invoice is not random')
    const preview = (await lno([...argv, '--json'])).json() as Preview
    expect(preview).not.toHaveProperty('proof')
    expect(preview.hidden.find(({ field }) => field === 'invoice_amount')?.value).toBe('03e8')
    const all = decodeInvoice(INVOICE).records.length
    expect(preview.revealed.length + preview.hidden.length).toBe(all)
  })

  test.each([
    ['no invoice', ['proof', 'create'], {}, 2, 'INVOICE is missing'],
    ['no preimage', ['proof', 'create', INVOICE], { LNO_SECRET: SECRET }, 2, 'NO_PREIMAGE'],
    ['no key', ['proof', 'create', INVOICE], { LNO_PREIMAGE: PREIMAGE }, 2, 'NO_SECRET'],
    ['a preimage cut short', ['proof', 'create', INVOICE], { ...SECRETS, LNO_PREIMAGE: 'ab' }, 2, 'BAD_PREIMAGE'],
    ['no hex', ['proof', 'create', INVOICE], { ...SECRETS, LNO_PREIMAGE: 'xx' }, 2, 'BAD_PREIMAGE'],
    ['another preimage', ['proof', 'create', INVOICE], { ...SECRETS, LNO_PREIMAGE: SECRET }, 1, 'rule PP8'],
    ['another key', ['proof', 'create', INVOICE], { ...SECRETS, LNO_SECRET: '41'.repeat(32) }, 1, 'rule PP6'],
    [
      'a name with a slip',
      ['proof', 'create', INVOICE, '--include', 'invoice_amout'],
      SECRETS,
      2,
      'mean invoice_amount',
    ],
    ['metadata', ['proof', 'create', INVOICE, '--include', 'invreq_metadata'], SECRETS, 1, 'rule PP1'],
    ['a field that is not there', ['proof', 'create', INVOICE, '--include', '10'], SECRETS, 1, 'has no type 10'],
    ['a proof', ['proof', 'create', PROOF], SECRETS, 2, 'not of invoice'],
    ['a broken invoice', ['proof', 'create', `${INVOICE}qq`], SECRETS, 1, 'STRING_PADDING_TOO_LONG'],
    ['a missing file', ['proof', 'create', INVOICE, '--preimage-file', '/nonexistent'], SECRETS, 1, 'FILE_UNREADABLE'],
  ] as const)('%s is refused in one line', async (_, argv, env, code, why) => {
    const outcome = await lno(argv, { env })
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(why)
    expect(outcome.stderr, 'no secret is repeated').not.toContain(SECRET)
    expect(outcome.code).toBe(code)
  })

  test('a preimage that others can read is warned of, as a key is', async () => {
    const loose = file('loose', PREIMAGE, 0o644)
    const { stderr } = await lno(['proof', 'create', INVOICE, '--preimage-file', loose], { env: SECRETS })
    expect(stderr).toContain(`chmod 600 ${loose}`)
  })
})

describe('proof verify', () => {
  test('says who, whom and what, and the note in quotation marks', { tags: ['PP12', 'PP13'] }, async () => {
    const { code, stdout } = await lno(['proof', 'verify', PROOF])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^proof_note +"test note"$/m)
    const { json } = await lno(['proof', 'verify', '--json', PROOF.toUpperCase()])
    expect(json()).toMatchObject({
      valid: true,
      payer_id: vectorText(FILE, 'keys', 'invreq_payer_id', 'pubkey'),
      node_id: vectorText(FILE, 'keys', 'offer_issuer_id', 'pubkey'),
      note: 'test note',
      decoded: { type: 'bolt12 payer_proof', proof_preimage: PREIMAGE, valid: true },
      issues: [],
    })
    expect((await lno(['proof', 'verify', toHex(decodeString(PROOF).bytes)])).code, 'hex').toBe(0)
  })

  test('every proof of the vectors that is wrong ends with 1 and its reasons', { tags: ['PP7', 'PP9'] }, async () => {
    const invalid = vector(FILE, 'invalid_vectors') as unknown as readonly { bech32: string }[]
    for (const { bech32 } of invalid) {
      const { code, stdout, stderr } = await lno(['proof', 'verify', bech32])
      expect(code).toBe(1)
      expect(stdout).toMatch(/^Payer proof: not valid[^\n]*\n\nPROOF_[A-Z_]+: .* \(rule PP\d+\)\n/)
      expect(stderr).toMatch(/^Next: lno explain PROOF_[A-Z_]+\n$/)
    }
    const several = (await lno(['proof', 'verify', '--json', invalid[8]!.bech32])).json()
    expect(several).toMatchObject({
      valid: false,
      issues: [{ code: 'PROOF_PREIMAGE_WRONG' }, { code: 'PROOF_BAD_SIGNATURE' }],
    })
  })

  test.each([
    [['proof', 'verify'], 2, 'PROOF is missing'],
    [['proof', 'verify', INVOICE], 2, 'not of payer_proof'],
    [['proof', 'verify', 'lnp1'], 1, 'STRING_EMPTY_DATA'],
    [['proof', 'verify', 'hello'], 1, 'BAD_HEX'],
    [['proof'], 2, 'proof create'],
  ])('%j is refused in one line', async (argv, code, why) => {
    const outcome = await lno(argv)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(why)
    expect(outcome.code).toBe(code)
  })
})

describe('a proof that Core Lightning made', () => {
  interface Message {
    readonly bolt12: string
    readonly decode: { readonly type: string }
  }
  const messages = vector('../test/fixtures/cln-decode.json', 'messages') as unknown as readonly Message[]
  const of = (type: string) => messages.find(({ decode }) => decode.type === `bolt12 ${type}`)!.bolt12

  test('verifies', { tags: ['PP12', 'PP13'] }, async () => {
    const { code, stdout } = await lno(['proof', 'verify', of('payer_proof')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^proof_note +"for the record"$/m)
    expect((await lno(['explain', of('payer_proof')])).stdout).toMatch(/^Payer proof: no rule is broken/)
  })

  test('shows and hides what we would, hash by hash', { tags: ['PP3', 'PP4'] }, async () => {
    const { json } = await lno(['proof', 'verify', '--json', of('payer_proof')])
    const { decoded, revealed } = json() as {
      readonly revealed: readonly { readonly type: string }[]
      readonly decoded: Readonly<
        Record<`proof_${'omitted_tlvs' | 'missing_hashes' | 'leaf_hashes'}`, readonly string[]>
      >
    }
    const shown = new Set(revealed.map(({ type }) => BigInt(type)))
    const ours = disclose(decodeInvoice(of('invoice')).records, (type) => shown.has(type))
    expect(ours.markers.map(String)).toEqual(decoded.proof_omitted_tlvs)
    expect(ours.missingHashes.map(toHex)).toEqual(decoded.proof_missing_hashes)
    expect(ours.leafHashes.map(toHex)).toEqual(decoded.proof_leaf_hashes)
  })
})

test('decode prints a proof with the names of its fields', async () => {
  const { code, stdout } = await lno(['decode', PROOF])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Payer proof \(lnp, .*\): well-formed, signature valid\n/)
  expect(stdout).toMatch(/^proof_omitted_tlvs +1, 2, 89, 90, 91, 169$/m)
  expect(stdout).toMatch(/^proof_missing_hashes +5 hashes$/m)
  const broken = decodeString(PROOF).bytes.slice()
  broken[10]! ^= 1
  expect((await lno(['decode', encodeString('lnp', broken)])).code).toBe(1)
})
