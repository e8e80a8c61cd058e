import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { createInvoiceError } from '../../src/bolt12/create-invoice-error.js'
import { decodeInvoiceError, decodeReceivedInvoiceError } from '../../src/bolt12/decode.js'
import { codeOf } from '../support/code-of.js'

const withLength = (bytes: Uint8Array) => concatBytes(Uint8Array.of(bytes.length), bytes)

describe('an invoice_error as it comes in messages', () => {
  const { bytes } = createInvoiceError({ error: 'no such offer', field: 'invreq_amount' })

  test('in the form of BOLT 12', { tags: ['ER1'] }, () => {
    expect(decodeReceivedInvoiceError(bytes).fields).toEqual(decodeInvoiceError(bytes).fields)
  })

  test('with its own length in front, as LDK 0.2.7 writes it', { tags: ['ER1'] }, () => {
    expect(codeOf(() => decodeInvoiceError(withLength(bytes)))).not.toBe('')
    expect(decodeReceivedInvoiceError(withLength(bytes))).toEqual(decodeInvoiceError(bytes))
  })

  test('with another length in front it is refused for what it is', () => {
    const wrong = concatBytes(Uint8Array.of(bytes.length + 1), bytes)
    expect(codeOf(() => decodeReceivedInvoiceError(wrong))).toBe(codeOf(() => decodeInvoiceError(wrong)))
  })

  test('a length in front excuses nothing of what is behind', { tags: ['ER1'] }, () => {
    const evenType = Uint8Array.of(5, 1, 0x61, 8, 0)
    expect(codeOf(() => decodeReceivedInvoiceError(evenType))).toBe(codeOf(() => decodeInvoiceError(evenType)))
    expect(codeOf(() => decodeReceivedInvoiceError(withLength(evenType)))).toBe(
      codeOf(() => decodeInvoiceError(withLength(evenType))),
    )
    expect(codeOf(() => decodeReceivedInvoiceError(new Uint8Array(0)))).not.toBe('')
  })
})
