import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { createLegacyInvoice } from '../../src/bolt12/legacy/create-invoice.js'
import { createLegacyInvoiceRequest } from '../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer } from '../../src/bolt12/legacy/create-offer.js'
import { encodeLegacy } from '../../src/bolt12/legacy/decode.js'
import { V0_10_2, V0_11 } from '../../src/bolt12/legacy/dialect.js'
import { decodeString, encodeString } from '../../src/bolt12/string.js'
import { counting, HASH, OTHER, REGTEST, SHOP } from '../bolt12/legacy/craft.js'
import { lno, NOW, problemWith } from './run.js'
import { vector } from './vectors.js'

const LIVE = vector('legacy/bolt12-2021.json', 'offers') as unknown as readonly {
  readonly release: string
  readonly form: string
  readonly node_id: string
  readonly offer_id: string
  readonly bolt12: string
}[]
const OLD = LIVE.filter(({ form }) => form === '2021')
const TODAY = LIVE.find(({ form }) => form === 'today')!.bolt12
const RELEASES = 'c-lightning v0.10.1 to v0.12.1'

const offer = createLegacyOffer({
  nodeKey: SHOP.secret,
  aux: HASH,
  description: 'Tea \u202e\n',
  amountMsat: 1_234_500n,
  issuer: 'shop\u001b[31m',
  quantityMin: 2n,
  absoluteExpiry: BigInt(NOW + 3 * 86_400),
  chains: [REGTEST],
  recurrence: { time_unit: 2, period: 1 },
  recurrencePaywindow: { seconds_before: 10, proportional_amount: 1, seconds_after: 20 },
  recurrenceLimit: 12,
})
const asked = createLegacyInvoiceRequest(offer, {
  random: counting(),
  quantity: 2n,
  recurrenceCounter: 0,
  payerNote: 'please',
  dialect: V0_10_2,
}).request
const invoice = createLegacyInvoice(asked, {
  offer,
  nodeKey: SHOP.secret,
  paymentHash: HASH,
  createdAt: BigInt(NOW),
  aux: HASH,
  cltv: 18,
})
const sender = createLegacyOffer({
  nodeKey: SHOP.secret,
  aux: HASH,
  description: 'x',
  amountMsat: 1n,
  sendInvoice: true,
})
const [OFFER, REQUEST, INVOICE, SENDER] = [offer, asked, invoice, sender].map((each) => encodeLegacy(each)) as [
  string,
  string,
  string,
  string,
]

describe('decode', () => {
  test.each(OLD)('an offer that a node of $release made', async ({ bolt12, node_id, offer_id }) => {
    const { code, stdout, stderr } = await lno(['decode', bolt12])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^Offer \(lno, \d+ bytes, 5 records\): well-formed, signature valid\n2021 form, c-lightning v/,
    )
    expect(stdout).toContain(RELEASES)
    expect(stdout).toMatch(new RegExp(`^offer_id +${offer_id}$`, 'm'))
    expect(stdout).toMatch(new RegExp(`^node_id +${node_id}$`, 'm'))
    expect(stderr).toMatch(/^Next: lno explain /)
    const { json } = await lno(['decode', '--json', bolt12])
    expect(json()).toMatchObject({
      type: 'bolt12 offer',
      form: '2021',
      releases: RELEASES,
      offer_id,
      node_id,
      valid: true,
    })
  })

  test('an offer of today says nothing of 2021', async () => {
    const { stdout } = await lno(['decode', TODAY])
    expect(stdout).not.toContain('2021')
    expect((await lno(['decode', '--json', TODAY])).json()).not.toHaveProperty('form')
  })

  test('values as people read them, and texts of strangers escaped', async () => {
    const { stdout } = await lno(['decode', OFFER])
    for (const line of [
      'amount                1234500 msat (1234.5 sat)',
      'absolute_expiry       2026-03-04T00:00:00Z (in 3 days)',
      'chains                regtest',
      'description           "Tea \\u{202e}\\u{a}"',
      'issuer                "shop\\u{1b}[31m"',
      'quantity_min          at least 2',
      'recurrence            every month',
      'recurrence_paywindow  from 10 seconds before to 20 seconds after, less when late',
      'recurrence_limit      up to period 12',
    ]) {
      expect(stdout).toContain(line)
    }
    expect((await lno(['decode', SENDER])).stdout).toMatch(/^send_invoice +yes/m)
  })

  test('requests and invoices, with the releases that they can come from', async () => {
    const request = await lno(['decode', REQUEST])
    expect(request.stdout).toContain('2021 form, c-lightning v0.10.2\n')
    expect(request.stdout).toMatch(/^chain +regtest$/m)
    expect(request.stdout).toMatch(/^payer_note +"please"$/m)
    const { stdout } = await lno(['decode', INVOICE])
    expect(stdout).toMatch(/^expires +2026-03-01T02:00:00Z \(in 2 hours\): the default/m)
    expect(stdout).toMatch(/^cltv +18 blocks$/m)
    expect((await lno(['decode', '--json', INVOICE])).json()).toMatchObject({
      type: 'bolt12 invoice',
      releases: 'c-lightning v0.10.2',
      amount_msat: '2469000',
      min_final_cltv_expiry: 18,
      relative_expiry: 7200,
      recurrence_counter: 0,
      quantity: 2,
      valid: true,
    })
  })

  test('JSON has the names of that time', async () => {
    expect((await lno(['decode', '--json', OFFER])).json()).toMatchObject({
      amount_msat: '1234500',
      quantity_min: 2,
      recurrence: {
        time_unit: 2,
        time_unit_name: 'months',
        period: 1,
        limit: 12,
        paywindow: { seconds_before: 10, seconds_after: 20, proportional_amount: true },
      },
    })
    expect((await lno(['decode', '--json', SENDER])).json()).toMatchObject({ send_invoice: true })
  })

  test('URIs, hex and QR codes as of today', async () => {
    const hex = toHex(decodeString(OFFER).bytes)
    const [plain, ofHex, ofUri] = await Promise.all([
      lno(['decode', '--json', OFFER]),
      lno(['decode', '--json', '--as', 'offer', hex]),
      lno(['decode', '--json', `lightning:${OFFER.toUpperCase()}`]),
    ])
    expect(ofHex.stdout).toBe(plain.stdout)
    expect(ofUri.stdout).toBe(plain.stdout)
    const qr = await lno(['decode', '--qr', '--json', OLD[0]!.bolt12])
    expect(qr.json()).toMatchObject({ kind: 'offer', text: OLD[0]!.bolt12.toUpperCase() })
  })

  test('every byte in a line, under the names of that time', async () => {
    const { code, stdout } = await lno(['decode', '--bytes', INVOICE])
    expect(code).toBe(0)
    for (const name of ['chains[0]', 'chain', 'payer_info', 'created_at']) expect(stdout).toContain(name)
    const hex = stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => /((?:[0-9a-f]{2}){1,}(?: [0-9a-f]*)?)$/.exec(line)?.[1] ?? '')
    expect(hex.join('').replaceAll(' ', '')).toBe(toHex(invoice.bytes))
    expect((await lno(['decode', '--bytes', '--json', INVOICE])).json()).toMatchObject({ form: '2021' })
  })

  test('a bad signature is refused, and shown to programs', async () => {
    const broken = invoice.bytes.slice()
    broken[broken.length - 1]! ^= 1
    const text = encodeString('lni', broken)
    const outcome = await lno(['decode', text])
    expect(outcome.code).toBe(1)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('LEGACY_INVOICE_BAD_SIGNATURE')
    expect((await lno(['decode', '--qr', text])).code).toBe(1)
    const program = await lno(['decode', '--json', text])
    expect(program.json()).toMatchObject({
      form: '2021',
      valid: false,
      payer_note: 'please',
      error: { code: 'LEGACY_INVOICE_BAD_SIGNATURE', rule: 'L46' },
    })
  })
})

interface Explained {
  readonly ok: boolean
  readonly form?: string
  readonly releases?: string
  readonly payment?: { readonly code: string }
  readonly rules: readonly {
    readonly id: string
    readonly verdict: string
    readonly text?: string
    readonly section?: string
  }[]
}
const explained = async (...argv: string[]) => (await lno(['explain', '--json', ...argv])).json() as Explained

describe('explain', () => {
  test('every rule of 2021 has a verdict, a sentence and a place, and none of today is there', async () => {
    const { ok, rules, form, releases } = await explained('--network', 'regtest', OFFER)
    expect({ ok, form, releases }).toEqual({ ok: true, form: '2021', releases: RELEASES })
    const ids = ['L10', 'L11', 'L12', 'L13', 'L14', 'L15', 'L16', 'L17', 'L18']
    for (const id of ids) expect(rules.filter((rule) => rule.id === id)).toHaveLength(1)
    expect(rules.filter(({ text, section }) => !text || !section)).toEqual([])
    expect(rules.filter(({ id }) => id.startsWith('OR'))).toEqual([])
  })

  test('an offer can be fetched and not paid', async () => {
    const { code, stdout, stderr } = await lno(['explain', '--network', 'regtest', OLD[0]!.bolt12], { columns: 70 })
    expect(code).toBe(0)
    expect(stdout.replaceAll('\n', ' ')).toMatch(
      /It can be fetched \(lno fetch\), but not paid: .* \(PAYMENT_UNBLINDED\) *$/,
    )
    expect(stderr).toContain('lno fetch')
    expect((await explained('--network', 'regtest', OFFER)).payment?.code).toBe('PAYMENT_UNBLINDED')
    expect((await explained('--network', 'regtest', INVOICE)).payment?.code).toBe('PAYMENT_UNBLINDED')
    expect((await explained('--network', 'regtest', REQUEST)).payment).toBeUndefined()
    expect((await explained(TODAY)).payment).toBeUndefined()
  })

  test('an offer that recurs is not fetched', async () => {
    const { code, stdout, stderr } = await lno(['explain', '--network', 'regtest', OFFER])
    expect(code).toBe(0)
    expect(stdout).toContain('It is paid again every so often')
    expect(stdout).not.toContain('lno fetch')
    expect(stderr).toContain('Next: lno decode')
    expect((await lno(['pay', OFFER])).stderr).not.toContain('fetch')
  })

  test('an offer to send money is not fetched', async () => {
    const { stdout, stderr } = await lno(['explain', SENDER])
    expect(stdout).toContain('It sends money')
    expect(stderr).toContain('Next: lno decode')
  })

  test('a broken rule is named, and nothing is said of paying', async () => {
    const { code, stdout, stderr } = await lno(['explain', OFFER])
    expect(code).toBe(1)
    expect(stdout).toMatch(/broken +L17 .*LEGACY_OFFER_CHAIN_UNSUPPORTED/s)
    expect(stdout).not.toContain('PAYMENT_UNBLINDED')
    expect(stderr).toBe('Next: lno explain LEGACY_OFFER_CHAIN_UNSUPPORTED\n')
  })

  test('what needs a counterpart is not checked: of a request its offer, of an invoice its request or the offer that sends', async () => {
    const open = async (text: string) =>
      (await explained(text, '--network', 'regtest')).rules
        .filter(({ verdict }) => verdict === 'not_checked')
        .map(({ id }) => id)
    expect(await open(REQUEST)).toEqual(['L26', 'L27', 'L28', 'L29', 'L30', 'L31', 'L32', 'L33', 'L34', 'L35', 'L36'])
    expect(await open(INVOICE)).toEqual(['L60', 'L61', 'L62', 'L63', 'L64', 'L65', 'L66', 'L67'])
    expect(await open(OFFER)).toEqual([])
  })

  test('rules and codes of 2021', async () => {
    const rule = await lno(['explain', 'l17'])
    expect(rule.code).toBe(0)
    expect(rule.stdout).toMatch(/^L17 \(c-lightning v0\.10\.1 to v0\.12\.1\)\n/)
    expect(rule.stdout).toContain('LEGACY_OFFER_CHAIN_UNSUPPORTED')
    const code = await lno(['explain', 'LEGACY_INVREQ_AMOUNT_TOO_LOW'])
    expect(code.stdout).toContain('L33')
    expect(code.stdout).toMatch(/^LEGACY_INVREQ_AMOUNT_TOO_LOW \(bolt12\/legacy, exit code 1\)/)
    expect((await lno(['explain', 'PAYMENT_UNBLINDED'])).stdout).toContain('in the clear')
    expect((await lno(['explain', 'L99'])).code).toBe(2)
  })
})

describe('merkle', () => {
  interface Tree {
    readonly form?: string
    readonly root: string
    readonly signature: { readonly tag: string; readonly valid: boolean | null } | null
  }
  const tree = async (text: string) => (await lno(['merkle', '--json', text])).json() as Tree

  test.each(OLD)('the root of an offer of $release is its id', async ({ bolt12, offer_id }) => {
    expect(await tree(bolt12)).toMatchObject({
      form: '2021',
      root: offer_id,
      signature: { tag: 'lightningoffersignature', valid: true },
    })
    const { stdout } = await lno(['merkle', bolt12])
    expect(stdout).toContain('2021 form')
    expect(stdout.trimEnd()).toMatch(/verdict +valid$/)
  })

  test('a request is shown with the tag that was signed', async () => {
    expect(await tree(REQUEST)).toMatchObject({
      signature: { tag: 'lightninginvoice_requestpayer_signature', valid: true },
    })
    const made = createLegacyInvoiceRequest(sellerOf(), {
      random: counting(),
      dialect: { ...V0_11, requestTag: 'signature' },
    })
    expect(await tree(encodeLegacy(made.request))).toMatchObject({
      signature: { tag: 'lightninginvoice_requestsignature', valid: true },
    })
    expect(await tree(INVOICE)).toMatchObject({ signature: { tag: 'lightninginvoicesignature', valid: true } })
  })

  test('an unsigned offer has no verdict, one with a wrong signature a bad one', async () => {
    const unsigned = createLegacyOffer({ nodeKey: OTHER.secret, aux: HASH, description: 'x', sign: false })
    expect(await tree(encodeLegacy(unsigned))).toMatchObject({ signature: { valid: null } })
    expect((await lno(['merkle', encodeLegacy(unsigned)])).stdout.trimEnd()).toMatch(/verdict +not signed$/)
    const broken = offer.bytes.slice()
    broken[broken.length - 1]! ^= 1
    const { code, stdout } = await lno(['merkle', encodeString('lno', broken)])
    expect(code).toBe(1)
    expect(stdout.trimEnd()).toMatch(/verdict +not valid$/)
  })

  const sellerOf = () => createLegacyOffer({ nodeKey: SHOP.secret, aux: HASH, description: 'x', amountMsat: 1n })
})
