import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import { INVOICE_ERROR } from '../../src/bolt12/invoice-error.js'
import { OFFER } from '../../src/bolt12/offer.js'
import { decodeString, encodeString } from '../../src/bolt12/string.js'
import { encodeRecord, encodeTlv } from '../../src/wire/tlv.js'
import { lno, NOW, problemWith } from './run.js'
import { vector, vectorText } from './vectors.js'

interface OfferVector {
  readonly description: string
  readonly valid: boolean
  readonly bolt12: string
}

const OFFERS = vector('bolt12/offers-test.json') as unknown as readonly OfferVector[]
const STRINGS = vector('bolt12/format-string-test.json') as unknown as readonly {
  readonly comment: string
  readonly valid: boolean
  readonly string: string
}[]
const MINIMAL = OFFERS[0]!.bolt12
const NODE_ID = fromHex('02eec7245d6b7d2ccb30380bfbe2a3648cd7a942653f5aa340edcea1f283686619')
const INVOICE = vectorText('bolt12/payer-proof-test.json', 'valid_vectors', 0, 'input', 'invoice')
const REQUEST = (vector('bolt12/signature-test.json') as readonly { readonly bolt12?: string }[]).find(
  ({ bolt12 }) => bolt12 !== undefined,
)!.bolt12!

function offer(
  fields: Parameters<typeof encodeTlv<typeof OFFER>>[1],
  others: Parameters<typeof encodeTlv>[2] = [],
): string {
  return encodeString('lno', encodeTlv(OFFER, { offer_issuer_id: NODE_ID, ...fields }, others))
}

describe('what decode takes', () => {
  test.each(OFFERS.filter(({ valid }) => valid))('a valid offer: $description', async ({ bolt12 }) => {
    const human = await lno(['decode', bolt12])
    expect(human.code).toBe(0)
    expect(human.stdout).toMatch(/^Offer \(lno, /)
    expect(human.stderr).toMatch(/^Next: lno explain [^\n]*\n$/)
    const { code, json, stderr } = await lno(['decode', '--json', bolt12])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(json()).toMatchObject({ type: 'bolt12 offer', valid: true })
  })

  test.each(OFFERS.filter(({ valid }) => !valid))('not an invalid offer: $description', async ({ bolt12 }) => {
    const human = await lno(['decode', bolt12])
    // Two vectors are offers that this reader could read, but not use: for other features. Those decode.
    if (human.code === 0) {
      const { code, stdout } = await lno(['explain', bolt12])
      expect(code).toBe(1)
      expect(stdout).toContain('broken')
      return
    }
    expect(human.code).toBe(1)
    expect(problemWith(human)).toBeUndefined()
    const outcome = await lno(['decode', '--json', bolt12])
    expect(outcome.code).toBe(1)
    expect(outcome.json()).toMatchObject({ error: { code: expect.stringMatching(/^[A-Z0-9_]+$/) } })
  })

  test.each(STRINGS)('the forms of a string: $comment', async ({ string, valid }) => {
    // A file or a terminal may hold it: both ways say the same.
    for (const outcome of [await lno(['decode', string]), await lno(['decode', '-'], { stdin: `${string}\n` })]) {
      expect(outcome.code).toBe(valid ? 0 : 1)
      if (!valid) expect(problemWith(outcome)).toBeUndefined()
    }
  })

  test('URIs, in either case', async () => {
    for (const uri of [
      `lightning:${MINIMAL}`,
      `LIGHTNING:${MINIMAL.toUpperCase()}`,
      `bitcoin:?lno=${MINIMAL}`,
      `bitcoin:bc1qexample?amount=1&LNO=${MINIMAL}#x`,
    ]) {
      expect((await lno(['decode', '--json', uri])).json()).toMatchObject({ type: 'bolt12 offer' })
    }
    const none = await lno(['decode', 'bitcoin:bc1qexample'])
    expect(none.code).toBe(1)
    expect(problemWith(none)).toBeUndefined()
    expect(none.stderr).toContain('STRING_NOT_FOUND')
  })

  test('the hex of a stream, as what it is said to be', async () => {
    const hex = toHex(decodeString(INVOICE).bytes)
    expect((await lno(['decode', '--json', '--as', 'invoice', hex])).stdout).toBe(
      (await lno(['decode', '--json', INVOICE])).stdout,
    )
    expect((await lno(['decode', '--as', 'invoice', '-'], { stdin: hex.toUpperCase() })).code).toBe(0)
    const error = toHex(encodeTlv(INVOICE_ERROR, { erroneous_field: 82n, error: 'too \u202elittle' }))
    const outcome = await lno(['decode', '--as', 'invoice_error', error])
    expect(outcome.code).toBe(0)
    expect(outcome.stdout).toContain('type 82 (invreq_amount)')
    expect(outcome.stdout).toContain('"too \\u{202e}little"')
    expect((await lno(['decode', '--as', 'invoice', INVOICE])).code).toBe(0)
  })

  test.each([
    [['decode'], 2, 'STRING is missing'],
    [['decode', ''], 2, 'NO_INPUT'],
    [['decode', '1621'], 2, '--as'],
    [['decode', '--as', 'cheque', '1621'], 2, 'not one of'],
    [['decode', '--as', 'invoice', MINIMAL], 2, 'not of invoice'],
    [['decode', '--as', 'offer', '162'], 1, 'BAD_HEX'],
    [['decode', '--as', 'offer', '16zz'], 1, 'BAD_HEX'],
    [['decode', '--as', 'offer', '1621'], 1, 'TLV_LENGTH'],
    [['decode', 'hello'], 1, 'STRING_UNKNOWN_PREFIX'],
    [['decode', 'lnbc1qqqq'], 1, 'STRING_UNKNOWN_PREFIX'],
    [['decode', `${MINIMAL}\u202e`], 1, 'STRING_BAD_CHARACTER'],
    [['decode', MINIMAL, MINIMAL], 2, 'too many arguments'],
    [['decode', `lno1${'q'.repeat(400_000)}`], 1, 'STRING_TOO_LONG'],
  ])('%j is refused in one line', async (argv, code, why) => {
    const outcome = await lno(argv)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(why)
    expect(outcome.code).toBe(code)
  })
})

describe('what decode shows', () => {
  test('amounts in msat and sat, dates with their distance, texts escaped', async () => {
    const { stdout } = await lno([
      'decode',
      offer({
        offer_amount: 1_234_500n,
        offer_description: 'Tea\n\u001b[31m \\ \u202e',
        offer_absolute_expiry: BigInt(NOW + 3 * 86_400),
        offer_quantity_max: 0n,
      }),
    ])
    expect(stdout).toContain('1234500 msat (1234.5 sat)')
    expect(stdout).toContain('2026-03-04T00:00:00Z (in 3 days)')
    expect(stdout).toContain('"Tea\\u{a}\\u{1b}[31m \\\\ \\u{202e}"')
    expect(stdout).toContain('any number')
  })

  test('amounts of other currencies by their digits', async () => {
    const amount = (offer_currency: string, offer_amount = 1050n) =>
      lno(['decode', offer({ offer_currency, offer_amount, offer_description: '' })]).then(({ stdout }) => stdout)
    expect(await amount('USD')).toContain('1050 (10.50 USD)')
    expect(await amount('USD', 5n)).toContain('5 (0.05 USD)')
    expect(await amount('JPY')).toContain('1050 JPY')
    expect(await amount('\u001bX')).toContain('1050 of the smallest unit of \\u{1b}X')
  })

  test('far and impossible dates', async () => {
    const expiry = async (seconds: bigint) => (await lno(['decode', offer({ offer_absolute_expiry: seconds })])).stdout
    expect(await expiry(0n)).toMatch(/1970-01-01T00:00:00Z \(56 years ago\)/)
    expect(await expiry(BigInt(NOW))).toContain('(now)')
    expect(await expiry(2n ** 64n - 1n)).toContain('18446744073709551615 seconds after 1970')
  })

  test('an offer that has expired, or is for another chain, still decodes', async () => {
    const regtest = fromHex('06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f')
    const { code, stdout } = await lno(['decode', offer({ offer_absolute_expiry: 1n, offer_chains: [regtest] })])
    expect(code).toBe(0)
    expect(stdout).toContain('regtest')
  })

  test('unknown fields', async () => {
    const text = offer({}, [encodeRecord(33n, fromHex('c0ffee'))])
    expect((await lno(['decode', text])).stdout).toMatch(/unknown 33\s+c0ffee/)
    expect((await lno(['decode', '--json', text])).json()).toMatchObject({
      unknown_offer_tlvs: [{ type: '33', length: 3, value: 'c0ffee' }],
    })
  })

  test('whether the signature is valid', async () => {
    expect((await lno(['decode', INVOICE])).stdout).toContain('signature valid')
    expect((await lno(['decode', REQUEST])).stdout).toContain('signature valid')
    expect((await lno(['decode', MINIMAL])).stdout).not.toContain('signature')
    const { prefix, bytes } = decodeString(REQUEST)
    const broken = bytes.slice()
    broken[broken.length - 1]! ^= 1
    const outcome = await lno(['decode', encodeString(prefix, broken)])
    expect(outcome.code).toBe(1)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('INVREQ_BAD_SIGNATURE')
    const program = await lno(['decode', '--json', encodeString(prefix, broken)])
    expect(program.code).toBe(1)
    // What could be read is there, and says that it is not to be trusted.
    expect(program.json()).toMatchObject({
      valid: false,
      offer_currency: 'USD',
      error: { code: 'INVREQ_BAD_SIGNATURE', rule: 'RR4' },
    })
  })

  test('amounts are strings in JSON', async () => {
    expect((await lno(['decode', '--json', INVOICE])).json()).toMatchObject({ invoice_amount_msat: '1000' })
  })

  test('bytes: every one of them, in one line each', async () => {
    for (const text of [INVOICE, REQUEST, MINIMAL]) {
      const { code, stdout } = await lno(['decode', '--bytes', text])
      expect(code).toBe(0)
      const lines = stdout.trimEnd().split('\n').slice(1)
      const hex = lines.map((line) => /((?:[0-9a-f]{2}){1,}(?: [0-9a-f]*)?)$/.exec(line)?.[1] ?? '').join('')
      expect(hex.replaceAll(' ', '')).toBe(toHex(decodeString(text).bytes))
    }
    const { json } = await lno(['decode', '--bytes', '--json', MINIMAL])
    expect(json()).toMatchObject({ fields: [{ offset: 0, name: 'offer_issuer_id', type: '22' }] })
  })

  test('bytes of something broken, and why it is', async () => {
    const outcome = await lno(['decode', '--bytes', '--as', 'offer', '0a02c328'])
    expect(outcome.code).toBe(1)
    expect(outcome.stdout).toContain('offer_description')
    expect(problemWith({ ...outcome, stdout: '' })).toBeUndefined()
    expect(outcome.stderr).toContain('WIRE_BAD_UTF8')
    const program = await lno(['decode', '--bytes', '--json', '--as', 'offer', '0a02c328'])
    expect(program.json()).toMatchObject({ fields: [{ hex: '0a02c328' }], error: { code: 'WIRE_BAD_UTF8' } })
  })

  test('fits a narrow terminal, except what must stay whole', async () => {
    const text = offer({ offer_description: 'a long description that does not fit one line', offer_amount: 1n })
    const { stdout } = await lno(['decode', text], { columns: 40, env: { NO_COLOR: '1' } })
    const long = stdout.split('\n').filter((line) => line.length > 40)
    expect(long.every((line) => /^\s*\S+$/.test(line) || line.startsWith('Offer'))).toBe(true)
  })

  test('colours a terminal only', async () => {
    expect((await lno(['decode', MINIMAL], { columns: 100 })).stdout).toContain('\u001b[')
    expect((await lno(['decode', MINIMAL])).stdout).not.toContain('\u001b[')
  })

  test('quiet has no hints', async () => {
    expect((await lno(['decode', '--quiet', MINIMAL])).stderr).toBe('')
  })

  test('help has examples', async () => {
    const { code, stdout } = await lno(['decode', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('lno decode --json')
  })
})
