import { type CodeText, LnoError, type Where } from '../base/error.js'
import type { WireCode } from '../wire/codes.js'

/** Codes of the running node. The first group is the stages of a request: one table for node, command line and lab. */
export const NODE_CODES = {
  NODE_NOT_RUNNING: {
    meaning: 'No node answers on the control socket of this data folder.',
    advice: 'Start one with `lno node start`, or name its folder with the option that the running node was given.',
  },
  NO_ROUTE: {
    meaning: 'No peer, address or channel known here leads to the node that the message must reach first.',
    advice: 'Connect to it or to a relay that reaches it: `lno peer connect PUBKEY@HOST:PORT`.',
  },
  UNRESOLVED_SCID: {
    meaning: 'A blinded path names its first node by a channel that is not known here.',
    advice: 'Tell which nodes the channel joins: `--scid SCID=ID1,ID2`.',
  },
  CONNECT_REFUSED: {
    meaning: 'The address does not take the connection: refused, unreachable, or a name that does not resolve.',
    advice: 'Check host and port, and that the other side listens there.',
  },
  CONNECT_TIMEOUT: {
    meaning: 'The address did not answer in time.',
    advice: 'A firewall may swallow the packets, or the host is off. Try another address of the node.',
  },
  HANDSHAKE_FAILED: {
    meaning: 'The connection opened, but the encrypted handshake, or the exchange of init behind it, did not succeed.',
    advice:
      'Where the message names a network or a feature, the two nodes do not fit each other. Else another node answers at this address, or something that is not Lightning: check the public key.',
  },
  PEER_HAS_NO_ONION_MESSAGES: {
    meaning: 'The peer does not offer onion messages (feature 38/39).',
    advice: 'Choose another relay, or another path of the offer.',
  },
  RELAY_CHANNELS_ONLY: {
    meaning: 'The relay forwards onion messages only between nodes that it has channels with.',
    advice: 'Use a relay that forwards to any connected peer, or one that has a channel with us.',
  },
  QUEUE_FULL: {
    meaning: 'Too many of our own messages wait for this peer already.',
    advice: 'Wait until some are answered, then try again. Nothing was sent.',
  },
  SENT_NO_REPLY: {
    meaning: 'The message left, and no answer came in time over any path that was tried.',
    advice: 'The issuer may be offline, or a relay dropped the message or its answer. Try later or over another relay.',
  },
  REPLY_WRONG_PATH: {
    meaning: 'An answer came over another path than the one made for it, and was ignored.',
    advice: 'Someone may be guessing who we are. Nothing has to be done.',
  },
  INVOICE_ERROR: {
    meaning: 'The issuer answered with an invoice_error.',
    advice: 'Its text says what it did not accept; change the request accordingly.',
  },
  INVOICE_REFUSED: {
    meaning: 'An invoice came, and does not match what was asked for.',
    advice: 'Do not pay it. The issues listed say what differs.',
  },
  NO_WALLET: {
    meaning: 'This needs a wallet, and the node has none.',
    advice:
      'Start the node with a wallet. On regtest, offers can be made and refunds claimed without one, to try things out.',
  },
  NODE_ALREADY_RUNNING: {
    meaning: 'Another process holds the database of this data folder.',
    advice: 'Use the node that runs already, or stop it first: `lno node stop`.',
  },
  NODE_NOT_ANSWERING: {
    meaning: 'A process holds the control socket, and does not answer.',
    advice: 'It may be suspended or overloaded. Look at its log, then stop it and start it again.',
  },
  CONNECTION_LOST: {
    meaning: 'A connection broke off.',
    advice: 'It is dialled again when it is needed.',
  },
  BAD_NODE_ID: {
    meaning: 'The text is not the id of a node.',
    advice: 'A node id is a compressed public key: 66 hex digits that begin with 02 or 03.',
  },
  BAD_SCID: {
    meaning: 'The text is not a short channel id, or does not say which nodes the channel joins.',
    advice: 'Write BLOCKxTRANSACTIONxOUTPUT, as in 700000x1200x1, and for --scid the ids of its two nodes behind it.',
  },
  PEER_NOT_FOUND: {
    meaning: 'No such peer is connected, and none is kept connected.',
    advice: '`lno peer list` shows those that are.',
  },
  INVOICE_NOT_FOUND: {
    meaning: 'This node has neither made nor fetched such an invoice.',
    advice: '`lno invoice list` shows those that it has, with their ids.',
  },
  LISTEN_FAILED: {
    meaning: 'The address cannot be listened on.',
    advice: 'Choose another port, or stop the program that uses this one.',
  },
  STREAM_OVERFLOW: {
    meaning: 'A peer does not take the bytes sent to it, and too many of them wait.',
    advice: 'The connection was closed to keep memory bounded; it can be dialled again.',
  },
  SCHEMA_TOO_NEW: {
    meaning: 'The data folder was written by a newer version of lno.',
    advice: 'Update lno. The data is untouched.',
  },
  STORE_FAILED: {
    meaning: 'The database could not be opened, read or written.',
    advice: 'Check disk space, rights and health of the disk that holds the data folder.',
  },
  STORE_CORRUPT: {
    meaning: 'The database holds something that this program did not write, or that was damaged.',
    advice: 'Restore the data folder from a copy, or start with a new one.',
  },
  STORE_CLOSED: {
    meaning: 'The store was used after it was closed.',
    advice: 'The node is stopping; try again when it runs.',
  },
  STORE_BAD_KEY: {
    meaning: 'A key, range or value does not follow the rules of the store.',
    advice: 'Keys are 1 to 280 printable ASCII characters made by `storeKey`; limits are whole numbers.',
  },
  DATA_DIR_NOT_PRIVATE: {
    meaning: 'Other users can enter the data folder, and it holds files that are not ours.',
    advice: 'Run `chmod 700` on it if nobody else needs it, or choose a new folder.',
  },
  DATA_DIR_FAILED: {
    meaning: 'The data folder cannot be made or used.',
    advice: 'Check that the path is a folder, and that it belongs to you.',
  },
  NODE_KEY_NOT_PRIVATE: {
    meaning: 'Other users can read the file of the node’s secret.',
    advice: 'Run `chmod 600` on it. If others may have read it already, start with a new data folder.',
  },
  NODE_KEY_BAD: {
    meaning: 'The file of the node’s secret does not hold 32 usable bytes.',
    advice: 'Restore it from a copy. Without it, what was promised under this identity cannot be kept.',
  },
  NODE_KEY_CHANGED: {
    meaning: 'The file of the node’s secret is not the one that this database was made with.',
    advice: 'Put the old file back, or start with a new data folder.',
  },
  CONTROL_SOCKET_PATH_TOO_LONG: {
    meaning: 'The path of the control socket is over 103 bytes, which the system would cut silently.',
    advice: 'Choose a shorter data folder, or set XDG_RUNTIME_DIR to a short private folder.',
  },
  CONTROL_SOCKET_BLOCKED: {
    meaning: 'The control socket cannot be made or reached where it belongs.',
    advice: 'Look at what stands at the path named; it must be a socket of yours, in a folder that only you can enter.',
  },
  CONTROL_BAD_REQUEST: {
    meaning: 'A line on the control socket is not a JSON-RPC 2.0 request.',
    advice: 'Send one JSON object a line with jsonrpc "2.0", an id, a method and params.',
  },
  CONTROL_LINE_TOO_LONG: {
    meaning: 'A line on the control socket is longer than allowed.',
    advice: 'Ask for less at once.',
  },
  CONTROL_HELLO_FIRST: {
    meaning: 'A request came before `hello`.',
    advice: 'Send `hello` with the protocol versions that you speak, and wait for its answer.',
  },
  CONTROL_VERSION: {
    meaning: 'Client and node have no version of the control protocol in common.',
    advice: 'Use the same version of lno for both; restart the node after an update.',
  },
  CONTROL_UNKNOWN_METHOD: {
    meaning: 'The node has no method of this name.',
    advice: 'Check the name, and that the node is not older than the client.',
  },
  CONTROL_BAD_PARAMS: {
    meaning: 'The parameters of a method have the wrong form.',
    advice: 'The path in the error says which one. Amounts are decimal strings of msat, bytes are hex.',
  },
  CONTROL_BUSY: {
    meaning: 'Too many clients, requests or subscriptions at once.',
    advice: 'Wait for some to end, then try again.',
  },
  CONTROL_CANCELLED: {
    meaning: 'The request was cancelled before it ended.',
    advice: 'Nothing, if you did it. What had been sent already cannot be taken back.',
  },
  CONTROL_LOST: {
    meaning: 'The connection to the node broke off before the answer came.',
    advice: 'See whether the node still runs (`lno node info`), and what became of the request.',
  },
  CONTROL_SUBSCRIBER_TOO_SLOW: {
    meaning: 'A subscriber did not read its events, and was dropped.',
    advice: 'Subscribe again, and read faster; look up what was missed.',
  },
  INTERNAL: {
    meaning: 'Something went wrong in lno itself.',
    advice: 'Please report it with the log of the node around this time.',
  },
} as const satisfies Record<string, CodeText>
export type NodeCode = keyof typeof NODE_CODES

/** An error of the node; a misspelt code does not compile. What a user writes as an address has the code of the wire's. */
export function nodeError(
  code: NodeCode | Extract<WireCode, 'BAD_ADDRESS'>,
  message: string,
  where: Where = {},
): LnoError {
  return new LnoError(code, message, where)
}
