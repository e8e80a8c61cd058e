import { isIPv4, isIPv6 } from 'node:net'
import { concatBytes } from '../../base/bytes.js'
import type { LnoError } from '../../base/error.js'
import { encodeUtf8 } from '../../base/utf8.js'
import { nodeError } from '../codes.js'
import { hostPort } from './address.js'

/** Where the proxy is to connect to, and how we introduce ourselves to it. */
export interface Socks5Target {
  readonly host: string
  readonly port: number
  readonly auth?: { readonly username: string; readonly password: string }
}

/** What a step of the negotiation leads to. */
export type Socks5Step =
  | { readonly kind: 'wait' }
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** The way is open; `rest` are bytes of the far end that came with the answer. */
  | { readonly kind: 'open'; readonly rest: Uint8Array }
  | { readonly kind: 'failed'; readonly error: LnoError }

export interface Socks5Client {
  /** The first bytes to send. */
  readonly hello: Uint8Array
  /** Takes what the proxy sent, in pieces of any size. */
  feed(bytes: Uint8Array): Socks5Step
}

const VERSION = 5
const NO_AUTH = 0
const USER_PASS = 2
const CONNECT = 1
const IPV4 = 1
const NAME = 3
const IPV6 = 4

/** Replies of RFC 1928, then those that Tor adds for onion services (proposal 304). */
const REPLIES: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'not allowed by its rules',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'refused by the host',
  6: 'no answer in time',
  7: 'it cannot connect on behalf of others',
  8: 'it does not know this kind of address',
  240: 'the onion service is unknown or offline',
  241: 'the descriptor of the onion service is invalid',
  242: 'the onion service did not let us in',
  243: 'the onion service did not meet us',
  244: 'the onion service wants a client key that we do not have',
  245: 'the onion service refuses our client key',
  246: 'the address of the onion service is invalid',
  247: 'the onion service did not answer in time',
}
const TIMEOUTS: readonly number[] = [6, 0xf7]

/**
 * The client's side of SOCKS5 (RFC 1928, 1929), CONNECT only, without sockets. A name goes to the proxy as a name, so that
 * Tor resolves it and nobody else sees it.
 * @throws LnoError `BAD_ADDRESS` for a host, name or password that the protocol cannot carry
 */
export function socks5Client(target: Socks5Target): Socks5Client {
  const to = hostPort(target.host, target.port)
  const request = connectRequest(target)
  const credentials = target.auth && authRequest(target.auth)
  const method = credentials ? USER_PASS : NO_AUTH
  let stage: 'method' | 'auth' | 'reply' | 'over' = 'method'
  let buffer: Uint8Array = new Uint8Array(0)

  function failed(message: string, timedOut = false): Socks5Step {
    stage = 'over'
    const error = nodeError(timedOut ? 'CONNECT_TIMEOUT' : 'CONNECT_REFUSED', `cannot connect to ${to}: ${message}`)
    return { kind: 'failed', error }
  }

  /** Takes two bytes off the front, or says that they are not there yet. */
  function pair(): readonly [number, number] | undefined {
    if (buffer.length < 2) return undefined
    const two = [buffer[0]!, buffer[1]!] as const
    buffer = buffer.subarray(2)
    return two
  }

  function chosen(): Socks5Step {
    const answer = pair()
    if (!answer) return { kind: 'wait' }
    if (answer[0] !== VERSION) return failed('the proxy does not speak SOCKS5')
    if (answer[1] !== method) {
      return failed(credentials ? 'the proxy does not take a name and password' : 'the proxy wants a name and password')
    }
    stage = credentials ? 'auth' : 'reply'
    return { kind: 'send', bytes: credentials ?? request }
  }

  function authenticated(): Socks5Step {
    const answer = pair()
    if (!answer) return { kind: 'wait' }
    if (answer[1] !== 0) return failed('the proxy does not accept the name and password')
    stage = 'reply'
    return { kind: 'send', bytes: request }
  }

  function connected(): Socks5Step {
    if (buffer.length < 2) return { kind: 'wait' }
    if (buffer[0] !== VERSION) return failed('the proxy does not speak SOCKS5')
    const code = buffer[1]!
    if (code !== 0) {
      return failed(`the proxy says: ${REPLIES[code] ?? `error ${code}`}`, TIMEOUTS.includes(code))
    }
    if (buffer.length < 5) return { kind: 'wait' }
    // The address from which the proxy connects is of no use here, but its length says where the stream begins.
    const kind = buffer[3]
    const address = kind === IPV4 ? 4 : kind === IPV6 ? 16 : kind === NAME ? 1 + buffer[4]! : undefined
    if (address === undefined) return failed('the proxy answers in a form that is not SOCKS5')
    const end = 4 + address + 2
    if (buffer.length < end) return { kind: 'wait' }
    stage = 'over'
    return { kind: 'open', rest: buffer.slice(end) }
  }

  return {
    hello: Uint8Array.of(VERSION, 1, method),
    feed(bytes) {
      buffer = concatBytes(buffer, bytes)
      return stage === 'method' ? chosen() : stage === 'auth' ? authenticated() : connected()
    },
  }
}

function connectRequest({ host, port }: Socks5Target): Uint8Array {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw nodeError('BAD_ADDRESS', `${port} is no port: a number from 1 to 65535`)
  }
  return concatBytes(Uint8Array.of(VERSION, CONNECT, 0), hostBytes(host), Uint8Array.of(port >> 8, port & 255))
}

function hostBytes(host: string): Uint8Array {
  if (isIPv4(host)) return Uint8Array.of(IPV4, ...host.split('.').map(Number))
  if (isIPv6(host) && !host.includes('%')) return Uint8Array.of(IPV6, ...ipv6Bytes(host))
  return concatBytes(Uint8Array.of(NAME), short('host', host))
}

function ipv6Bytes(host: string): number[] {
  // The URL parser brings every spelling (`::`, an IPv4 tail) into one: hex groups with at most one gap.
  const normal = new URL(`http://[${host}]`).hostname.slice(1, -1)
  const [head = [], tail] = normal.split('::').map((side) => side.split(':').filter((group) => group !== ''))
  const gap = tail === undefined ? 0 : 8 - head.length - tail.length
  const groups = [...head, ...Array<string>(gap).fill('0'), ...(tail ?? [])]
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
}

function authRequest({ username, password }: NonNullable<Socks5Target['auth']>): Uint8Array {
  return concatBytes(Uint8Array.of(1), short('name', username), short('password', password))
}

/** A length byte and the text, 1 to 255 bytes. */
function short(what: string, text: string): Uint8Array {
  const bytes = encodeUtf8(text)
  if (bytes.length < 1 || bytes.length > 255) {
    throw nodeError('BAD_ADDRESS', `a ${what} for the proxy has 1 to 255 bytes, this one has ${bytes.length}`)
  }
  return concatBytes(Uint8Array.of(bytes.length), bytes)
}
