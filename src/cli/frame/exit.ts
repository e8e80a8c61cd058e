import { LnoError, type Where } from '../../base/error.js'
import type { NodeCode } from '../../node/codes.js'
import type { ConnectionCode } from '../../node/connections/codes.js'
import type { PaymentCode } from '../../payments/codes.js'
import type { WireCode } from '../../wire/codes.js'
import type { CliCode } from '../codes.js'

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** The thing is invalid, or was refused. */
  invalid: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Network, time-out, or no node running. */
  network: 3,
  /** The other side answered with an invoice_error. */
  remote: 4,
  interrupted: 130,
  terminated: 143,
} as const

/** Codes that do not mean "invalid or refused" (exit 1). Stages of a request are those of the design, section 5. */
const EXIT_OF: Readonly<
  Partial<Record<CliCode | NodeCode | ConnectionCode | Extract<WireCode, 'BAD_ADDRESS'> | PaymentCode, number>>
> = {
  USAGE: EXIT.usage,
  BAD_CONFIG: EXIT.usage,
  NO_INPUT: EXIT.usage,
  NO_SECRET: EXIT.usage,
  BAD_KEY_FILE: EXIT.usage,
  NO_PREIMAGE: EXIT.usage,
  BAD_PREIMAGE: EXIT.usage,
  BAD_GRANT_SECRET: EXIT.usage,
  UNKNOWN_CODE: EXIT.usage,
  BAD_ADDRESS: EXIT.usage,
  BAD_NODE_ID: EXIT.usage,
  BAD_SCID: EXIT.usage,
  NODE_NOT_RUNNING: EXIT.network,
  NODE_NOT_ANSWERING: EXIT.network,
  CONNECTION_LOST: EXIT.network,
  CONTROL_LOST: EXIT.network,
  NO_ROUTE: EXIT.network,
  UNRESOLVED_SCID: EXIT.network,
  CONNECT_REFUSED: EXIT.network,
  CONNECT_TIMEOUT: EXIT.network,
  HANDSHAKE_FAILED: EXIT.network,
  PEER_HAS_NO_ONION_MESSAGES: EXIT.network,
  RELAY_CHANNELS_ONLY: EXIT.network,
  QUEUE_FULL: EXIT.network,
  SENT_NO_REPLY: EXIT.network,
  REPLY_WRONG_PATH: EXIT.network,
  NO_PAYMENT_ROUTE: EXIT.network,
  NO_INBOUND: EXIT.network,
  HEIGHT_UNKNOWN: EXIT.network,
  ACT_TIMEOUT: EXIT.network,
  INIT_TIMEOUT: EXIT.network,
  INIT_EXPECTED: EXIT.network,
  INIT_REFUSED: EXIT.network,
  PEER_ERROR: EXIT.network,
  PEER_CLOSED: EXIT.network,
  PEER_NOT_READING: EXIT.network,
  PING_UNANSWERED: EXIT.network,
  CONNECTIONS_STOPPED: EXIT.network,
  INVOICE_ERROR: EXIT.remote,
  INTERRUPTED: EXIT.interrupted,
}

/** The exit code that goes with an error code. */
export function exitCodeOf(code: string): number {
  return Object.hasOwn(EXIT_OF, code) ? EXIT_OF[code as keyof typeof EXIT_OF]! : EXIT.invalid
}

/** An error of the command line itself. */
export function cliError(code: CliCode, message: string, where?: Where): LnoError {
  return new LnoError(code, message, where)
}

/** The command line is wrong: exit code 2. */
export function usage(message: string): LnoError {
  return cliError('USAGE', message)
}
