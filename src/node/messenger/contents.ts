import type { MessageContents } from '../../onion/engine-build.js'
import type { Generation } from '../../onion/generation.js'
import { ONION_MESSAGE_PAYLOAD } from '../../onion/generations/modern.js'
import { rows, type Table } from '../../wire/tlv.js'

/** What is in a message of ours, by the name of its record. */
export function contentsName(
  generation: Generation,
  { records = [], reply_path: _, ...named }: MessageContents,
): string {
  const [name] = Object.entries(named).find(([, value]) => value !== undefined) ?? []
  return name ?? (records[0] === undefined ? 'nothing' : recordName(generation, records[0].type))
}

/** `invoice_request`, `type 65537` */
export function recordName({ payloadTable }: Generation, type: bigint): string {
  return rows(payloadTable).get(type)?.[0] ?? `type ${type}`
}

/**
 * The number that a record has in today's form: by it readers are registered, whatever number a generation gives it. A record
 * that today's form does not have keeps its own.
 */
export function typeToday({ payloadTable }: Generation, type: bigint): bigint {
  const name = rows(payloadTable).get(type)?.[0]
  return (name !== undefined && (ONION_MESSAGE_PAYLOAD as Table)[name]?.type) || type
}
