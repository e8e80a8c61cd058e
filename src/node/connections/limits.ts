/**
 * What one stranger, or many, can make this node hold or compute. Every bound is here, with its reason; those of the
 * handshake are in `noise/limits.ts`.
 */

/** Milliseconds for `init` after the handshake. Every implementation sends it at once; slow links get the time of an act. */
export const INIT_TIMEOUT_MS = 15_000

/** Milliseconds for a whole call, from dialling to the peer's `init`, when the caller names none. */
export const CONNECT_TIMEOUT_MS = 30_000

/**
 * Unfinished connections from one IP address. A household behind one address calls at most a few times in the same
 * second. Loopback is exempt: everything that comes over Tor or a proxy has that address.
 */
export const MAX_UNAUTHENTICATED_PER_IP = 8

/**
 * Peers that called us. Each may hold the queues below, some 260 kilobytes: 512 of them hold at most 130 megabytes.
 * Peers that the user names are never counted nor refused.
 */
export const MAX_INBOUND_PEERS = 512

/** Bytes of a peer's messages waiting for their handlers; beyond, its socket is not read. Two of the longest messages. */
export const IN_QUEUE_BYTES = 131_072

/** Messages waiting for their handlers, since small ones cost more than their bytes. */
export const IN_QUEUE_MESSAGES = 128

/** Bytes waiting until a peer's socket takes more; beyond, `send` says `full`. Two of the longest messages. */
export const OUT_QUEUE_BYTES = 131_072

/** Milliseconds after which a peer that takes no bytes, while some wait for it, is given up. */
export const STUCK_MS = 60_000

/**
 * Bytes a second that are read of one peer, and how many at once after silence. A gossip dump arrives at its own pace
 * and waits in the socket; decrypting a megabyte costs a tenth of a second of a core.
 */
export const READ_LIMIT = { perSecond: 1_048_576, burst: 4_194_304 } as const

/** Messages without public-key work that are handled in one turn of the event loop: some milliseconds of it. */
export const CHEAP_JOBS_PER_TURN = 32

/** How much of a message type one peer may send. What is above is dropped before anything is computed for it. */
export interface MessageLimit {
  readonly bytesPerSecond: number
  readonly burstBytes: number
  readonly messagesPerSecond: number
  readonly burstMessages: number
}

/**
 * Onion messages of one peer. Bytes as LND limits them (512 kbit/s, burst 256 KiB), so that four of the largest standard packets can
 * come at once; messages as Eclair does (10 a second), since each costs a peel of one to two milliseconds
 * whatever its length. We ourselves send 4 a second, CLN's limit.
 */
export const ONION_MESSAGE_LIMIT: MessageLimit = {
  bytesPerSecond: 64_000,
  burstBytes: 262_144,
  messagesPerSecond: 10,
  burstMessages: 20,
}

/** Peers whose buckets are remembered after they left, so that reconnecting does not fill them again (as LND does). */
export const REMEMBERED_BUCKETS = 1024

/** Milliseconds between two reports of dropped messages of one peer: a flood must not flood the log. */
export const DROP_REPORT_MS = 10_000

/** Errors, warnings and refused channels of one connection that are told: what is above is answered, but fills no log. */
export const REPORT_LIMIT = { perSecond: 1, burst: 10 } as const

/** Failed calls of strangers that are told one by one; what is above is counted with the callers turned away. */
export const FAILURE_LIMIT = { perSecond: 5, burst: 50 } as const

/** Milliseconds between two pings, on average; each wait is this, give or take a half (BOLT 1 practice, rule M11). */
export const PING_PERIOD_MS = 30_000

/** Back-off of peers that are kept connected: the first wait, and the longest. Each is shortened by up to a half at random. */
export const BACKOFF_MS = { first: 1_000, longest: 300_000 } as const

/** A connection that lasted this long was a good one: the next back-off begins at the beginning. */
export const GOOD_CONNECTION_MS = 60_000

/**
 * Two nodes that call each other in the same moment have two connections. Within this time the two ends must close the
 * same one; later, a new connection means that the other side has lost the old one.
 */
export const SIMULTANEOUS_MS = 10_000
