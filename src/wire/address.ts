import { ascii } from '../base/bytes.js'
import { LnoError } from '../base/error.js'
import { bytes as bytesCodec, type Codec, mapped } from './codec.js'
import type { WireCode } from './codes.js'
import { formatIpv4, formatIpv6, isPublicIp, parseIpv4, parseIpv6 } from './ip.js'
import { onionHost, onionKey } from './onion-host.js'
import { Reader } from './reader.js'
import { Writer } from './writer.js'

const SPEC = 'BOLT 7 The node_announcement Message'

/** Type numbers of the address descriptors of BOLT 7. */
export const ADDRESS_TYPES = { ipv4: 1, ipv6: 2, torv2: 3, torv3: 4, dns: 5 } as const

/** A place where a node listens. `host` is text: `192.0.2.1`, `2001:db8::1`, `….onion`, a host name in ASCII. */
export interface Address {
  readonly kind: 'ipv4' | 'ipv6' | 'torv3' | 'dns'
  readonly host: string
  readonly port: number
}

/** A descriptor that can be kept and passed on, but not dialled: Tor v2, a future type, or one without its form. */
export interface OpaqueAddress {
  readonly kind: 'opaque'
  /** The whole descriptor, its type first; may be empty. */
  readonly bytes: Uint8Array
}

function bad(message: string, offset?: number): LnoError {
  return new LnoError('BAD_ADDRESS' satisfies WireCode, message, {
    spec: SPEC,
    ...(offset !== undefined && { offset }),
  })
}

/** Host names as DNS has them, so that one can be shown, logged and looked up as it is. */
const HOST_NAME = /^[0-9A-Za-z._-]{1,255}$/

function readDescriptor(reader: Reader): Address | OpaqueAddress {
  const offset = reader.offset
  const type = reader.u8()
  switch (type) {
    case ADDRESS_TYPES.ipv4:
      return listening({ kind: 'ipv4', host: formatIpv4(reader.take(4)), port: reader.uint(2) }, offset)
    case ADDRESS_TYPES.ipv6:
      return listening({ kind: 'ipv6', host: formatIpv6(reader.take(16)), port: reader.uint(2) }, offset)
    case ADDRESS_TYPES.torv2: {
      const rest = reader.take(12)
      return { kind: 'opaque', bytes: new Uint8Array([type, ...rest]) }
    }
    case ADDRESS_TYPES.torv3:
      return listening({ kind: 'torv3', host: onionHost(reader.take(35)), port: reader.uint(2) }, offset)
    case ADDRESS_TYPES.dns: {
      const name = reader.take(reader.u8())
      const port = reader.uint(2)
      const host = String.fromCharCode(...name)
      if (!HOST_NAME.test(host)) throw bad('a host name with other characters than DNS allows', offset)
      return listening({ kind: 'dns', host, port }, offset)
    }
    default:
      throw bad(`address type ${type} is not known`, offset)
  }
}

/** Port 0 is none, whatever the type (as the specification has it since 2026). */
function listening(address: Address, offset: number): Address {
  if (address.port === 0) throw bad(`${address.host} with port 0`, offset)
  return address
}

function writeDescriptor(writer: Writer, address: Address | OpaqueAddress): void {
  if (address.kind === 'opaque') {
    writer.bytes(address.bytes)
    return
  }
  const { kind, host, port } = checked(address)
  writer.uint(ADDRESS_TYPES[kind], 1)
  if (kind === 'dns') {
    writer.uint(host.length, 1)
    writer.bytes(ascii(host))
  } else {
    const parse = { ipv4: parseIpv4, ipv6: parseIpv6, torv3: onionKey }[kind]
    writer.bytes(parse(host)!)
  }
  writer.uint(port, 2)
}

function checked(address: Address): Address {
  const { kind, host, port } = address
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw bad(`port ${port} is not between 1 and 65535`)
  const fits = {
    ipv4: () => parseIpv4(host) !== undefined,
    ipv6: () => parseIpv6(host) !== undefined,
    torv3: () => onionKey(host) !== undefined,
    dns: () => HOST_NAME.test(host),
  }[kind]
  if (!fits()) throw bad(`${JSON.stringify(host)} is no address of kind ${kind}`)
  return address
}

/** One whole address descriptor. @throws LnoError `BAD_ADDRESS`, `WIRE_TRUNCATED`, `WIRE_TRAILING_BYTES` */
export function decodeAddress(bytes: Uint8Array): Address | OpaqueAddress {
  const reader = new Reader(bytes)
  const address = readDescriptor(reader)
  reader.end()
  return address
}

/** The bytes of one address descriptor. @throws LnoError `BAD_ADDRESS` for a host or port that its kind cannot have */
export function encodeAddress(address: Address | OpaqueAddress): Uint8Array {
  const writer = new Writer()
  writeDescriptor(writer, address)
  return writer.finish()
}

/**
 * `remote_addr` of init. BOLT 1 gives it no form but bytes, so that no descriptor in it can be a reason to hang up: what
 * is not understood is opaque.
 */
export const remoteAddress: Codec<Address | OpaqueAddress> = /* @__PURE__ */ mapped(
  /* @__PURE__ */ bytesCodec(),
  'address_descriptor',
  (descriptor) => {
    try {
      return decodeAddress(descriptor)
    } catch (error) {
      if (error instanceof LnoError) return { kind: 'opaque', bytes: descriptor }
      throw error
    }
  },
  encodeAddress,
)

/** What a reader makes of a list of addresses in a `node_announcement`. */
export interface AddressList {
  /** Those that can be dialled, in their order. */
  readonly addresses: readonly Address[]
  /** Descriptors that are skipped, with the reason: port 0, Tor v2, a bad host name, a second host name. */
  readonly ignored: readonly LnoError[]
  /** What begins with the first unknown type; nothing behind it can be read. */
  readonly unread: Uint8Array
  /** False when an announcement with this list must not be passed on (two host names). */
  readonly forward: boolean
}

/**
 * Reads the `addresses` of a `node_announcement`.
 * @throws LnoError `WIRE_TRUNCATED` when a known type has fewer bytes than it needs
 */
export function readAddresses(list: Uint8Array, base = 0): AddressList {
  const reader = new Reader(list, base)
  const addresses: Address[] = []
  const ignored: LnoError[] = []
  let names = 0
  while (reader.remaining > 0) {
    const type = reader.peek()!
    if (type < ADDRESS_TYPES.ipv4 || type > ADDRESS_TYPES.dns) break
    const offset = reader.offset
    if (type === ADDRESS_TYPES.dns && ++names === 2) {
      ignored.push(new LnoError('ADDRESS_SECOND_DNS' satisfies WireCode, 'a second host name', { offset, spec: SPEC }))
    }
    try {
      const address = readDescriptor(reader)
      if (address.kind === 'opaque') ignored.push(bad('a Tor v2 address', offset))
      else if (address.kind !== 'dns' || names === 1) addresses.push(address)
    } catch (error) {
      if (!(error instanceof LnoError) || error.code !== ('BAD_ADDRESS' satisfies WireCode)) throw error
      ignored.push(error)
    }
  }
  return { addresses, ignored, unread: reader.rest(), forward: names < 2 }
}

/**
 * The `addresses` of our own announcement: ascending by type, the given order within a type.
 * @throws LnoError `BAD_ADDRESS`, or `ADDRESS_SECOND_DNS` for more than one host name
 */
export function writeAddresses(addresses: readonly Address[]): Uint8Array {
  if (addresses.filter(({ kind }) => kind === 'dns').length > 1) {
    throw new LnoError('ADDRESS_SECOND_DNS' satisfies WireCode, 'more than one host name', { spec: SPEC })
  }
  const writer = new Writer()
  const sorted = [...addresses].sort((a, b) => ADDRESS_TYPES[a.kind] - ADDRESS_TYPES[b.kind])
  for (const address of sorted) writeDescriptor(writer, address)
  return writer.finish()
}

/** `HOST:PORT`, an IPv6 host in brackets. */
export function formatAddress({ kind, host, port }: Address): string {
  return kind === 'ipv6' ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * Reads `HOST:PORT`, `[IPV6]:PORT` or `NAME.onion:PORT`.
 * @param defaultPort for text without a port; none is an error unless it is given
 * @throws LnoError `BAD_ADDRESS`
 */
export function parseAddress(text: string, defaultPort?: number): Address {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([0-9]{1,5}))?$/.exec(text)
  if (match === null) throw bad(`${JSON.stringify(text)} is not HOST:PORT (an IPv6 host goes in brackets)`)
  const [, bracketed, plain, digits] = match
  const port = digits === undefined ? defaultPort : Number(digits)
  if (port === undefined) throw bad(`${JSON.stringify(text)} has no port`)
  return checked({ ...kindOf(bracketed, plain ?? ''), port })
}

function kindOf(bracketed: string | undefined, plain: string): Pick<Address, 'kind' | 'host'> {
  if (bracketed !== undefined) {
    const ip = parseIpv6(bracketed)
    return { kind: 'ipv6', host: ip === undefined ? bracketed : formatIpv6(ip) }
  }
  if (/\.onion$/i.test(plain)) return { kind: 'torv3', host: plain.toLowerCase() }
  // What ends like an IPv4 address is meant as one: no top-level domain is a number.
  return { kind: /(^|\.)[0-9]+$/.test(plain) ? 'ipv4' : 'dns', host: plain }
}

/**
 * What a listener tells a caller about the caller's own address (rule M10): only a public IP, never a private range.
 * @param host an IP as text
 */
export function remoteAddressFor(host: string, port: number): Address | undefined {
  const v4 = parseIpv4(host)
  const ip = v4 ?? parseIpv6(host)
  if (ip === undefined || !isPublicIp(ip) || port < 1) return undefined
  return v4 === undefined ? { kind: 'ipv6', host: formatIpv6(ip), port } : { kind: 'ipv4', host, port }
}
