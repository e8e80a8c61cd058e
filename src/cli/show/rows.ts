import { toHex } from '../../base/hex.js'
import { chainName } from '../../bolt12/chains.js'
import { rows, type Table, type TlvRecord } from '../../wire/tlv.js'
import { showBytes } from './values.js'

/** A value in one line or several. */
export type Shown = string | readonly string[]

/** One line of what a message says. */
export type Row = readonly [label: string, value: string]

/**
 * All that a message says, in the order of its records; unknown records, and fields that could not be read, are bytes.
 * @param show a field by its name, or undefined where it could not be read
 */
export function recordRows(
  records: readonly TlvRecord[],
  table: Table,
  show: (name: string) => Shown | undefined,
): readonly Row[] {
  const out: Row[] = []
  const known = rows(table)
  for (const { type, value } of records) {
    const name = known.get(type)?.[0]
    if (name === undefined) {
      out.push([`unknown ${type}`, showBytes(value)])
      continue
    }
    const shown = show(name) ?? `${showBytes(value)} (cannot be read)`
    const lines = typeof shown === 'string' ? [shown] : shown
    lines.forEach((line, i) => {
      out.push([i === 0 ? name : '', line])
    })
  }
  return out
}

/** The name of a chain, or its hash. */
export function showChain(hash: Uint8Array): string {
  return chainName(hash) ?? toHex(hash)
}

/** `1. from 02ab…, 3 hops` */
export function numbered<T>(values: readonly T[], show: (value: T) => string): readonly string[] {
  return values.length === 1 ? [show(values[0]!)] : values.map((value, i) => `${i + 1}. ${show(value)}`)
}
