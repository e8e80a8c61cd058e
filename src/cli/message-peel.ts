import { LnoError } from '../base/error.js'
import { pathJson } from '../bolt12/json.js'
import { publicKey } from '../crypto/group.js'
import { forwardMessage, peel } from '../onion/engine-peel.js'
import { byMessageType, formOfType } from '../onion/generation.js'
import { GENERATIONS } from '../onion/generations/all.js'
import { defineCommand } from './frame/command.js'
import { jsonText } from './frame/json.js'
import { KEY_FILE, readSecret } from './secrets.js'
import { nextJson, readHex, recordsJson } from './show/bytes.js'

/** The wire forms that can be peeled, by the type of their message. */
const FORMS = /* @__PURE__ */ byMessageType(GENERATIONS)

/** The largest packet that a message can hold: here nobody's time but the caller's is spent. */
const ANY_SIZE = 65535

export const command = defineCommand({
  description:
    'Takes the whole message as it goes over a connection, its type of two bytes in front, and the secret of the node that it reaches. Prints what the node is told to do: pass a message on, or keep what is for itself (encrypted_data is what encrypted_recipient_data decrypts to). Hops from the node to itself are peeled on the way. What a node would drop is refused with the reason. Read are the types 513, 387 and 385, in every form that they had since 2020; generation says which (513 where only the last hop could tell).',
  args: { message: { summary: 'hex of the message', stdin: true } },
  options: { keyFile: KEY_FILE },
  examples: ['lno message peel - --key-file node.key < message.hex', 'LNO_SECRET=… lno message peel 0201…'],
  run: (context) => {
    const { args, options, result } = context
    const message = readHex(args.message)
    const type = message.length < 2 ? undefined : message[0]! * 256 + message[1]!
    const candidates = type === undefined ? undefined : FORMS.get(type)
    if (candidates === undefined) {
      const known = [...FORMS.keys()].join(', ')
      const wrong = type === undefined ? 'the message has no type in front' : `type ${type} is no onion message`
      throw new LnoError('ONION_MESSAGE_MALFORMED', `${wrong}; known: ${known}`, { offset: 0 })
    }
    const body = candidates[0].layout.read(message.subarray(2))
    const secret = readSecret(context, options.keyFile)
    const node_id = publicKey(secret)
    const decision = peel(candidates, { secret, node_id }, message, { maxPacket: ANY_SIZE })
    if (decision.kind === 'drop') {
      const where = { spec: 'BOLT 4 Onion Messages', ...(decision.rule !== undefined && { rule: decision.rule }) }
      throw new LnoError(decision.code, decision.why, where)
    }
    const document = {
      type,
      // Where two forms share a type, only the last hop sees which one it is.
      generation: decision.kind === 'forward' ? formOfType(candidates) : decision.generation.name,
      path_key: body.path_key ?? null,
      packet_size: body.onion_message_packet.length,
      ...(decision.localHops > 0 && { local_hops: decision.localHops }),
      ...(decision.kind === 'forward'
        ? { forward: { ...nextJson(decision.next), ...forwardMessage(decision) } }
        : {
            final: {
              ...(decision.reply_path && { reply_path: pathJson(decision.reply_path) }),
              // What shows the path that it came over: a secret of its last hop or, in the oldest form, the key that it came with.
              ...(decision.path_id && { [decision.generation.pathProof]: decision.path_id }),
              ...(decision.data && { encrypted_data: decision.data.bytes }),
              records: recordsJson(decision.records),
            },
          }),
    }
    result(document, () => jsonText(document))
  },
})
