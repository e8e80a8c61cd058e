import { type CodeText, LnoError } from '../../base/error.js'

const NOTHING = 'Nothing has to be done.'

/** Codes of connections: why one ended, or why something on it was not done. They appear in events. */
export const CONNECTION_CODES = {
  ACT_TIMEOUT: {
    meaning: 'The other side did not finish its part of the handshake in time.',
    advice: 'It is no Lightning node, or overloaded. Try again later.',
  },
  INIT_TIMEOUT: {
    meaning: 'The peer did not send init in time after the handshake.',
    advice: 'It may be overloaded. Try again later.',
  },
  INIT_EXPECTED: {
    meaning: 'The first message of the peer was not init.',
    advice: 'It does not follow BOLT 1; the connection was closed.',
  },
  INIT_TWICE: {
    meaning: 'The peer sent init a second time.',
    advice: 'It does not follow BOLT 1; the connection was closed.',
  },
  INIT_REFUSED: {
    meaning: 'What the peer demands or offers in init does not fit this node.',
    advice: 'The cause says which feature or chain; often the two nodes are on different networks.',
  },
  PEER_BAD_MESSAGE: {
    meaning: 'A message of a type that both sides know does not have its form.',
    advice: 'The peer does not follow the specification; the connection was closed.',
  },
  PEER_UNKNOWN_EVEN_MESSAGE: {
    meaning: 'The peer sent a message that must be understood, and this node does not know its type.',
    advice: 'The peer uses something that it may use only with nodes that offer it; the connection was closed.',
  },
  PEER_ERROR: {
    meaning: 'The peer sent an error that concerns the whole connection.',
    advice: 'Its text says why. It does not want to talk to this node as it is.',
  },
  PEER_CLOSED: { meaning: 'The peer ended the connection.', advice: NOTHING },
  PING_UNANSWERED: {
    meaning: 'The peer did not answer a ping, and sent nothing else.',
    advice: 'Its process or the network between is gone; a peer that is kept is called again.',
  },
  PEER_NOT_READING: {
    meaning: 'Messages waited a minute for the peer, and it took none.',
    advice: 'Its process or the network between is stuck; a peer that is kept is called again.',
  },
  PEER_REPLACED: {
    meaning: 'The peer made a new connection, which replaces this one.',
    advice: NOTHING,
  },
  PEER_DUPLICATE: {
    meaning: 'Both sides called at once, and the other connection is the one that stays.',
    advice: NOTHING,
  },
  PEER_DISCONNECTED: { meaning: 'This node ended the connection because its user wanted it.', advice: NOTHING },
  PEER_OUT_OF_STEP: {
    meaning: 'A part of this node gave the connection up, to find together with the peer again over a new one.',
    advice:
      'Nothing has to be done if it happens now and then. If it goes on, the peer follows other rules for channels.',
  },
  PEER_SELF: {
    meaning: 'The address leads to this node itself.',
    advice: 'Connect to another node.',
  },
  TOO_MANY_CONNECTIONS: {
    meaning: 'Too many callers are connected, or have not finished their handshake.',
    advice: 'If it lasts, someone floods this node with calls. Peers that you name are still connected.',
  },
  MESSAGES_DROPPED: {
    meaning: 'A peer sent more of a kind of message than it may, and some were dropped unread.',
    advice: 'The limit protects this node; an honest peer slows down.',
  },
  HANDLER_FAILED: {
    meaning: 'A part of this node failed on a message of a peer.',
    advice: 'Please report it. The message is lost; the connection goes on.',
  },
  MESSAGE_TYPE_TAKEN: {
    meaning: 'Two parts of the node want the same type of message.',
    advice: 'Register each type once, and none of those that BOLT 1 needs for the connection itself.',
  },
  CONNECTIONS_STOPPED: { meaning: 'The node is stopping and connects to nobody.', advice: 'Start it again.' },
} as const satisfies Record<string, CodeText>
export type ConnectionCode = keyof typeof CONNECTION_CODES

/** An error of a connection; a misspelt code does not compile. */
export function connectionError(code: ConnectionCode, message: string, rule?: string, cause?: unknown): LnoError {
  return new LnoError(code, message, {
    ...(rule !== undefined && { rule }),
    ...(cause !== undefined && { cause }),
  })
}
