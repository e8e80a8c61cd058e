import { fromHex } from '../../src/base/hex.js'
import { type BlindedPath, blindedPath } from '../../src/blinding/blinded-path.js'
import { decodeString } from '../../src/bolt12/string.js'
import { decode } from '../../src/wire/codec.js'
import { readRecords, type TlvRecord } from '../../src/wire/tlv.js'
import type { Difference } from './compare.js'
import type { Kind } from './oracle.js'
import { bytesOf, ourAnswer } from './ours.js'

/** What the predicates of the table ask about a difference: its message, records and path, as far as it has them. */

interface Delivered {
  readonly type?: string
  readonly value?: string
  readonly path_id?: string
}

/** What we found in an onion message at its last hop. */
export function delivered({ question }: Difference): Delivered | undefined {
  if (question.method !== 'peel') return undefined
  const answer = ourAnswer(question)
  return answer.ok ? (answer.value as { readonly deliver?: Delivered }).deliver : undefined
}

/** The kind of the message that was decoded or ordered. */
export function kindOf({ question: { item } }: Difference): Kind | undefined {
  return 'kind' in item ? (item.kind as Kind) : undefined
}

/** The stream that the difference is about: the message itself, the contents of an onion message, or what an order builds on. */
export function streamOf(difference: Difference): Uint8Array | undefined {
  const { question } = difference
  const text = (value: unknown) =>
    typeof value === 'string' && value.startsWith('ln') ? decodeString(value).bytes : undefined
  switch (question.method) {
    case 'decode':
      return bytesOf(question.item)
    case 'peel': {
      const found = delivered(difference)
      return found?.value !== undefined && (found.type === '64' || found.type === '66')
        ? fromHex(found.value)
        : undefined
    }
    case 'message':
      return fromHex(question.item.value as string)
    case 'build': {
      const { offer, request, refund } = question.item
      return (
        text(offer) ?? text(refund) ?? text(request) ?? (typeof request === 'string' ? fromHex(request) : undefined)
      )
    }
    default:
      return undefined
  }
}

/** Its records, as far as they can be told apart. */
export function recordsOf(difference: Difference): readonly TlvRecord[] {
  const stream = streamOf(difference)
  return stream === undefined ? [] : readRecords(stream).records
}

export const valueAt = (difference: Difference, type: bigint): Uint8Array | undefined =>
  recordsOf(difference).find((record) => record.type === type)?.value

/** The blinded path that was asked about. */
export function pathOf({ question }: Difference): BlindedPath | undefined {
  return question.method === 'path' || question.method === 'walk'
    ? decode(blindedPath, fromHex(question.item.hex))
    : undefined
}

/** The text that was asked about. */
export function textOf({ question: { item } }: Difference): string | undefined {
  return 'text' in item && typeof item.text === 'string' ? item.text : undefined
}
