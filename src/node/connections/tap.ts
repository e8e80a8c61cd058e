/** A whole message between us and a peer, decrypted. */
export interface PeerMessage {
  /** Unix milliseconds. */
  readonly at: number
  /** `in`: it came from the peer. */
  readonly direction: 'in' | 'out'
  /** Node id of the peer, 66 hex digits. */
  readonly peerId: string
  /** Type (2 bytes) and payload. Lent: copy what is to be kept. */
  readonly bytes: Uint8Array
}

/**
 * Sees every message (init and pings too) when it comes or leaves. What it answers with `'drop'` vanishes as if a bad relay had
 * swallowed it: for networks of tests. A capture answers nothing.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a tap that only looks has nothing to return
export type MessageTap = (message: PeerMessage) => 'drop' | void
