import { readdir } from 'node:fs/promises'
import fc from 'fast-check'
import { vi } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import type { StoredRecord } from '../../src/node/store/records.js'
import { type HostedHtlc, makeHtlc } from '../../src/payments/hosted/htlc-messages.js'
import { LAST_CROSS_SIGNED_STATE } from '../../src/payments/hosted/messages.js'
import { fromMessage, toMessage } from '../../src/payments/hosted/state.js'
import type { AnyCodec } from '../../src/wire/codec.js'
import { decodeMessage, type MessageDef } from '../../src/wire/message.js'
import type { Table } from '../../src/wire/tlv.js'
import { arbitraryMessage, type Own } from '../support/arbitrary.js'

/**
 * All that the sources declare: tables of TLV streams, messages, stored records. They are found, not listed, so that a new
 * one is held to the properties of all the others from its first day.
 */
export interface Declared {
  readonly tables: readonly (readonly [name: string, table: Table])[]
  readonly messages: readonly MessageDef[]
  readonly records: readonly StoredRecord<Table>[]
}

const records: StoredRecord<Table>[] = []

// Stored records need not be exported, so they are caught where they are declared.
vi.mock('../../src/node/store/records.js', async (original) => {
  const real = await original<typeof import('../../src/node/store/records.js')>()
  const defineRecord = (name: string, table: Table) => {
    const record = real.defineRecord(name, table)
    records.push(record)
    return record
  }
  return { ...real, defineRecord }
})

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isCodec = (value: unknown): value is AnyCodec => isObject(value) && isObject(value.shape) && 'read' in value

const isTable = (value: unknown): value is Table =>
  isObject(value) &&
  Object.values(value).length > 0 &&
  Object.values(value).every((row) => isObject(row) && typeof row.type === 'bigint' && isCodec(row.codec))

const isMessage = (value: unknown): value is MessageDef =>
  isObject(value) && typeof value.type === 'number' && isObject(value.body) && isObject(value.tlvs)

/** Reads every module of `src/` but the program, which would start. */
async function findDeclared(): Promise<Declared> {
  const root = new URL('../../src/', import.meta.url)
  const files = (await readdir(root, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('cli') && !file.endsWith('index.ts'),
  )
  const tables = new Map<Table, string>()
  const messages = new Set<MessageDef>()
  for (const file of files.sort()) {
    const module: Readonly<Record<string, unknown>> = await import(new URL(file, root).href)
    for (const [name, value] of Object.entries(module)) {
      if (isTable(value) && !tables.has(value)) tables.set(value, name)
      if (isMessage(value)) messages.add(value)
    }
  }
  for (const { name, table } of records) if (!tables.has(table)) tables.set(table, `stored ${name}`)
  return { tables: [...tables].map(([table, name]) => [name, table]), messages: [...messages], records }
}

export const declared: Declared = await findDeclared()

/** Values that chance would hardly ever make. */
const BY_CHANCE: Own = {
  address_descriptor: fc.oneof(
    fc.record({ kind: fc.constant('ipv4'), host: fc.ipV4(), port: fc.integer({ min: 1, max: 65535 }) }),
    fc.uint8Array({ maxLength: 30 }).map((noise) => ({ kind: 'opaque', bytes: concatBytes(Uint8Array.of(9), noise) })),
  ),
}

const htlc: fc.Arbitrary<HostedHtlc> = fc
  .tuple(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
    fc.record({
      amountMsat: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
      paymentHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      cltvExpiry: fc.nat(),
      onion: fc.nat({ max: 255 }).map((byte) => new Uint8Array(1366).fill(byte)),
    }),
  )
  .map(([channelId, id, terms]) => makeHtlc(channelId, id, terms))

export const OWN: Own = {
  ...BY_CHANCE,
  update_add_htlc: htlc,
  // Written and read again: then its HTLCs are in their order.
  last_cross_signed_state: arbitraryMessage(LAST_CROSS_SIGNED_STATE, { ...BY_CHANCE, update_add_htlc: htlc }).map(
    (fields) => fromMessage(decodeMessage(LAST_CROSS_SIGNED_STATE, toMessage(fromMessage(fields))).fields),
  ),
  milliseconds: fc.nat(),
}

/** Lists of a message that have an element for each channel: as many as there are channels, which ascend. */
const PER_CHANNEL = ['query_flags', 'timestamps_tlv', 'checksums_tlv'] as const

/** Fields of a message that its own check accepts. */
export function acceptableFields(def: MessageDef): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return arbitraryMessage(def, OWN).map((fields: Readonly<Record<string, unknown>>) => {
    const { encoded_short_ids: ids } = fields
    if (!Array.isArray(ids)) return fields
    const ascending = [...new Set(ids as readonly bigint[])].sort((a, b) => (a < b ? -1 : 1))
    const lists = PER_CHANNEL.filter((name) => fields[name] !== undefined).map(
      (name) => (fields[name] as unknown[]).length,
    )
    const count = Math.min(ascending.length, ...lists)
    const cut = Object.fromEntries(
      PER_CHANNEL.filter((name) => fields[name] !== undefined).map((name) => [
        name,
        (fields[name] as unknown[]).slice(0, count),
      ]),
    )
    return { ...fields, ...cut, encoded_short_ids: ascending.slice(0, count) }
  })
}
