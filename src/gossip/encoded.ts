import { LnoError } from '../base/error.js'
import { array, type Codec } from '../wire/codec.js'
import type { GossipCode } from './codes.js'

const PLAIN = 0
const ZLIB = 1

/**
 * A list with BOLT 7's encoding byte in front. Only 0 is written and read: 1 was zlib, with which a few bytes could become
 * megabytes, and is forbidden.
 */
export function encoded<T>(of: Codec<T>): Codec<readonly T[]> {
  const list = array(of)
  return {
    name: `encoded ${list.name}`,
    shape: { kind: 'tagged', tag: PLAIN, of: list },
    read: (reader) => {
      const offset = reader.offset
      const encoding = reader.u8()
      if (encoding === PLAIN) return list.read(reader)
      const where = { offset, spec: 'BOLT 7 Query Messages' }
      if (encoding === ZLIB) throw new LnoError('ZLIB_FORBIDDEN' satisfies GossipCode, 'a zlib list', where)
      throw new LnoError('GOSSIP_ENCODING_UNKNOWN' satisfies GossipCode, `encoding ${encoding}`, where)
    },
    write: (writer, values) => {
      writer.uint(PLAIN, 1)
      list.write(writer, values)
    },
  }
}
