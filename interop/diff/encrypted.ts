import { fromHex } from '../../src/base/hex.js'
import { nextPathKey, openData, sharePath } from '../../src/blinding/unblind.js'
import { ONION_MESSAGE_PAYLOAD } from '../../src/onion/generations/modern.js'
import { KEY_LENGTH_PACKET } from '../../src/onion/onion-message.js'
import { decodePacket } from '../../src/onion/packet.js'
import { peelOnion } from '../../src/onion/sphinx.js'
import { decodeTlv, readRecords } from '../../src/wire/tlv.js'
import type { Difference } from './compare.js'
import { pathOf } from './looks.js'

/** The types that stand in the decrypted data of the hops that a difference is about. */
export function encryptedDataOf(difference: Difference): readonly ReadonlySet<bigint>[] {
  const { question } = difference
  if (question.method === 'walk') {
    const path = pathOf(difference)!
    let path_key = path.first_path_key
    return question.item.secrets.map((secret, i) => {
      const share = sharePath(fromHex(secret), path_key)
      path_key = nextPathKey(share)
      return typesOf(openData(share, path.path[i]!.encrypted_recipient_data))
    })
  }
  if (question.method === 'peel') {
    const { path_key, onion_message_packet } = KEY_LENGTH_PACKET.read(fromHex(question.item.message))
    const share = sharePath(fromHex(question.item.secret), path_key!)
    const { payload } = peelOnion({ packet: decodePacket(onion_message_packet), secret: share.blinded_secret })
    const data = decodeTlv(ONION_MESSAGE_PAYLOAD, payload).fields.encrypted_recipient_data
    return data === undefined ? [] : [typesOf(openData(share, data))]
  }
  return []
}

function typesOf(plain: Uint8Array | undefined): ReadonlySet<bigint> {
  return new Set(plain === undefined ? [] : readRecords(plain).records.map(({ type }) => type))
}
