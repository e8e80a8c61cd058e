import { fromHex, toHex } from '../../../src/base/hex.js'
import {
  QUERY_CHANNEL_RANGE,
  QUERY_OPTIONS,
  QUERY_SHORT_CHANNEL_IDS,
  type QueryChannelRange,
  type QueryShortChannelIds,
  REPLY_CHANNEL_RANGE,
  type ReplyChannelRange,
} from '../../../src/gossip/queries.js'
import { decodeMessage, encodeMessage, messageType } from '../../../src/wire/message.js'
import { codeOf } from '../../support/code-of.js'
import { expectHex } from '../../support/expect-hex.js'
import { type Case, defineReplay } from '../replay.js'

type List = { readonly encoding: string; readonly array: readonly (string | number)[] }
type Vector = {
  readonly hex: string
  readonly msg: {
    readonly type: 'QueryChannelRange' | 'QueryShortChannelIds' | 'ReplyChannelRange'
    readonly chainHash: string
    readonly firstBlockNum?: number
    readonly numberOfBlocks?: number
    readonly complete?: number
    readonly shortChannelIds?: List
    readonly timestamps?: {
      readonly encoding: string
      readonly timestamps: readonly { readonly timestamp1: number; readonly timestamp2: number }[]
    }
    readonly checksums?: {
      readonly checksums: readonly { readonly checksum1: number; readonly checksum2: number }[]
    }
    readonly tlvStream?: { readonly records: readonly (string | List)[] }
  }
}
type Message = Vector['msg']

const scid = (text: string | number): bigint => {
  const [block, transaction, output] = String(text).split('x').map(BigInt) as [bigint, bigint, bigint]
  return (block << 40n) | (transaction << 16n) | output
}

const ids = ({ shortChannelIds }: Message): readonly bigint[] => shortChannelIds!.array.map(scid)

const OPTIONS: Readonly<Record<string, bigint>> = {
  WANT_TIMESTAMPS: QUERY_OPTIONS.timestamps,
  WANT_CHECKSUMS: QUERY_OPTIONS.checksums,
}

/** What the file says of each message, in our fields. */
const RANGE_QUERY = (msg: Message): QueryChannelRange => {
  const [wanted] = msg.tlvStream!.records as readonly string[]
  const flags = wanted?.split(' | ').reduce((sum, name) => sum | OPTIONS[name]!, 0n)
  return {
    chain_hash: fromHex(msg.chainHash),
    first_blocknum: msg.firstBlockNum!,
    number_of_blocks: msg.numberOfBlocks!,
    ...(flags !== undefined && { query_option: flags }),
  }
}

const IDS_QUERY = (msg: Message): QueryShortChannelIds => {
  const [flags] = msg.tlvStream!.records as readonly List[]
  return {
    chain_hash: fromHex(msg.chainHash),
    encoded_short_ids: ids(msg),
    ...(flags && { query_flags: flags.array.map(BigInt) }),
  }
}

const RANGE_REPLY = (msg: Message): ReplyChannelRange => ({
  chain_hash: fromHex(msg.chainHash),
  first_blocknum: msg.firstBlockNum!,
  number_of_blocks: msg.numberOfBlocks!,
  sync_complete: msg.complete!,
  encoded_short_ids: ids(msg),
  ...(msg.timestamps && {
    timestamps_tlv: msg.timestamps.timestamps.map(({ timestamp1, timestamp2 }) => ({
      timestamp_node_id_1: timestamp1,
      timestamp_node_id_2: timestamp2,
    })),
  }),
  ...(msg.checksums && {
    checksums_tlv: msg.checksums.checksums.map(({ checksum1, checksum2 }) => ({
      checksum_node_id_1: checksum1,
      checksum_node_id_2: checksum2,
    })),
  }),
})

/** Decoding with the definition for the bytes' own type; fields as text, so that both sides can be compared. */
const READERS = {
  QueryChannelRange: {
    decode: (bytes: Uint8Array) => decodeMessage(QUERY_CHANNEL_RANGE, bytes).fields,
    wanted: RANGE_QUERY,
    encode: (msg: Message) => encodeMessage(QUERY_CHANNEL_RANGE, RANGE_QUERY(msg)),
  },
  QueryShortChannelIds: {
    decode: (bytes: Uint8Array) => decodeMessage(QUERY_SHORT_CHANNEL_IDS, bytes).fields,
    wanted: IDS_QUERY,
    encode: (msg: Message) => encodeMessage(QUERY_SHORT_CHANNEL_IDS, IDS_QUERY(msg)),
  },
  ReplyChannelRange: {
    decode: (bytes: Uint8Array) => decodeMessage(REPLY_CHANNEL_RANGE, bytes).fields,
    wanted: RANGE_REPLY,
    encode: (msg: Message) => encodeMessage(REPLY_CHANNEL_RANGE, RANGE_REPLY(msg)),
  },
}

const asText = (fields: object): string =>
  JSON.stringify(fields, (_, value) => {
    if (value instanceof Uint8Array) return toHex(value)
    return typeof value === 'bigint' ? `${value}` : value
  })

const usesZlib = (msg: Message) => JSON.stringify(msg).includes('COMPRESSED_ZLIB')

export default defineReplay('bolt07/extended-queries.json', (json) =>
  (json as readonly Vector[]).map(({ hex, msg }, i): Case => {
    const { decode, wanted, encode } = READERS[msg.type]
    if (usesZlib(msg)) {
      return {
        name: `${i}, ${msg.type}: zlib is refused by name`,
        run: () => {
          const code = codeOf(() => decode(fromHex(hex)))
          if (code !== 'ZLIB_FORBIDDEN') throw new Error(code)
        },
      }
    }
    return {
      name: `${i}, ${msg.type} (${messageType(fromHex(hex))}): read, and written byte for byte`,
      run: () => {
        const read = asText(decode(fromHex(hex)))
        if (read !== asText(wanted(msg))) throw new Error(`${read}, the file says ${asText(wanted(msg))}`)
        expectHex(encode(msg), hex, 'message')
      },
    }
  }),
)
