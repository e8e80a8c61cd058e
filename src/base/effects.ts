/**
 * The effects of the project as interfaces: types only. Real ones are made in `node/`, manual ones in `testing/`.
 */

/** Time and timers. Wall time is seconds since 1970 where the protocol counts so, milliseconds for timers. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number
  /** Calls `run` once after `ms` milliseconds, unless cancelled by the function it returns. */
  after(ms: number, run: () => void): () => void
}

/** Says once that something is not wanted any more: an `AbortSignal` fits, which not every host declares. */
export interface CancelSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** `length` unpredictable bytes. */
export type Random = (length: number) => Uint8Array

/** One reliable, ordered stream of bytes (TCP, or a WebSocket of binary messages). */
export interface ByteStream {
  /** Queues bytes, which must not change afterwards; returns false when the caller should wait for `onDrain`. */
  write(bytes: Uint8Array): boolean
  /** Ends it: `graceful` lets what is queued leave first. */
  close(graceful?: boolean): void
  /** Stops and restarts `onData`: back-pressure inwards. */
  pause(): void
  resume(): void
  /** Set once by the owner before the next turn of the event loop. */
  onData: (bytes: Uint8Array) => void
  onDrain: () => void
  /** Called exactly once. `error` is absent for an orderly end. */
  onClose: (error?: Error) => void
  /** Text for people: `127.0.0.1:9735`. */
  readonly remote: string
  /** Address of the other side if it is an IP (for `remote_addr`). */
  readonly remoteIp?: { readonly host: string; readonly port: number }
}

/** An address to dial or to listen on. */
export type NetAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'ws'; readonly url: string }
  | {
      readonly kind: 'socks5'
      readonly proxyHost: string
      readonly proxyPort: number
      readonly host: string
      readonly port: number
      /** Name and password for the proxy (RFC 1929). Tor gives each pair a circuit of its own. */
      readonly auth?: { readonly username: string; readonly password: string }
    }

export interface Listener {
  /** The address really bound, with the port that the system chose for port 0. */
  readonly address: NetAddress
  close(): Promise<void>
}

/** Sockets. */
export interface Net {
  /** Rejects with LnoError `CONNECT_REFUSED`, or `CONNECT_TIMEOUT` when time is over or `signal` gives the call up. */
  dial(
    address: NetAddress,
    options: { readonly timeoutMs: number; readonly signal?: CancelSignal },
  ): Promise<ByteStream>
  listen(address: NetAddress, onStream: (stream: ByteStream) => void): Promise<Listener>
}

/** One change of a batch: a value to put, or none to delete the key. */
export interface StoreChange {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/** Ordered key-value storage. There is no write but `commit`. */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>
  /** Keys `from <= key < to` in order, newest state; `reverse` and `limit` as said. */
  range(range: {
    readonly from: string
    readonly to: string
    readonly limit?: number
    readonly reverse?: boolean
  }): AsyncIterable<readonly [key: string, value: Uint8Array]>
  /** All or nothing, and on disk (synced) when it resolves. */
  commit(changes: readonly StoreChange[]): Promise<void>
  close(): Promise<void>
}
