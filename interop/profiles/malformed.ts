import { isLnoError } from '../../src/base/error.js'
import type { MessageChannel } from '../../src/node/messenger/channel.js'
import type { NodeId } from '../../src/node/messenger/routes.js'
import type { Generation } from '../../src/onion/generation.js'
import { makeWarning } from '../../src/wire/messages/index.js'

/** Whoever sends an onion message that ends too early is warned; c-lightning v0.10.2 hangs up as well. */
export type OnMalformed = 'warn' | 'warn and hang up'

/** What those releases wrote into the warning. */
const TEXT = 'Bad onion_message'

/** A channel on which no malformed onion message passes unnoticed. */
export function complaining(
  generations: readonly Generation[],
  onMalformed: OnMalformed,
  hangUp: (peer: NodeId) => void,
): (channel: MessageChannel) => MessageChannel {
  const layouts = new Map(generations.map(({ messageType, layout }) => [messageType, layout]))
  const isMalformed = (type: number, payload: Uint8Array): boolean => {
    try {
      layouts.get(type)?.read(payload)
      return false
    } catch (error) {
      if (!isLnoError(error)) throw error
      return true
    }
  }
  return (channel) => ({
    ...channel,
    onMessage: (types, receive) =>
      channel.onMessage(types, (peer, type, payload) => {
        if (!isMalformed(type, payload)) {
          receive(peer, type, payload)
          return
        }
        const warning = makeWarning(TEXT)
        channel.send(peer, warning[0]! * 256 + warning[1]!, warning.subarray(2))
        if (onMalformed === 'warn and hang up') hangUp(peer)
      }),
  })
}
