import type { ByteStream, Clock, Listener, Net, NetAddress } from '../base/effects.js'
import { nodeError } from '../node/codes.js'

/** How a host of the network treats calls: as usual, swallowing them, or not at all there. */
export type HostState = 'up' | 'silent' | 'down'

/** A network in memory. Every host has its own `Net`; nothing happens but through the clock given. */
export interface MemoryNetwork {
  /** The network as the host with this IP address or name sees it. */
  host(name: string): Net
  /** `silent` swallows calls (a firewall); `down` refuses them, makes none and has its streams broken. */
  setHost(name: string, state: HostState): void
  /** Breaks all streams between two hosts, as if a cable was cut: both ends see an error. */
  cut(a: string, b: string): void
  /** Milliseconds that bytes, calls and ends take between two hosts from now on; those under way are not hurried. */
  setLatency(a: string, b: string, ms: number): void
  /** Streams that are open, each counted once. */
  readonly streams: number
}

/** What `memoryNetwork` can be told. */
export interface MemoryNetworkOptions {
  readonly clock: Clock
  /** Milliseconds that bytes, calls and ends take; 0 unless given. */
  readonly latencyMs?: number
  /** Bytes on their way in one direction beyond which `write` asks to wait; 65536 unless given. */
  readonly windowBytes?: number
  /** Longest piece in which bytes arrive; unlimited unless given. Small ones find code that hopes for whole messages. */
  readonly chunkBytes?: number
}

const FIRST_DYNAMIC_PORT = 40_000

function authority(address: NetAddress): { readonly host: string; readonly port: number } {
  if (address.kind !== 'ws') return address
  const url = /^wss?:\/\/(\[[^\]]+\]|[^/:]+)(?::(\d+))?/.exec(address.url)
  if (url === null) throw nodeError('BAD_ADDRESS', `not a WebSocket address: ${address.url}`)
  return { host: url[1]!.replace(/^\[|\]$/g, ''), port: Number(url[2] ?? (address.url.startsWith('wss') ? 443 : 80)) }
}

/** Makes an empty network. Any number of hosts; a listener is reached by its host's name and its port. */
export function memoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  const { clock, latencyMs = 0, windowBytes = 65_536, chunkBytes = Number.POSITIVE_INFINITY } = options
  const listeners = new Map<string, (stream: ByteStream) => void>()
  const states = new Map<string, HostState>()
  const latencies = new Map<string, number>()
  const open = new Set<MemoryStream>()
  let nextPort = FIRST_DYNAMIC_PORT

  const link = (a: string, b: string): string => [a, b].sort().join(' ')
  const latency = (a: string, b: string): number => latencies.get(link(a, b)) ?? latencyMs

  function accept(from: string, to: NetAddress): ByteStream {
    const { host, port } = authority(to)
    const onStream = listeners.get(`${host}:${port}`)
    if (onStream === undefined || states.get(host) === 'down') {
      throw nodeError('CONNECT_REFUSED', `${host}:${port} does not take the connection`)
    }
    const settings = { clock, latency: () => latency(from, host), windowBytes, chunkBytes, open }
    const near = new MemoryStream(settings, from, { host, port })
    const far = new MemoryStream(settings, host, { host: from, port: nextPort++ })
    near.peer = far
    far.peer = near
    open.add(near)
    onStream(far)
    return near
  }

  function breakStreams(concerns: (stream: MemoryStream) => boolean): void {
    for (const stream of [...open]) {
      if (!concerns(stream) && !concerns(stream.peer)) continue
      stream.break()
    }
  }

  return {
    host: (name) => ({
      dial: (address, { timeoutMs, signal }) =>
        new Promise((resolve, reject) => {
          const target = authority(address).host
          if (states.get(target) === 'silent') {
            const timedOut = () => reject(nodeError('CONNECT_TIMEOUT', `no answer within ${timeoutMs} ms`))
            const cancel = clock.after(timeoutMs, timedOut)
            const givenUp = () => {
              cancel()
              reject(nodeError('CONNECT_TIMEOUT', 'the call was given up'))
            }
            signal?.addEventListener('abort', givenUp, { once: true })
            return
          }
          clock.after(latency(name, target), () => {
            try {
              if (states.get(name) === 'down') throw nodeError('CONNECT_REFUSED', `${name} has no network`)
              resolve(accept(name, address))
            } catch (error) {
              reject(error)
            }
          })
        }),
      listen: async (address, onStream): Promise<Listener> => {
        const wanted = authority(address)
        const port = wanted.port === 0 ? nextPort++ : wanted.port
        // Whatever interface is asked for, a listener of this network is reached by its host's name.
        const key = `${name}:${port}`
        if (listeners.has(key)) throw nodeError('LISTEN_FAILED', `${key} is taken`)
        listeners.set(key, onStream)
        const bound: NetAddress =
          address.kind === 'ws' ? { kind: 'ws', url: `ws://${name}:${port}` } : { kind: 'tcp', host: name, port }
        return { address: bound, close: async () => void listeners.delete(key) }
      },
    }),
    setHost: (name, state) => {
      states.set(name, state)
      if (state === 'down') breakStreams((stream) => stream.host === name)
    },
    setLatency: (a, b, ms) => void latencies.set(link(a, b), ms),
    cut: (a, b) => breakStreams((stream) => stream.host === a && stream.peer.host === b),
    get streams() {
      return open.size
    },
  }
}

interface StreamSettings {
  readonly clock: Clock
  readonly latency: () => number
  readonly windowBytes: number
  readonly chunkBytes: number
  readonly open: Set<MemoryStream>
}

const IP = /^\d+\.\d+\.\d+\.\d+$|:/

/** One end of a stream. Bytes lie in the receiving end's `#inbox` until they are due and it is not paused. */
class MemoryStream implements ByteStream {
  onData: (bytes: Uint8Array) => void = () => undefined
  onDrain: () => void = () => undefined
  onClose: (error?: Error) => void = () => undefined
  readonly remote: string
  readonly remoteIp?: { readonly host: string; readonly port: number }
  readonly host: string
  peer: MemoryStream = this
  readonly #settings: StreamSettings
  readonly #inbox: Uint8Array[] = []
  #inboxBytes = 0
  /** When what was sent last arrives at the other end. */
  #arrival = 0
  #paused = false
  #closed = false
  #endDue = false
  #full = false

  constructor(settings: StreamSettings, host: string, remote: { readonly host: string; readonly port: number }) {
    this.#settings = settings
    this.host = host
    this.remote = `${remote.host}:${remote.port}`
    if (IP.test(remote.host)) this.remoteIp = remote
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed) return false
    const { peer } = this
    peer.#inboxBytes += bytes.length
    const copy = bytes.slice()
    this.#settings.clock.after(this.#delay(), () => {
      peer.#inbox.push(copy)
      peer.#deliver()
    })
    this.#full = peer.#inboxBytes >= this.#settings.windowBytes
    return !this.#full
  }

  close(graceful = false): void {
    if (this.#closed) return
    this.#closed = true
    this.#settings.open.delete(this)
    this.#settings.open.delete(this.peer)
    const { clock } = this.#settings
    const { peer } = this
    clock.after(this.#delay(), () => {
      if (!graceful) peer.#inbox.length = 0
      peer.#endDue = true
      peer.#deliver()
    })
    clock.after(0, () => this.onClose())
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#settings.clock.after(0, () => this.#deliver())
  }

  /** How long what leaves now is under way: a stream stays in order when its link becomes faster. */
  #delay(): number {
    const { clock, latency } = this.#settings
    this.#arrival = Math.max(this.#arrival, clock.now() + latency())
    return this.#arrival - clock.now()
  }

  /** Both ends see an error, and what was on its way is lost. */
  break(): void {
    for (const end of [this, this.peer]) {
      if (end.#closed) continue
      end.#closed = true
      end.#inbox.length = 0
      this.#settings.clock.after(0, () => end.onClose(nodeError('CONNECTION_LOST', 'the connection was cut')))
    }
    this.#settings.open.delete(this)
    this.#settings.open.delete(this.peer)
  }

  #deliver(): void {
    while (!this.#closed && !this.#paused && this.#inbox.length > 0) {
      const first = this.#inbox[0]!
      const part = first.subarray(0, this.#settings.chunkBytes)
      if (part.length === first.length) this.#inbox.shift()
      else this.#inbox[0] = first.subarray(part.length)
      this.#inboxBytes -= part.length
      this.onData(part)
    }
    const { peer } = this
    if (peer.#full && !peer.#closed && this.#inboxBytes < this.#settings.windowBytes / 2) {
      peer.#full = false
      this.#settings.clock.after(0, () => peer.onDrain())
    }
    if (this.#endDue && !this.#closed && !this.#paused && this.#inbox.length === 0) {
      this.#closed = true
      this.onClose()
    }
  }
}
