import { concatBytes, equalBytes } from '../../../src/base/bytes.js'
import { LnoError } from '../../../src/base/error.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { point, shortChannelId, struct, tu32, tu64, u16, u64 } from '../../../src/wire/codec.js'
import { decodeTlv, encodeTlv, field, readRecords, type Table } from '../../../src/wire/tlv.js'
import { codeOf } from '../../support/code-of.js'
import { type Case, defineReplay } from '../replay.js'

type File = {
  readonly namespaces: Readonly<
    Record<string, readonly { readonly type: number; readonly name: string; readonly data: readonly string[] }[]>
  >
  readonly failures: readonly { readonly namespace: string; readonly stream: string; readonly reason: string }[]
  readonly successes: readonly { readonly namespace: string; readonly stream: string; readonly expected: string }[]
}

const TYPES = { u16, u64, tu32, tu64, point, short_channel_id: shortChannelId }

/** A record of the file's two namespaces is a structure of the types that it names. */
function tableOf(rows: File['namespaces'][string]): Table {
  return Object.fromEntries(
    rows.map(({ type, name, data }) => {
      const members = data.map((line) => line.split(' ') as [keyof typeof TYPES, string])
      const codecs = Object.fromEntries(members.map(([codec, member]) => [member, TYPES[codec]]))
      return [name, field(BigInt(type), struct(name, codecs))]
    }),
  )
}

/** The code for each reason of the file. */
function codeFor(reason: string): string {
  if (/^unknown even/.test(reason)) return 'TLV_UNKNOWN_EVEN'
  if (/invalid ordering|duplicate TLV type/.test(reason)) return 'TLV_ORDER'
  if (/not minimally encoded/.test(reason)) return 'BIGSIZE_NOT_MINIMAL'
  if (/is not minimal$/.test(reason)) return 'TU_NOT_MINIMAL'
  if (/not a valid point/.test(reason)) return 'WIRE_BAD_POINT'
  if (/^(missing value|value truncated)/.test(reason)) return 'TLV_LENGTH'
  if (/^greater than encoding length for `n1`s `tlv1`/.test(reason)) return 'TU_TOO_LONG'
  if (/^greater than encoding length/.test(reason)) return 'WIRE_TRAILING_BYTES'
  return 'WIRE_TRUNCATED'
}

/** A decoded stream in the words of the file's `expected`. */
function describe(fields: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  return Object.entries(fields)
    .map(([name, members]) => {
      const values = Object.entries(members).map(([member, value]) => `\`${member}\`=${show(member, value)}`)
      return [`\`${name}\``, ...values].join(' ')
    })
    .join(' ')
}

function show(member: string, value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value)
  const number = BigInt(value as number | bigint)
  return member === 'scid' ? `${number >> 40n}x${(number >> 16n) & 0xffffffn}x${number & 0xffffn}` : `${number}`
}

export default defineReplay('bolt01/tlv.json', (json) => {
  const file = json as File
  const tables = new Map(Object.entries(file.namespaces).map(([name, rows]) => [name, tableOf(rows)]))
  /** The namespaces that a case is for; `any` is also for one that knows no type at all. */
  const namesOf = (namespace: string): readonly string[] => {
    if (namespace === 'any') return [...tables.keys(), 'empty']
    return namespace === 'either' ? [...tables.keys()] : [namespace]
  }
  const read = (name: string, stream: Uint8Array) => decodeTlv(tables.get(name) ?? {}, stream)

  const failures = file.failures.map(
    ({ namespace, stream, reason }, i): Case => ({
      name: `failure ${i}, ${namespace}: ${reason}`,
      run: () => {
        for (const name of namesOf(namespace)) {
          const code = codeOf(() => read(name, fromHex(stream)))
          if (code !== codeFor(reason)) throw new Error(`${name}: ${code}, wanted ${codeFor(reason)}`)
        }
      },
    }),
  )

  const successes = file.successes.map(
    ({ namespace, stream, expected }, i): Case => ({
      name: `success ${i}, ${namespace}: ${expected}`,
      run: () => {
        for (const name of namesOf(namespace)) {
          const { fields, records } = read(name, fromHex(stream))
          const known = describe(fields as Readonly<Record<string, Readonly<Record<string, unknown>>>>)
          if (namespace !== 'either' && known !== expected) throw new Error(`${name}: ${known}`)
          if (namespace === 'either' && known !== '') throw new Error(`${name} knows ${known}`)
          const unknown = records.filter(({ type }) => !file.namespaces[name]!.some((row) => BigInt(row.type) === type))
          const again = encodeTlv(tables.get(name)!, fields, unknown)
          if (!equalBytes(again, fromHex(stream))) throw new Error(`${name} writes ${toHex(again)}`)
        }
      },
    }),
  )

  /** Valid streams of a namespace, with the type that each ends with. */
  const validFor = (name: string) =>
    file.successes
      .filter(({ namespace }) => namesOf(namespace).includes(name))
      .map(({ stream }) => {
        const bytes = fromHex(stream)
        return { bytes, first: readRecords(bytes).records[0]?.type, last: readRecords(bytes).records.at(-1)?.type }
      })

  const generated: readonly Case[] = [
    {
      name: 'an invalid stream behind any valid stream is refused',
      run: () => {
        let pairs = 0
        for (const name of tables.keys()) {
          for (const { bytes } of validFor(name)) {
            for (const { namespace, stream } of file.failures) {
              if (!namesOf(namespace).includes(name)) continue
              pairs++
              const joined = concatBytes(bytes, fromHex(stream))
              if (codeOf(() => read(name, joined)) === 'accepted') throw new Error(`${name} takes ${toHex(joined)}`)
            }
          }
        }
        if (pairs < 500) throw new Error(`only ${pairs} pairs`)
      },
    },
    {
      name: 'a valid stream behind a valid stream of lower types is read, behind one of others refused',
      run: () => {
        let accepted = 0
        let refused = 0
        for (const name of tables.keys()) {
          for (const low of validFor(name)) {
            for (const high of validFor(name)) {
              const joined = concatBytes(low.bytes, high.bytes)
              const ascends = low.last === undefined || high.first === undefined || high.first > low.last
              const code = codeOf(() => read(name, joined))
              if (code !== (ascends ? 'accepted' : 'TLV_ORDER')) {
                throw new LnoError(code, `${name}: ${toHex(joined)}`)
              }
              if (ascends) accepted++
              else refused++
            }
          }
        }
        if (accepted < 100 || refused < 100) throw new Error(`${accepted} accepted, ${refused} refused`)
      },
    },
  ]

  return [...failures, ...successes, ...generated]
})
