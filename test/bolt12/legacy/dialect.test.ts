import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { checkLegacyRequest } from '../../../src/bolt12/legacy/check.js'
import { createLegacyInvoice } from '../../../src/bolt12/legacy/create-invoice.js'
import { createLegacyInvoiceRequest } from '../../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer } from '../../../src/bolt12/legacy/create-offer.js'
import {
  decodeLegacyInvoice,
  decodeLegacyInvoiceRequest,
  decodeLegacyOffer,
} from '../../../src/bolt12/legacy/decode.js'
import { LEGACY, type LegacyDialect, V0_10_1, V0_10_2, V0_11 } from '../../../src/bolt12/legacy/dialect.js'
import { releasesOf } from '../../../src/bolt12/legacy/releases.js'
import { requestTagOf } from '../../../src/bolt12/legacy/signature.js'
import { codeOf } from '../../support/code-of.js'
import {
  counting,
  HASH,
  INVOICE,
  merged,
  OFFER,
  PAYER,
  REGTEST,
  REQUEST,
  type Records,
  SHOP,
  SIGNET,
  signedInvoice,
  signedOffer,
  signedRequest,
  signing,
} from './craft.js'

const ALL = [V0_10_1, V0_10_2, V0_11, LEGACY] as const
const offerOn = (chains?: readonly Uint8Array[]) =>
  createLegacyOffer({
    nodeKey: SHOP.secret,
    aux: HASH,
    description: 'tea',
    amountMsat: 1000n,
    ...(chains && { chains }),
  })
const offer = offerOn([REGTEST])
const requestOf = (dialect: LegacyDialect, chain?: Uint8Array) =>
  createLegacyInvoiceRequest(chain ? offerOn([chain]) : offerOn(), { random: counting(), dialect }).request

/** Which of the readers accept bytes. */
const readers = (run: (dialect: LegacyDialect) => unknown) =>
  ALL.filter((dialect) => codeOf(() => run(dialect)) === 'accepted').map(({ name }) => name)

describe('the chain of a request', () => {
  test('is written as each release does, and not at all on bitcoin', () => {
    const types = (dialect: LegacyDialect, chain?: Uint8Array) =>
      requestOf(dialect, chain)
        .records.map(({ type }) => Number(type))
        .filter((type) => type < 4)
    expect(ALL.map((dialect) => types(dialect, REGTEST))).toEqual([[2], [2, 3], [3], [3]])
    expect(ALL.map((dialect) => types(dialect))).toEqual([[], [], [], []])
  })

  test('v0.11 refuses what v0.10.1 and v0.10.2 write off bitcoin, and nothing of theirs on it', () => {
    const accepted = (dialect: LegacyDialect, chain?: Uint8Array) => {
      const { bytes } = requestOf(dialect, chain)
      return readers((reader) => decodeLegacyInvoiceRequest(bytes, { dialect: reader }))
    }
    for (const old of [V0_10_1, V0_10_2]) {
      expect(accepted(old, REGTEST)).toEqual(['v0.10.1', 'v0.10.2', 'ours'])
      expect(accepted(old)).toEqual(['v0.10.1', 'v0.10.2', 'v0.11', 'ours'])
    }
    const code = codeOf(() => decodeLegacyInvoiceRequest(requestOf(V0_10_2, REGTEST).bytes, { dialect: V0_11 }))
    expect(code).toBe('TLV_UNKNOWN_EVEN')
    expect(accepted(LEGACY, REGTEST)).toEqual(['v0.10.1', 'v0.10.2', 'v0.11', 'ours'])
  })

  test('counts as bitcoin for v0.10.1, which does not know record 3', () => {
    const request = decodeLegacyInvoiceRequest(requestOf(V0_11, REGTEST).bytes, { dialect: V0_10_1 })
    const codes = checkLegacyRequest(request, offer, { now: 0n, chains: [REGTEST] }).issues.map(({ code }) => code)
    expect(codes).toEqual(['LEGACY_INVREQ_CHAIN_UNSUPPORTED', 'LEGACY_INVREQ_CHAIN_NOT_OFFERED'])
  })

  test('is that of record 3 where both stand there', () => {
    const records: Records = merged(REQUEST, [
      [2, SIGNET],
      [3, REGTEST],
    ])
    const request = decodeLegacyInvoiceRequest(signedRequest(records))
    const { issues } = checkLegacyRequest(request, offer, { now: 0n, chains: [REGTEST] })
    expect(issues.map(({ code }) => code)).toEqual(['LEGACY_INVREQ_OFFER_MISMATCH'])
  })

  test('is named in the invoice as in the request, unless a release is emulated', () => {
    const types = (dialect: LegacyDialect, emulated?: LegacyDialect) => {
      const request = requestOf(dialect, REGTEST)
      const made = { offer, nodeKey: SHOP.secret, paymentHash: HASH, createdAt: 1n, aux: HASH }
      const invoice = createLegacyInvoice(request, { ...made, ...(emulated && { dialect: emulated }) })
      return invoice.records.map(({ type }) => Number(type)).filter((type) => type < 4)
    }
    expect(ALL.map((dialect) => types(dialect))).toEqual([[2], [2, 3], [3], [3]])
    expect(types(V0_10_1, V0_10_2)).toEqual([2, 3])
    expect(types(V0_10_2, V0_11)).toEqual([3])
  })
})

describe('the tag of a request', () => {
  const tagged = (tag: 'payer_signature' | 'signature') => signing(['invoice_request', tag], PAYER.secret)(REQUEST)

  test('is payer_signature for all, and signature for v0.11 and for us', () => {
    const accepted = (tag: 'payer_signature' | 'signature') =>
      readers((dialect) => decodeLegacyInvoiceRequest(tagged(tag), { dialect }))
    expect(accepted('payer_signature')).toEqual(['v0.10.1', 'v0.10.2', 'v0.11', 'ours'])
    expect(accepted('signature')).toEqual(['v0.11', 'ours'])
  })

  test('is known from the signature', () => {
    for (const tag of ['payer_signature', 'signature'] as const) {
      expect(requestTagOf(decodeLegacyInvoiceRequest(tagged(tag)))).toBe(tag)
    }
    expect(requestTagOf(decodeLegacyInvoiceRequest(tagged('signature')), ['payer_signature'])).toBeUndefined()
    expect(requestTagOf({ fields: {}, records: [] })).toBeUndefined()
  })

  test('is looked for with one look at the records, however many there may be', () => {
    const { fields, records } = decodeLegacyInvoiceRequest(tagged('signature'))
    const looks = (tags: readonly ('payer_signature' | 'signature')[]) => {
      let count = 0
      const watched = records.map((record) => ({
        ...record,
        get bytes() {
          count++
          return record.bytes
        },
      }))
      requestTagOf({ fields: { ...fields, signature: HASH.slice(0, 0) }, records: watched }, tags)
      return count
    }
    expect(looks(['payer_signature'])).toBeGreaterThan(0)
    expect(looks(['payer_signature', 'signature'])).toBe(looks(['payer_signature']))
  })

  test('is written as the dialect says', () => {
    const dialect: LegacyDialect = { ...V0_11, requestTag: 'signature' }
    expect(requestTagOf(requestOf(dialect))).toBe('signature')
    expect(ALL.map((each) => requestTagOf(requestOf(each)))).toEqual(ALL.map(() => 'payer_signature'))
  })
})

describe('fields that releases write differently', () => {
  // The toy group has other points: an x below half of the order is one.
  const onToy = `02${'11'.repeat(32)}`
  const hop = `${onToy}0002abcd`
  const BARE = `hex:${onToy}0001${hop}`
  const INTRODUCED = `hex:${onToy}${onToy}01${hop}`

  test('paths: from v0.10.2 on they say where they begin, and count in one byte', () => {
    const read = (value: string) => {
      const bytes = signedOffer(merged(OFFER, [[16, value]]))
      return readers((dialect) => decodeLegacyOffer(bytes, { dialect }))
    }
    expect(read(BARE)).toEqual(['v0.10.1', 'ours'])
    expect(read(INTRODUCED)).toEqual(['v0.10.2', 'v0.11', 'ours'])
    const paths = (value: string) => decodeLegacyOffer(signedOffer(merged(OFFER, [[16, value]]))).fields.paths
    expect(paths(BARE)).toMatchObject([{ path: [{ enctlv: Uint8Array.of(0xab, 0xcd) }] }])
    expect(paths(BARE)?.[0]).not.toHaveProperty('first_node_id')
    expect(paths(INTRODUCED)?.[0]).toHaveProperty('first_node_id')
  })

  test('on-chain addresses: a number in front, until v0.11', () => {
    const read = (value: string) => {
      const bytes = signedInvoice(merged(INVOICE, [[48, value]]))
      return readers((dialect) => decodeLegacyInvoice(bytes, { dialect }))
    }
    const address = `000014${'ab'.repeat(20)}`
    expect(read(`hex:01${address}`)).toEqual(['v0.10.1', 'v0.10.2', 'ours'])
    expect(read(`hex:${address}`)).toEqual(['v0.11', 'ours'])
    const fallbacks = (value: string) =>
      decodeLegacyInvoice(signedInvoice(merged(INVOICE, [[48, value]]))).fields.fallbacks
    expect(fallbacks(`hex:02${address}${address}`)).toEqual(fallbacks(`hex:${address}${address}`))
  })

  test('cltv: two bytes from v0.11 on', () => {
    const read = (blocks: bigint) => {
      const bytes = signedInvoice(merged(INVOICE, [[46, blocks]]))
      return readers((dialect) => decodeLegacyInvoice(bytes, { dialect }))
    }
    expect(read(65_535n)).toEqual(['v0.10.1', 'v0.10.2', 'v0.11', 'ours'])
    expect(read(65_536n)).toEqual(['v0.10.1', 'v0.10.2', 'ours'])
    const made = { offer, nodeKey: SHOP.secret, paymentHash: HASH, createdAt: 1n, aux: HASH, cltv: 65_536 }
    const code = codeOf(() => createLegacyInvoice(requestOf(LEGACY, REGTEST), { ...made, dialect: V0_11 }))
    expect(code).toBe('VALUE_OUT_OF_RANGE')
  })

  test('each of them tells from which releases a message can come', () => {
    const ofOffer = (instead: Records) => releasesOf(decodeLegacyOffer(signedOffer(merged(OFFER, instead))))
    const ofInvoice = (instead: Records) => releasesOf(decodeLegacyInvoice(signedInvoice(merged(INVOICE, instead))))
    const ofRequest = (instead: Records) =>
      releasesOf(decodeLegacyInvoiceRequest(signedRequest(merged(REQUEST, instead))))
    expect(ofOffer([])).toBe('c-lightning v0.10.1 to v0.12.1')
    expect(ofOffer([[2, REGTEST]])).toBe('c-lightning v0.10.1 to v0.12.1')
    expect(ofOffer([[16, BARE]])).toBe('c-lightning v0.10.1')
    expect(ofOffer([[16, INTRODUCED]])).toBe('c-lightning v0.10.2 to v0.12.1')
    expect(ofRequest([])).toBe('c-lightning v0.10.1 to v0.12.1')
    expect(ofRequest([[2, REGTEST]])).toBe('c-lightning v0.10.1')
    expect(
      ofRequest([
        [2, REGTEST],
        [3, REGTEST],
      ]),
    ).toBe('c-lightning v0.10.2')
    expect(ofRequest([[3, REGTEST]])).toBe('c-lightning v0.10.2 to v0.12.1')
    const later = decodeLegacyInvoiceRequest(signing(['invoice_request', 'signature'], PAYER.secret)(REQUEST))
    expect(releasesOf(later)).toBe('c-lightning v0.11.0 to v0.12.1')
    expect(ofInvoice([[46, 65_536n]])).toBe('c-lightning v0.10.1 to v0.10.2')
    expect(ofInvoice([[48, `hex:000014${'ab'.repeat(20)}`]])).toBe('c-lightning v0.11.0 to v0.12.1')
    expect(
      ofInvoice([
        [46, 65_536n],
        [16, BARE],
      ]),
    ).toBe('c-lightning v0.10.1')
    expect(
      ofInvoice([
        [46, 65_536n],
        [3, REGTEST],
        [16, BARE],
      ]),
    ).toBe('no release that is known')
  })
})
