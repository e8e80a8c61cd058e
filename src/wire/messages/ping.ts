import { bytes, prefixed, u16 } from '../codec.js'
import { encodeMessage, type MessageFields, message } from '../message.js'

const padding = /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes())

/** BOLT 1 `ping`. */
export const PING = /* @__PURE__ */ message({
  type: 18,
  name: 'ping',
  body: { num_pong_bytes: u16, ignored: padding },
})
export interface Ping extends MessageFields<typeof PING> {}

/** BOLT 1 `pong`. */
export const PONG = /* @__PURE__ */ message({ type: 19, name: 'pong', body: { ignored: padding } })
export interface Pong extends MessageFields<typeof PONG> {}

/** From this many on, a `ping` asks for no answer (rule M11). */
export const NO_PONG = 65532

/** A whole `ping` that asks for `pongBytes` and carries `paddingBytes` zeros. @throws LnoError `VALUE_OUT_OF_RANGE` */
export function makePing(pongBytes: number, paddingBytes = 0): Uint8Array {
  return encodeMessage(PING, { num_pong_bytes: pongBytes, ignored: new Uint8Array(paddingBytes) })
}

/** The whole `pong` that a `ping` gets, zeros only; undefined when it asks for none (rule M11). */
export function pongFor(ping: Pick<Ping, 'num_pong_bytes'>): Uint8Array | undefined {
  if (ping.num_pong_bytes >= NO_PONG) return undefined
  return encodeMessage(PONG, { ignored: new Uint8Array(ping.num_pong_bytes) })
}
