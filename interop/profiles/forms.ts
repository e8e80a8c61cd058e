import { type BlindedPath, blindedHop } from '../../src/blinding/blinded-path.js'
import { ENCRYPTED_DATA } from '../../src/blinding/encrypted-data.js'
import type { Generation, PayloadRoles } from '../../src/onion/generation.js'
import { modern as modernForm, ONION_MESSAGE_PAYLOAD } from '../../src/onion/generations/modern.js'
import { modernUncounted as modernUncountedForm } from '../../src/onion/generations/modern-uncounted.js'
import { obs as obsForm } from '../../src/onion/generations/obs.js'
import { OBS2_ENCRYPTED_DATA, obs2 as obs2Form } from '../../src/onion/generations/obs2.js'
import { nodeIdOf } from '../../src/onion/generations/uncounted-path.js'
import { type Codec, counted, mapped, point, struct, u8 } from '../../src/wire/codec.js'
import { type Field, field } from '../../src/wire/tlv.js'

/** The forms of onion messages as c-lightning and Core Lightning up to v24.02 read and wrote them. */

/** A field whose value counts only where a test holds: else it is as if it were not there. */
function onlyIf<T>({ type, codec }: Field<T, false>, counts: (value: T) => boolean): Field<T, false> {
  // A decoded field that is undefined is one that was absent, to whoever asks.
  const read = (value: T) => (counts(value) ? value : (undefined as T))
  return field(
    type,
    mapped(codec, codec.name, read, (value: T) => value),
  )
}

/** A secret of a path has 32 bytes, or is none. */
const only32 = (row: Field<Uint8Array, false>) => onlyIf(row, ({ length }) => length === 32)

/** Next hops are named by node ids; a channel is read and not followed before v24.08. */
const unfollowed = (row: Field<bigint, false>) => onlyIf(row, () => false)

/** A relay minds no other fields beside its data, before v23.02. */
const anyFields = (of: Generation): readonly (keyof PayloadRoles)[] =>
  Object.keys(of.payloadTable) as (keyof PayloadRoles)[]

/** 385 of v0.9.3 to v0.10.2. */
export const obs: Generation = {
  ...obsForm,
  relayFields: anyFields(obsForm),
}

const { padding: _unpadded, path_id: self_id, ...obs2Data } = OBS2_ENCRYPTED_DATA

/** 387 of v0.10.2 to v0.12.1; nothing is padded. */
export const obs2: Generation = {
  ...obs2Form,
  relayFields: anyFields(obs2Form),
  encryptedDataTable: { ...obs2Data, path_id: only32(self_id) },
}

const { short_channel_id, next_node_id, path_id, next_path_key_override, padding: _, ...later } = ENCRYPTED_DATA

const data = {
  short_channel_id: unfollowed(short_channel_id),
  next_node_id,
  path_id: only32(path_id),
  next_path_key_override,
}

/** 513 of v0.11.0 to v0.12.1: fields of payments in a path came later. */
export const modernUncounted: Generation = {
  ...modernUncountedForm,
  relayFields: anyFields(modernUncountedForm),
  encryptedDataTable: data,
}

/** A reply path that begins at a node id: channels in that place came with v24.05. */
const pathFromNode: Codec<BlindedPath> = mapped(
  struct('blinded_path', { first_node_id: point, first_path_key: point, path: counted(u8, blindedHop) }),
  'blinded_path',
  ({ first_node_id: node_id, ...path }): BlindedPath => ({ first_node_id: { node_id }, ...path }),
  (path) => ({ ...path, first_node_id: nodeIdOf(path) }),
)

/** 513 of v22.11 to v24.02. */
export const modern: Generation = {
  ...modernForm,
  relayFields: anyFields(modernForm),
  payloadTable: { ...ONION_MESSAGE_PAYLOAD, reply_path: field<BlindedPath>(2n, pathFromNode) },
  encryptedDataTable: { ...data, ...later },
  replyPathCodec: pathFromNode,
  finalDataRequired: false,
}
