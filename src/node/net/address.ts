import { isIP, isIPv4 } from 'node:net'
import type { ByteStream } from '../../base/effects.js'

/** `HOST:PORT` for people, an IPv6 host in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** An IPv4 address that a dual-stack socket shows as IPv6, as what it is. */
function plainIp(host: string): string {
  const inner = host.toLowerCase().startsWith('::ffff:') ? host.slice(7) : host
  return isIPv4(inner) ? inner : host
}

/** The other end of a socket, in both forms that a stream carries. */
export function remoteOf(socket: {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}): {
  readonly remote: string
  readonly remoteIp: ByteStream['remoteIp']
} {
  const { remoteAddress, remotePort } = socket
  if (remoteAddress === undefined || remotePort === undefined) return { remote: 'unknown', remoteIp: undefined }
  const host = plainIp(remoteAddress)
  return {
    remote: hostPort(host, remotePort),
    remoteIp: isIP(host) === 0 ? undefined : { host, port: remotePort },
  }
}
