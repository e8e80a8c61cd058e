import { describe, expect, test } from 'vitest'
import { fromPasted, MAX_PASTED_LENGTH } from '../../src/bolt12/pasted.js'
import { codeOf } from '../support/code-of.js'

const OFFER = 'lno1zcss9mk8y3wkklfvevcrszlmu23kfrxh49px20665dqwmn4p72pksese'

describe('what people paste becomes the string', () => {
  test.each([
    ['the string itself', OFFER],
    ['white space around it', `\r\n\t ${OFFER} \n`],
    ['lightning:', `lightning:${OFFER}`],
    ['lightning: in capitals', `LIGHTNING:${OFFER}`],
    ['lightning://', `lightning://${OFFER}`],
    ['lightning: with a query and a fragment', `lightning:${OFFER}?label=tea#x`],
    ['bitcoin: with an offer', `bitcoin:bc1qexample?amount=0.1&lno=${OFFER}&label=tea`],
    ['bitcoin: without an address', `bitcoin:?lno=${OFFER}`],
    ['bitcoin: in capitals, key too', `BITCOIN:?LNO=${OFFER}`],
    ['bitcoin: with two offers: the first', `bitcoin:?lno=${OFFER}&lno=lno1qq`],
    ['bitcoin: with a fragment', `bitcoin:?lno=${OFFER}#top`],
    ['percent signs', `bitcoin:?lno=${OFFER.replace('o', '%6F')}`],
  ])('%s', (_, pasted) => {
    expect(fromPasted(pasted)).toBe(OFFER)
  })

  test('a + stays a + , plain or in percent signs', () => {
    expect(fromPasted('bitcoin:?lno=lno1q+q')).toBe('lno1q+q')
    expect(fromPasted('bitcoin:?lno=lno1q%2Bq')).toBe('lno1q+q')
  })

  test('case is left alone', () => {
    expect(fromPasted(`lightning:${OFFER.toUpperCase()}`)).toBe(OFFER.toUpperCase())
  })
})

test.each([
  ['nothing', ''],
  ['white space', ' \n'],
  ['a scheme alone', 'lightning:'],
  ['a bitcoin: URI without an offer', 'bitcoin:bc1qexample?amount=1'],
  ['an empty parameter', 'bitcoin:?lno='],
  ['a key that only ends so', `bitcoin:?xlno=${OFFER}`],
])('%s holds no string', (_, pasted) => {
  expect(codeOf(() => fromPasted(pasted))).toBe('STRING_NOT_FOUND')
})

test('a scheme is ASCII: what folds to it is another', () => {
  expect(fromPasted(`lightn\u0131ng:${OFFER}`)).toBe(`lightn\u0131ng:${OFFER}`)
})

test('a text without end is not searched', () => {
  expect(codeOf(() => fromPasted(' '.repeat(MAX_PASTED_LENGTH + 1)))).toBe('STRING_TOO_LONG')
})
