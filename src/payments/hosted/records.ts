import { LnoError } from '../../base/error.js'
import {
  array,
  bool,
  bytes,
  type Codec,
  flagged,
  mapped,
  prefixed,
  type StructOf,
  struct,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../../wire/codec.js'
import { decodeMessage } from '../../wire/message.js'
import { decodeTlv, encodeTlv, field, type Partially, required } from '../../wire/tlv.js'
import type { Direction, HtlcState } from '../htlc.js'
import {
  type ChannelFacts,
  type Entry,
  entryKey,
  type HostedChannel,
  type Kept,
  NOT_CONNECTED,
  type Phase,
  type Update,
} from './channel.js'
import { LAST_CROSS_SIGNED_STATE } from './messages.js'
import { fromMessage, type HostedState, toMessage } from './state.js'
import { defect, readUpdate, updateMessage } from './updates.js'

/** One of a list, by its place: new ones are added at the end. */
function oneOf<const T extends string>(name: string, values: readonly T[]): Codec<T> {
  return mapped(
    u8,
    name,
    (index) => {
      const value = values[index]
      if (value === undefined) throw new LnoError('VALUE_OUT_OF_RANGE', `${index} is no ${name}`)
      return value
    },
    (value) => values.indexOf(value),
  )
}

const phase: Codec<Phase> = /* @__PURE__ */ oneOf('phase', ['new', 'opening', 'open', 'closed'])
const direction: Codec<Direction> = /* @__PURE__ */ oneOf('direction', ['in', 'out'])
const htlcState: Codec<HtlcState> = /* @__PURE__ */ oneOf('HTLC state', [
  'proposed',
  'locked',
  'fulfilled',
  'failed',
  'disputed',
  'settled',
  'returned',
])

const state: Codec<HostedState> = /* @__PURE__ */ mapped(
  bytes(),
  'last_cross_signed_state',
  (message) => fromMessage(decodeMessage(LAST_CROSS_SIGNED_STATE, message).fields),
  toMessage,
)

/** An update as its message. The channel that it names is put in by whoever writes. */
const updateBytes: Codec<Uint8Array> = /* @__PURE__ */ prefixed(u32, bytes())

const milliseconds: Codec<number> = /* @__PURE__ */ mapped(
  u64,
  'milliseconds',
  (value) => {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new LnoError('VALUE_OUT_OF_RANGE', `${value} is no time`)
    return Number(value)
  },
  BigInt,
)

const mark = {
  direction,
  id: u64,
  state: htlcState,
  preimage: /* @__PURE__ */ flagged(bool, bytes(32)),
} as const

const signedState = { local: u32, remote: u32, blockDay: u32, digest: /* @__PURE__ */ bytes(32) } as const

/** What is stored of a hosted channel, under `wallet-channel/<node id>`. */
export const CHANNEL_RECORD = {
  is_host: /* @__PURE__ */ required(0n, bool),
  phase: /* @__PURE__ */ required(2n, phase),
  committed: /* @__PURE__ */ field(4n, state),
  /** Our updates that are not committed, as the messages that they are sent with. */
  own: /* @__PURE__ */ field(6n, /* @__PURE__ */ array(updateBytes)),
  /** HTLCs of which committed state and own updates do not say where they are. */
  marks: /* @__PURE__ */ field(8n, /* @__PURE__ */ array(/* @__PURE__ */ struct('mark', mark))),
  wish: /* @__PURE__ */ field(
    10n,
    /* @__PURE__ */ struct('wish', { secret: /* @__PURE__ */ prefixed(u16, bytes()), minCapacityMsat: u64 }),
  ),
  signed: /* @__PURE__ */ field(12n, /* @__PURE__ */ array(/* @__PURE__ */ struct('signed_state', signedState))),
  errored: /* @__PURE__ */ field(
    14n,
    /* @__PURE__ */ struct('errored', {
      byUs: bool,
      code: /* @__PURE__ */ prefixed(u8, utf8),
      why: /* @__PURE__ */ prefixed(u16, utf8),
      at: milliseconds,
    }),
  ),
  override: /* @__PURE__ */ field(16n, state),
  /** Of the peer's updates that are not committed and that we have signed: SHA-256 of what they do. */
  signed_theirs: /* @__PURE__ */ field(18n, /* @__PURE__ */ array(/* @__PURE__ */ bytes(32))),
}
type ChannelRecord = Partially<typeof CHANNEL_RECORD>

/** The HTLCs as committed state and own updates alone have them. */
function plainEntries(committed: HostedState | undefined, own: readonly Update[]): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  const put = (entry: Entry) => entries.set(entryKey(entry.direction, entry.htlc.id), entry)
  for (const htlc of committed?.incoming ?? []) put({ direction: 'in', htlc, state: 'locked' })
  for (const htlc of committed?.outgoing ?? []) put({ direction: 'out', htlc, state: 'locked' })
  for (const update of own) if (update.type === 'add') put({ direction: 'out', htlc: update.htlc, state: 'proposed' })
  return entries
}

function marksOf({ committed, own, htlcs }: Kept): readonly StructOf<typeof mark>[] {
  const plain = plainEntries(committed, own)
  // In one order, so that equal channels have equal records.
  return [...htlcs]
    .filter(([key, { state, preimage }]) => plain.get(key)?.state !== state || preimage !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { direction, htlc, state, preimage }]) => ({ direction, id: htlc.id, state, preimage }))
}

/** What to store of a channel; undefined when there is nothing (a record that there was is to be deleted then). */
export function channelRecord({ facts, kept }: HostedChannel): Uint8Array | undefined {
  if (kept.phase === 'new') return undefined
  const marks = marksOf(kept)
  const record: ChannelRecord = {
    is_host: kept.isHost,
    phase: kept.phase,
    ...(kept.committed && { committed: kept.committed }),
    ...(kept.own.length > 0 && { own: kept.own.map((update) => updateMessage(facts.channelId, update)) }),
    ...(marks.length > 0 && { marks }),
    ...(kept.wish && { wish: kept.wish }),
    ...(kept.signed.length > 0 && { signed: kept.signed }),
    ...(kept.errored && { errored: kept.errored }),
    ...(kept.override && { override: kept.override }),
    ...(kept.signedTheirs.length > 0 && { signed_theirs: kept.signedTheirs }),
  }
  return encodeTlv(CHANNEL_RECORD, record)
}

/**
 * The channel from its record: what was stored, not connected.
 * @throws LnoError of `decodeTlv`; `HOSTED_DEFECT` for a record that contradicts itself
 */
export function channelFromRecord(facts: ChannelFacts, record: Uint8Array): HostedChannel {
  const { fields } = decodeTlv(CHANNEL_RECORD, record.slice())
  const own = (fields.own ?? []).map((message): Update => {
    const read = readUpdate(message)
    if (read === undefined) throw defect('a stored update is none')
    return read.update
  })
  const htlcs = plainEntries(fields.committed, own)
  for (const { direction, id, state, preimage } of fields.marks ?? []) {
    const key = entryKey(direction, id)
    const entry = htlcs.get(key)
    if (entry === undefined) throw defect('a stored mark without its HTLC')
    htlcs.set(key, { ...entry, state, ...(preimage && { preimage }) })
  }
  const kept: Kept = {
    isHost: fields.is_host,
    phase: fields.phase,
    own,
    htlcs,
    signed: fields.signed ?? [],
    signedTheirs: fields.signed_theirs ?? [],
    ...(fields.committed && { committed: fields.committed }),
    ...(fields.wish && { wish: fields.wish }),
    ...(fields.errored && { errored: fields.errored }),
    ...(fields.override && { override: fields.override }),
  }
  return { facts, kept, live: NOT_CONNECTED }
}
