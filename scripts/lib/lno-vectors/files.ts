import { readFileSync } from 'node:fs'
import type { Agreement, VectorFiles } from './agreed.js'
import { withAgreed } from './agreed.js'
import { invoiceErrorVectors } from './invoice-errors.js'
import { requestVectors } from './invoice-requests.js'
import { invoiceVectors } from './invoices.js'
import { onionMessageVectors } from './onion-messages.js'
import { standaloneVectors } from './standalone-requests.js'

/** Where the files lie. */
export const FOLDER = new URL('../../../vectors/lno/', import.meta.url)
const REGISTRY = new URL('../../../conformance/rules.json', import.meta.url)

/** Sections of the registry of rules, as the specifications call them. */
const SECTIONS: Readonly<Record<string, string>> = {
  'A.0': 'BOLT 1 and BOLT 12: types of fields',
  'A.1': 'BOLT 12: Encoding',
  'A.2': 'BOLT 12: Signature Calculation',
  'A.3': 'BOLT 12: Requirements For Offers',
  'A.4': 'BOLT 12: Requirements For Invoice Requests',
  'A.5': 'BOLT 12: Requirements For Invoices',
  'A.6': 'BOLT 12: Requirements For Invoice Errors',
  'B.1': 'BOLT 4: Packet Structure, Onion Decryption',
  'B.2': 'BOLT 4: Route Blinding',
  'B.3': 'BOLT 4: Onion Messages',
  'C.1': 'BOLT 1: Type-Length-Value Format, Fundamental Types',
}

/** All vectors, without who agreed with them. */
export function vectorFiles(): VectorFiles {
  return new Map([
    ['invoice-request-test.json', requestVectors()],
    ['standalone-invoice-request-test.json', standaloneVectors()],
    ['invoice-test.json', invoiceVectors()],
    ['invoice-error-test.json', invoiceErrorVectors()],
    ['onion-message-test.json', onionMessageVectors()],
  ])
}

/** Who agreed so far, as `agreed.json` says. */
export function agreements(): readonly Agreement[] {
  return JSON.parse(readFileSync(new URL('agreed.json', FOLDER), 'utf8'))
}

/** JSON with one line a record: a list of fields is read like a table. */
export function asJson(value: unknown): string {
  const indented = JSON.stringify(value, null, 2)
  const record = /\{\n\s+("type": \d+),\n\s+("length": \d+),\n\s+("hex": "[0-9a-f]*")\n\s+\}/g
  return `${indented.replace(record, '{ $1, $2, $3 }')}\n`
}

/** The rules that vectors name, in words. */
function rulesOf(files: VectorFiles): readonly object[] {
  const named = new Set([...files.values()].flatMap((vectors) => vectors.map(({ rule }) => rule)))
  const registry: readonly { id: string; section: string; level: string; rule: string; effect?: string }[] = JSON.parse(
    readFileSync(REGISTRY, 'utf8'),
  )
  return registry
    .filter(({ id }) => named.has(id))
    .map(({ id, section, level, rule }) => ({ id, section: SECTIONS[section] ?? section, level, rule }))
}

/** Every file of the folder but README and `agreed.json`, by name, as it must stand on disk. */
export function lnoFiles(files: VectorFiles, agreed: readonly Agreement[]): ReadonlyMap<string, string> {
  const written = [...files].map(([name, vectors]) => [name, asJson(withAgreed(name, vectors, agreed))] as const)
  return new Map([...written, ['rules.json', asJson(rulesOf(files))]])
}
