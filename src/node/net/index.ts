import type { Net } from '../../base/effects.js'
import { nodeError } from '../codes.js'
import { dialSocks5 } from './dial-socks5.js'
import { dialTcp, listenTcp } from './tcp.js'
import { dialWebSocket, listenWebSocket } from './websocket.js'

export { type Socks5Step, socks5Client } from './socks5.js'

/** The system's sockets: TCP, WebSocket, and TCP through a SOCKS5 proxy. */
export const systemNet: Net = {
  dial(address, { timeoutMs, signal }) {
    switch (address.kind) {
      case 'tcp':
        return dialTcp(address.host, address.port, timeoutMs, signal)
      case 'ws':
        return dialWebSocket(address.url, timeoutMs, signal)
      case 'socks5':
        return dialSocks5(address, timeoutMs, signal)
    }
  },
  async listen(address, onStream) {
    switch (address.kind) {
      case 'tcp':
        return listenTcp(address.host, address.port, onStream)
      case 'ws':
        return listenWebSocket(address.url, onStream)
      case 'socks5':
        throw nodeError('BAD_ADDRESS', 'a SOCKS5 proxy is for dialling: listen on tcp or ws')
    }
  },
}
