import { type CodeText, LnoError, type Where } from '../../base/error.js'

/** Why a message was not sent, passed on or handed over. What the engine of onion messages drops has its own codes. */
export const MESSENGER_CODES = {
  NEXT_NOT_CONNECTED: {
    meaning: 'A message was to be passed on to a node that is not connected here.',
    advice: 'Nothing has to be done: the sender chose a way that does not exist.',
  },
  NEXT_IS_SENDER: {
    meaning: 'A message was to be passed back to the peer that it came from.',
    advice: 'Nothing has to be done: such messages serve only to make two nodes flood each other.',
  },
  FORWARD_QUEUE_FULL: {
    meaning: 'Too many messages of one peer wait for the same next peer.',
    advice: 'Nothing has to be done; if it happens to honest peers, raise the rate of that peer.',
  },
  MESSAGE_NOT_FOR_US: {
    meaning: 'A message ended here with contents that nobody here reads.',
    advice: 'Nothing has to be done: it asks for something that this node does not offer.',
  },
  REPLY_PATH_TOO_LONG: {
    meaning:
      'The way back in a request has more hops than an answer is made for: each costs this node two multiplications.',
    advice: 'Ask over a shorter way back. No node makes one that long by itself.',
  },
  PATH_OF_ANOTHER_FORM: {
    meaning:
      'A message was to go over the blinded path of an offer or a refund in an old form, in which the hops of that path cannot read it.',
    advice: 'Leave the choice of the form to the node; start it with `modern` among its `--generations`.',
  },
  GENERATION_NOT_SPOKEN: {
    meaning: 'A message was to be sent in a form that this node was told not to speak.',
    advice: 'Choose another form, or start the node with this one among its `--generations`.',
  },
} as const satisfies Record<string, CodeText>
export type MessengerCode = keyof typeof MESSENGER_CODES

export function messengerError(code: MessengerCode, message: string, where?: Where): LnoError {
  return new LnoError(code, message, where)
}
