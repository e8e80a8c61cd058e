import { LnoError } from '../base/error.js'
import { ENCRYPTED_DATA } from '../blinding/encrypted-data.js'
import { nextPathKey, type PathShare, readHopData, sharePath } from '../blinding/unblind.js'
import { decodePacket, encodePacket } from '../onion/packet.js'
import { PAYMENT_PAYLOAD } from '../onion/payment-payload.js'
import { nextPacket, peelOnion } from '../onion/sphinx.js'
import { readFields, readRecords } from '../wire/tlv.js'
import { defineCommand } from './frame/command.js'
import { jsonText } from './frame/json.js'
import { errorJson } from './frame/report.js'
import { KEY_FILE, readSecret } from './secrets.js'
import { hopDataJson, readHex, readPoint, recordsJson } from './show/bytes.js'

/** What a hop of a blinded path finds in its payload, or why it cannot be read. */
function blindedData(share: PathShare, encrypted: Uint8Array | undefined) {
  if (encrypted === undefined) return {}
  try {
    const { bytes, fields } = readHopData(share, encrypted, ENCRYPTED_DATA)
    const next_path_key = nextPathKey(share, fields.next_path_key_override)
    return { encrypted_data: bytes, encrypted_data_fields: hopDataJson(fields), next_path_key }
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    return { encrypted_data: null, error: errorJson(error) }
  }
}

export const command = defineCommand({
  description:
    'Takes the packet alone (1366 bytes for a payment), the secret of the node that it reaches and, for a payment, its payment hash as --assoc. With --path-key the packet is one inside a blinded path, and the data of the hop are decrypted, too. A payload that is a TLV stream is also shown as the fields of a payment.',
  args: { onion: { summary: 'hex of the packet', stdin: true } },
  options: {
    keyFile: KEY_FILE,
    pathKey: { value: 'HEX', summary: 'path_key that came with the packet', parse: readPoint },
    assoc: { value: 'HEX', summary: 'associated data: the payment hash', parse: readHex },
  },
  examples: ['lno onion peel - --assoc 4242… --key-file node.key < onion.hex', 'LNO_SECRET=… lno onion peel 0002…'],
  run: (context) => {
    const { args, options, result } = context
    const bytes = readHex(args.onion)
    const packet = decodePacket(bytes)
    const secret = readSecret(context, options.keyFile)
    const share = options.pathKey && sharePath(secret, options.pathKey)
    const peeled = peelOnion({
      packet,
      secret: share?.blinded_secret ?? secret,
      ...(options.assoc && { associatedData: options.assoc }),
    })
    const { records, error } = readRecords(peeled.payload)
    // The same bytes may be the payload of a message: what does not fit a payment's table is left to the records.
    const { fields, errors } = readFields(PAYMENT_PAYLOAD, records)
    const isPayment = error === undefined && errors.length === 0
    const intro = fields.current_path_key
    const dataShare = share ?? (isPayment && intro ? sharePath(secret, intro) : undefined)
    const encrypted = isPayment ? fields.encrypted_recipient_data : records.find(({ type }) => type === 4n)?.value
    const document = {
      packet_size: bytes.length,
      shared_secret: peeled.sharedSecret,
      final: peeled.final,
      payload: peeled.payload,
      records: error === undefined ? recordsJson(records) : null,
      ...(isPayment && { fields }),
      ...(dataShare && blindedData(dataShare, encrypted)),
      next_onion: peeled.final ? null : encodePacket(nextPacket(peeled)),
    }
    result(document, () => jsonText(document))
  },
})
