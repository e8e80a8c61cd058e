/** Lengths of the three acts of the handshake in bytes (BOLT 8, rule N1). */
export const ACT_LENGTHS = { act1: 50, act2: 50, act3: 66 } as const

/** Longest message of the transport in bytes: its length is a u16 (BOLT 8, rule M1). */
export const MAX_MESSAGE_BYTES = 65535

/** Longest packet of the transport: 2 + 16 bytes of length, 65535 + 16 of body. No more than this is ever buffered (rule N7). */
export const MAX_PACKET_BYTES = 65569

/** A key seals or opens this many times, two for each message, and is then replaced (BOLT 8, rule N6). */
export const ROTATION_INTERVAL = 1000

/**
 * Milliseconds within which each act of the other side must be complete (rule N7). A round trip over Tor takes a few
 * seconds; nobody who means to speak takes longer, and a stranger who does not holds a socket no longer than this.
 */
export const ACT_TIMEOUT_MS = 15_000

/**
 * Connections at a time whose handshake is not finished (rule N7). One costs a socket and under a kilobyte, and at most
 * two public-key operations for each act: 64 of them are some tenths of a second of work for one core.
 */
export const MAX_UNAUTHENTICATED = 64
