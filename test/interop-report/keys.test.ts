import { expect, test } from 'vitest'
import { BLOTTED, blot, withoutKeys } from '../../interop/report/keys.js'

const KEY = 'ab'.repeat(32)
const line = (members: object): string => JSON.stringify(members)

test('a capture loses its lines of keys and keeps the others as they are', () => {
  const header = '{"capture":1, "lno":"0.1.0"}'
  const note = line({ t: 1, note: 'keys are fine' })
  const { text, keys } = withoutKeys(
    [header, line({ t: 0, keys: { node_id: '02', node_key: KEY } }), note, ''].join('\n'),
  )
  expect(text).toBe(`${header}\n${note}\n`)
  expect(keys).toEqual([KEY])
})

test('whatever stands in a line of keys is a secret, but for the id of the node', () => {
  const id = `02${KEY}`
  const other = 'CD'.repeat(32)
  const { text, keys } = withoutKeys(`${line({ t: 0, keys: { node_id: id, node_key: KEY, other_key: other } })}\n`)
  expect(text).toBe('')
  expect(keys).toEqual([KEY, other.toLowerCase()])
})

test('a line of keys that was cut off goes too', () => {
  const cut = line({ t: 0, keys: { node_id: '02', node_key: KEY } }).slice(0, -4)
  expect(withoutKeys(`{"t":1,"note":"a"}\n${cut}`).text).toBe('{"t":1,"note":"a"}\n')
})

test('keys are blotted out wherever they stand, in either case, among other hex', () => {
  const other = 'cd'.repeat(32)
  const text = `a ${KEY} b ${KEY.toUpperCase()} c ${other}00${KEY}11 d ${other}`
  expect(blot(text, new Set([KEY]))).toBe(`a ${BLOTTED} b ${BLOTTED} c ${other}00${BLOTTED}11 d ${other}`)
  expect(blot(text, new Set())).toBe(text)
})
