import { LnoError } from '../base/error.js'
import { array, bigsize, chainHash, prefixed, shortChannelId, struct, u8, u16, u32 } from '../wire/codec.js'
import { type MessageFields, message } from '../wire/message.js'
import { field } from '../wire/tlv.js'
import type { GossipCode } from './codes.js'
import { encoded } from './encoded.js'

const SPEC = 'BOLT 7 Query Messages'

const encodedIds = /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ encoded(shortChannelId))

/** Encoding 0 is defined as ascending; a channel named twice would be work twice. */
function mustAscend(ids: readonly bigint[]): void {
  for (let i = 1; i < ids.length; i++) {
    if (ids[i]! > ids[i - 1]!) continue
    throw new LnoError('SCIDS_NOT_ASCENDING' satisfies GossipCode, `${ids[i]} after ${ids[i - 1]}`, {
      path: ['encoded_short_ids', i],
      spec: SPEC,
    })
  }
}

function mustMatch(ids: readonly bigint[], name: string, list: readonly unknown[] | undefined): void {
  if (list === undefined || list.length === ids.length) return
  throw new LnoError(
    'GOSSIP_COUNT_MISMATCH' satisfies GossipCode,
    `${list.length} ${name} for ${ids.length} channels`,
    { path: [name], spec: SPEC },
  )
}

/** What a `query_flags` element asks for, as bits. */
export const QUERY_FLAGS = {
  channel_announcement: 1n,
  channel_update_1: 2n,
  channel_update_2: 4n,
  node_announcement_1: 8n,
  node_announcement_2: 16n,
} as const

/** What `query_option` asks for, as bits. */
export const QUERY_OPTIONS = { timestamps: 1n, checksums: 2n } as const

/** Asks for what is known of some channels. */
export const QUERY_SHORT_CHANNEL_IDS = /* @__PURE__ */ message({
  type: 261,
  name: 'query_short_channel_ids',
  body: { chain_hash: chainHash, encoded_short_ids: encodedIds },
  tlvs: {
    /** One for each channel, bits of `QUERY_FLAGS`; without it everything is asked for. */
    query_flags: /* @__PURE__ */ field(1n, /* @__PURE__ */ encoded(bigsize)),
  },
  check: ({ encoded_short_ids, query_flags }) => {
    mustAscend(encoded_short_ids)
    mustMatch(encoded_short_ids, 'query_flags', query_flags)
  },
})
export interface QueryShortChannelIds extends MessageFields<typeof QUERY_SHORT_CHANNEL_IDS> {}

/** Ends the answer to a `query_short_channel_ids`. */
export const REPLY_SHORT_CHANNEL_IDS_END = /* @__PURE__ */ message({
  type: 262,
  name: 'reply_short_channel_ids_end',
  body: { chain_hash: chainHash, full_information: u8 },
})

/** Asks which channels were opened in a range of blocks. */
export const QUERY_CHANNEL_RANGE = /* @__PURE__ */ message({
  type: 263,
  name: 'query_channel_range',
  body: { chain_hash: chainHash, first_blocknum: u32, number_of_blocks: u32 },
  tlvs: {
    /** Bits of `QUERY_OPTIONS`. */
    query_option: /* @__PURE__ */ field(1n, bigsize),
  },
})
export interface QueryChannelRange extends MessageFields<typeof QUERY_CHANNEL_RANGE> {}

/** When the two updates of a channel were made, 0 for none: unix seconds. */
const updateTimestamps = /* @__PURE__ */ struct('channel_update_timestamps', {
  timestamp_node_id_1: u32,
  timestamp_node_id_2: u32,
})

/** CRC32C of the two updates of a channel, 0 for none. */
const updateChecksums = /* @__PURE__ */ struct('channel_update_checksums', {
  checksum_node_id_1: u32,
  checksum_node_id_2: u32,
})

/** One part of the answer to a `query_channel_range`. */
export const REPLY_CHANNEL_RANGE = /* @__PURE__ */ message({
  type: 264,
  name: 'reply_channel_range',
  body: {
    chain_hash: chainHash,
    first_blocknum: u32,
    number_of_blocks: u32,
    /** 1 in the last part. */
    sync_complete: u8,
    encoded_short_ids: encodedIds,
  },
  tlvs: {
    timestamps_tlv: /* @__PURE__ */ field(1n, /* @__PURE__ */ encoded(updateTimestamps)),
    checksums_tlv: /* @__PURE__ */ field(3n, /* @__PURE__ */ array(updateChecksums)),
  },
  check: ({ encoded_short_ids, timestamps_tlv, checksums_tlv }) => {
    mustAscend(encoded_short_ids)
    mustMatch(encoded_short_ids, 'timestamps_tlv', timestamps_tlv)
    mustMatch(encoded_short_ids, 'checksums_tlv', checksums_tlv)
  },
})
export interface ReplyChannelRange extends MessageFields<typeof REPLY_CHANNEL_RANGE> {}

/** Says which gossip is wanted from now on. Without it a peer relays none. */
export const GOSSIP_TIMESTAMP_FILTER = /* @__PURE__ */ message({
  type: 265,
  name: 'gossip_timestamp_filter',
  body: { chain_hash: chainHash, first_timestamp: u32, timestamp_range: u32 },
})
