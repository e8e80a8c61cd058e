import type { ByteStream } from '../../base/effects.js'
import { nodeError } from '../codes.js'

/** How long a graceful end may take to hand over what is queued, before the connection is cut. */
const GRACEFUL_CLOSE_MS = 5_000

/**
 * Most bytes that wait for a peer that does not read. Whoever heeds back-pressure stays far below; this bounds the memory
 * that one who does not can be made to hold.
 */
export const MAX_QUEUED_BYTES = 4 * 1024 * 1024

/** What a kind of socket must offer. */
export interface Source {
  /** Hands bytes over; false when it would like a pause, after which it calls `drained`. */
  write(bytes: Uint8Array): boolean
  /** Bytes handed over that have not left yet. */
  queued(): number
  /** Ends after what is queued. */
  end(): void
  /** Cuts at once. */
  destroy(): void
  pause(): void
  resume(): void
  readonly remote: string
  readonly remoteIp: ByteStream['remoteIp']
}

/** The side of a stream at which the socket's events come in. */
export interface StreamInput {
  data(bytes: Uint8Array): void
  drained(): void
  closed(error?: Error): void
}

/**
 * A `ByteStream` over any socket. Nothing is delivered before the next turn of the event loop, by which the owner has set
 * its handlers; bytes come before the end that follows them; after the owner's own `close` only `onClose` comes.
 */
export function byteStream(makeSource: (input: StreamInput) => Source): ByteStream {
  const waiting: Uint8Array[] = []
  let started = false
  let paused = false
  let closing = false
  let delivering = false
  let reported = false
  let ended: { readonly error: Error | undefined } | undefined
  let cut: NodeJS.Timeout | undefined

  function deliver(): void {
    if (!started || delivering) return
    delivering = true // a handler may pause, resume or close: no second loop inside this one
    try {
      while (!paused && !closing && waiting.length > 0) stream.onData(waiting.shift()!)
    } finally {
      delivering = false
    }
    if (ended && !reported && (closing || waiting.length === 0)) {
      reported = true
      if (ended.error) stream.onClose(ended.error)
      else stream.onClose()
    }
  }

  const source = makeSource({
    data(bytes) {
      if (closing || ended) return
      waiting.push(bytes)
      deliver()
    },
    drained() {
      if (!closing && !ended) stream.onDrain()
    },
    closed(error) {
      clearTimeout(cut)
      if (ended) return
      ended = { error: closing ? undefined : error }
      deliver()
    },
  })

  const stream: ByteStream = {
    remote: source.remote,
    ...(source.remoteIp && { remoteIp: source.remoteIp }),
    onData: () => {},
    onDrain: () => {},
    onClose: () => {},
    write(bytes) {
      if (closing || ended) return false
      if (source.queued() + bytes.length > MAX_QUEUED_BYTES) {
        ended = { error: nodeError('STREAM_OVERFLOW', `${source.remote} does not take what is sent to it`) }
        waiting.length = 0
        source.destroy()
        setImmediate(deliver) // not from inside the caller's write
        return false
      }
      return source.write(bytes)
    },
    close(graceful = false) {
      if (closing && graceful) return
      closing = true
      waiting.length = 0
      if (ended) return deliver()
      // The end of the other side is only seen by a socket that is being read.
      source.resume()
      if (!graceful) return source.destroy()
      if (cut === undefined) cut = setTimeout(() => source.destroy(), GRACEFUL_CLOSE_MS)
      source.end()
    },
    pause() {
      paused = true
      source.pause()
    },
    resume() {
      paused = false
      if (!ended) source.resume()
      deliver()
    },
  }
  source.pause()
  setImmediate(() => {
    started = true
    if (!paused) source.resume()
    deliver()
  })
  return stream
}
