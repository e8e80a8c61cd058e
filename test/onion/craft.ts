import { blindHops } from '../../src/blinding/build.js'
import type { Generation } from '../../src/onion/generation.js'
import { modern } from '../../src/onion/generations/modern.js'
import { withType } from '../../src/onion/onion-message.js'
import { encodePacket } from '../../src/onion/packet.js'
import { buildOnion } from '../../src/onion/sphinx.js'
import { encodeTlv, joinRecords, type TlvRecord } from '../../src/wire/tlv.js'
import { secretOf } from '../support/keys.js'

/** One hop of a message as a careless or hostile sender makes it. */
export interface CraftedHop {
  readonly node_id: Uint8Array
  /** The plain `encrypted_data_tlv`: fields by name, or bytes as they are. */
  readonly data?: Record<string, unknown> | Uint8Array
  /** The payload; by default nothing but the encrypted data. */
  readonly payload?: (encrypted: Uint8Array) => Uint8Array
}

/** A well-formed packet around hops that `buildOnionMessage` would not make. */
export function craftMessage(
  hops: readonly CraftedHop[],
  options: { readonly generation?: Generation; readonly size?: number; readonly associatedData?: Uint8Array } = {},
): Uint8Array {
  const generation = options.generation ?? modern
  const blinded = blindHops(
    secretOf(0x51),
    hops.map(({ node_id, data = {} }) => ({
      node_id,
      data: data instanceof Uint8Array ? data : encodeTlv(generation.encryptedDataTable, data),
    })),
  )
  const { packet } = buildOnion({
    sessionKey: secretOf(0x52),
    hops: blinded.map(({ blinded_node_id, encrypted_recipient_data: encrypted }, i) => ({
      node_id: blinded_node_id,
      payload: hops[i]!.payload?.(encrypted) ?? payloadOf({ encrypted_recipient_data: encrypted }, [], generation),
    })),
    ...(options.size !== undefined && { size: options.size }),
    ...(options.associatedData && { associatedData: options.associatedData }),
  })
  const message = { path_key: blinded[0]!.path_key, onion_message_packet: encodePacket(packet) }
  return withType(generation.messageType, generation.layout.write(message))
}

/** A payload from fields by name and from raw records. */
export function payloadOf(
  fields: Record<string, unknown>,
  records: readonly TlvRecord[] = [],
  generation: Generation = modern,
): Uint8Array {
  return encodeTlv(generation.payloadTable, fields, records)
}

/** Records as they are given, in whatever order. */
export function rawStream(...records: readonly TlvRecord[]): Uint8Array {
  return joinRecords(records)
}
