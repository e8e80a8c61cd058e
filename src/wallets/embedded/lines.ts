import type { LinkId } from '../../payments/link.js'
import { MAX_WAITING_BYTES, MAX_WAITING_MESSAGES } from './limits.js'

/** What is known of one peer's connection, from the moment it exists until the core has heard that it ended. */
export interface Line {
  /** Number of the connection that exists now. */
  live: number | undefined
  /** Number of the connection that the core knows of: inputs wait, so it may be an older one. */
  known: number | undefined
  /** Of its messages, what waits. */
  messages: number
  bytes: number
  /** More came than may wait: what comes now would leave a gap, so it is not read. */
  overrun: boolean
}

/** The lines of all peers. */
export class Lines {
  readonly #lines = new Map<LinkId, Line>()
  #connections = 0

  of(peer: LinkId): Line | undefined {
    return this.#lines.get(peer)
  }

  /** A connection exists: the number that it has from now on. */
  open(peer: LinkId): number {
    const connection = ++this.#connections
    const line = this.#lines.get(peer)
    if (line === undefined) {
      this.#lines.set(peer, { live: connection, known: undefined, messages: 0, bytes: 0, overrun: false })
    } else {
      line.live = connection
      line.overrun = false
    }
    return connection
  }

  /** Counts a message in; false when it is one too many. */
  enter(line: Line, bytes: number): boolean {
    line.overrun ||= line.messages >= MAX_WAITING_MESSAGES || line.bytes + bytes > MAX_WAITING_BYTES
    if (line.overrun) return false
    line.messages++
    line.bytes += bytes
    return true
  }

  /** A message waits no longer. */
  leave(peer: LinkId, bytes: number): void {
    const line = this.#lines.get(peer)
    if (line === undefined) return
    line.messages--
    line.bytes -= bytes
    this.#tidy(peer, line)
  }

  /** The core has been told of a connection, or of its end. */
  told(peer: LinkId, connection: number | undefined): void {
    const line = this.#lines.get(peer)
    if (line === undefined) return
    line.known = connection
    this.#tidy(peer, line)
  }

  /** Peers that are gone, and of which nothing waits, are forgotten. */
  tidy(peer: LinkId): void {
    const line = this.#lines.get(peer)
    if (line !== undefined) this.#tidy(peer, line)
  }

  #tidy(peer: LinkId, line: Line): void {
    if (line.live === undefined && line.known === undefined && line.messages === 0) this.#lines.delete(peer)
  }
}
