import { toHex } from '../../../src/base/hex.js'
import * as faults from './faults.js'
import { craft, type Records } from './records.js'
import { type About, fieldsOf, type Written, written } from './vector.js'

type Line = readonly [
  rule: string,
  description: string,
  records: Records,
  more?: Pick<About, 'note'> & { readonly altered?: faults.Fault },
]

const REASON = [5, 'sold out'] as const
const SILENT = 'BOLT 12 leaves the reader of an invoice_error open'

const VALID: readonly Line[] = [
  ['EW1', 'a reason', [REASON]],
  ['EW1', 'a reason with characters of two, three and four bytes', [[5, 'ausverkauft: Grüntee 茶 🍵']]],
  [
    'EW1',
    'a reason with control characters, for the reader to escape where it is shown',
    [[5, 'hex:1b5b324a0d0a00e280ae']],
  ],
  ['EW2', 'the field that was wrong: invreq_amount', [[1, 82n], REASON]],
  ['EW2', 'the field that was wrong: invreq_metadata, whose number takes no byte', [[1, 0n], REASON]],
  ['EW2', 'the field that was wrong: an experimental one', [[1, 2_000_000_001n], REASON]],
  ['EW3', 'a value that would do: an amount', [[1, 82n], [3, 100_000n], REASON]],
  ['EW3', 'a value that would do: a quantity of 0 bytes', [[1, 86n], [3, ''], REASON]],
  [
    'EW3',
    'a value that would do: a chain',
    [[1, 80n], [3, `hex:${'06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f'}`], REASON],
  ],
  [
    'EW3',
    'a value for no field, which its writer must not set',
    [[3, 'hex:0186a0'], REASON],
    { note: `${SILENT}: what is suggested is shown at most, and refused nowhere` },
  ],
  [
    'EW3',
    'a value that the field cannot hold, which its writer must not set',
    [[1, 82n], [3, 'hex:000001'], REASON],
    { note: `${SILENT}: what is suggested is shown at most, and refused nowhere` },
  ],
  ['ER1', 'unknown odd types', [REASON, [7, 'hex:01'], [1_000_000_001, '']]],
  ['ER1', 'a reason of 300 bytes, so that its length takes three', [[5, 'x'.repeat(300)]]],
]

const INVALID: readonly Line[] = [
  ['ER1', 'nothing at all', [], { note: SILENT }],
  ['ER1', 'a field, and no reason', [[1, 82n]], { note: SILENT }],
  ['ER1', 'a reason without a character', [[5, '']], { note: SILENT }],
  ['M4', 'an unknown even type', [REASON, [6, '']]],
  ['M4', 'an unknown even type in front', [[2, 'hex:01'], REASON]],
  ['M4', 'records out of order', [REASON, [1, 82n]]],
  ['M4', 'a record twice', [REASON], { altered: faults.firstTwice }],
  ['M4', 'cut short within the reason', [REASON], { altered: faults.cutShort }],
  ['M4', 'a type without a length at the end', [REASON], { altered: faults.typeAlone }],
  ['M4', 'a length in more bytes than it needs', [REASON], { altered: faults.longLength }],
  ['M4', 'a type in more bytes than it needs', [REASON], { altered: faults.longType }],
  [
    'M4',
    'its own length in front of it',
    [REASON],
    {
      altered: (bytes) => Uint8Array.of(bytes.length, ...bytes),
      note: 'lightning (Rust) 0.2.7 and lightning-kmp 1.8.4 write it so, and read no other form; whoever wants to understand them must try both',
    },
  ],
  ['T1', 'the number of a field with a leading zero byte', [[1, 'hex:0052'], REASON]],
  ['T1', 'the number of a field in nine bytes', [[1, 'hex:010000000000000000'], REASON]],
  ['T3', 'a reason that is not UTF-8', [[5, 'hex:ff']]],
  ['T3', 'a reason that ends within a character', [[5, 'hex:e29c']]],
]

/** `invoice-error-test.json`. An invoice_error has no text form: `hex` is its stream. */
export function invoiceErrorVectors(): readonly Written[] {
  const of =
    (valid: boolean) =>
    ([rule, description, records, more = {}]: Line) => {
      const plain = craft(...records)
      const bytes = more.altered?.(plain) ?? plain
      const { note } = more
      return written(
        { description, valid, rule, ...(note !== undefined && { note }) },
        { hex: toHex(bytes), fields: fieldsOf(bytes) },
      )
    }
  return [...VALID.map(of(true)), ...INVALID.map(of(false))]
}
