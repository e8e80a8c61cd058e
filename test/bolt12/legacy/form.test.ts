import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeAny, decodeOffer } from '../../../src/bolt12/decode.js'
import { inspect } from '../../../src/bolt12/inspect.js'
import { kindOf } from '../../../src/bolt12/layout.js'
import { decodeLegacyAs } from '../../../src/bolt12/legacy/decode.js'
import { isLegacyKind, isLegacyRecords, isLegacyStream, isLegacyString } from '../../../src/bolt12/legacy/form.js'
import { decodeString, encodeString } from '../../../src/bolt12/string.js'
import { readRecords } from '../../../src/wire/tlv.js'
import { vector } from '../../cli/vectors.js'
import { codeOf } from '../../support/code-of.js'
import type { Json } from '../../support/json.js'
import {
  HASH,
  INVOICE,
  OFFER,
  PAYER,
  REQUEST,
  SHOP,
  signedInvoice,
  signedOffer,
  signedRequest,
  sorted,
} from './craft.js'

/** Every string of BOLT 12, good or bad, in a vector file. */
function stringsIn(json: Json): readonly string[] {
  if (typeof json === 'string') return /^l\+?n[orip]1/i.test(json) ? [json] : []
  if (Array.isArray(json)) return (json as readonly Json[]).flatMap(stringsIn)
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap((each) => stringsIn(each as Json)) : []
}

const filesOf = (folder: string) =>
  readdirSync(new URL(`../../../vectors/${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${folder}/${name}`)

const TODAY = [...filesOf('bolt12'), ...filesOf('lno')].map((file) => [file, stringsIn(vector(file))] as const)
const MADE = {
  offer: signedOffer(OFFER),
  invoice_request: signedRequest(REQUEST),
  invoice: signedInvoice(INVOICE),
} as const
const kinds = Object.keys(MADE) as (keyof typeof MADE)[]

describe('the two forms are told apart by content', () => {
  test.each(TODAY)('no string of %s is taken for one of 2021', (_, strings) => {
    expect(strings.filter(isLegacyString)).toEqual([])
  })

  test('there are such strings', () => {
    expect(TODAY.flatMap(([, strings]) => strings).length).toBeGreaterThan(400)
  })

  test('what today accepts is refused as of 2021', () => {
    const accepted = TODAY.flatMap(([, strings]) => strings).filter(
      (text) => codeOf(() => decodeAny(text, { verifySignature: false })) === 'accepted',
    )
    expect(accepted.length).toBeGreaterThan(100)
    for (const text of accepted) {
      const { prefix, bytes } = decodeString(text)
      const kind = kindOf(prefix)
      if (isLegacyKind(kind))
        expect(
          codeOf(() => decodeLegacyAs(kind, bytes)),
          text,
        ).not.toBe('accepted')
    }
  })

  test.each(kinds)('an %s of 2021 is one, and refused by today', (kind) => {
    const text = encodeString(({ offer: 'lno', invoice_request: 'lnr', invoice: 'lni' } as const)[kind], MADE[kind])
    expect(isLegacyString(text)).toBe(true)
    expect(isLegacyString(text.toUpperCase())).toBe(true)
    expect(codeOf(() => decodeLegacyAs(kind, MADE[kind]))).toBe('accepted')
    expect(codeOf(() => decodeAny(text))).not.toBe('accepted')
    expect(inspect(text).issues.length).toBeGreaterThan(0)
  })

  test('a key of 32 bytes tells, in the record of its kind of message alone', () => {
    const records = (...all: Parameters<typeof sorted>[0]) => readRecords(sorted(all)).records
    expect(isLegacyRecords('offer', records([30, SHOP.x]))).toBe(true)
    expect(isLegacyRecords('offer', records([38, SHOP.x]))).toBe(false)
    expect(isLegacyRecords('invoice_request', records([38, PAYER.x]))).toBe(true)
    expect(isLegacyRecords('invoice_request', records([30, PAYER.x]))).toBe(false)
    expect(isLegacyRecords('invoice', records([30, HASH]))).toBe(true)
    expect(isLegacyRecords('invoice', records([38, HASH]))).toBe(true)
    for (const length of [0, 4, 31, 33])
      expect(isLegacyRecords('offer', records([30, new Uint8Array(length)]))).toBe(false)
    expect(isLegacyStream('payer_proof', MADE.invoice)).toBe(false)
    expect(isLegacyStream('invoice_error', MADE.invoice)).toBe(false)
  })

  test('a message that breaks off behind its key is still one of 2021', () => {
    expect(isLegacyStream('offer', signedOffer(OFFER).slice(0, -3))).toBe(true)
    expect(codeOf(() => decodeOffer(signedOffer(OFFER)))).toBe('OFFER_TYPE_OUT_OF_RANGE')
  })

  test('whatever the text is, the question is answered', () => {
    for (const text of ['', 'x', 'lno1', 'lno1q', 'lnp1qq', 'lno1\u{1f600}', 'l'.repeat(300_000)])
      expect(isLegacyString(text)).toBe(false)
  })
})
