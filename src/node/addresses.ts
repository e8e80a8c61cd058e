import type { NetAddress } from '../base/effects.js'
import { isLnoError } from '../base/error.js'
import { fromHex, toHex } from '../base/hex.js'
import { assertPoint } from '../crypto/group.js'
import { nodeError } from './codes.js'
import { hostPort } from './net/address.js'

/** Port of Lightning nodes, where an address names none. */
export const LIGHTNING_PORT = 9735

/** A node and where it is said to be. */
export interface PeerAddress {
  /** 66 hex digits. */
  readonly nodeId: string
  readonly address: NetAddress
}

/**
 * An address as people write it: `HOST:PORT`, `[IPV6]:PORT`, `ws://…`, `wss://…`.
 * @param defaultPort where none is given; without it a port is needed
 * @throws LnoError `BAD_ADDRESS`
 */
export function parseAddress(text: string, defaultPort?: number): NetAddress {
  const bad = (why: string) => nodeError('BAD_ADDRESS', `${JSON.stringify(text.slice(0, 80))} is no address: ${why}`)
  if (/^wss?:\/\//i.test(text)) {
    if (!/^wss?:\/\/[^\s/:@]+(:\d{1,5})?(\/\S*)?$|^wss?:\/\/\[[0-9a-f:.]+\](:\d{1,5})?(\/\S*)?$/i.test(text)) {
      throw bad('a WebSocket address is ws://HOST:PORT/')
    }
    return { kind: 'ws', url: text }
  }
  const parts = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:@/[\]]+))(?::(\d{1,5}))?$/.exec(text)
  if (parts === null) throw bad('give HOST:PORT, an IPv6 host in brackets')
  const host = parts[1] ?? parts[2]!
  const port = parts[3] === undefined ? defaultPort : Number(parts[3])
  if (port === undefined) throw bad('a port is missing')
  if (port > 65535) throw bad('a port is at most 65535')
  return { kind: 'tcp', host, port }
}

/** The text that `parseAddress` reads. */
export function formatAddress(address: NetAddress): string {
  if (address.kind === 'ws') return address.url
  return hostPort(address.host, address.port)
}

/**
 * A node id as 66 lower-case hex digits.
 * @throws LnoError `BAD_NODE_ID`
 */
export function parseNodeId(text: string): string {
  try {
    const id = fromHex(text)
    assertPoint(id)
    return toHex(id)
  } catch (cause) {
    if (!isLnoError(cause)) throw cause
    const why = `${JSON.stringify(text.slice(0, 80))} is no node id: 66 hex digits of a point on the curve`
    throw nodeError('BAD_NODE_ID', why, { cause })
  }
}

/** `PUBKEY@HOST:PORT`; port 9735 where none is given. @throws LnoError `BAD_NODE_ID`, `BAD_ADDRESS` */
export function parsePeer(text: string): PeerAddress {
  const at = text.indexOf('@')
  if (at < 0) throw nodeError('BAD_ADDRESS', `${JSON.stringify(text.slice(0, 80))} is not PUBKEY@HOST:PORT`)
  return { nodeId: parseNodeId(text.slice(0, at)), address: parseAddress(text.slice(at + 1), LIGHTNING_PORT) }
}
