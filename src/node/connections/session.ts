import type { Random } from '../../base/effects.js'
import { isLnoError, type LnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import { decodeMessage, fateOfType, messageType } from '../../wire/message.js'
import {
  complaintText,
  concernsConnection,
  ERROR,
  makeError,
  makeWarning,
  WARNING,
} from '../../wire/messages/complaint.js'
import { INIT } from '../../wire/messages/init.js'
import { makePing, PING, PONG, pongFor } from '../../wire/messages/ping.js'
import type { OwnInit } from '../../wire/negotiate.js'
import { refusedChannelId } from './channel-messages.js'
import { connectionError } from './codes.js'
import { pingDelay } from './jitter.js'
import { INIT_TIMEOUT_MS } from './limits.js'
import { type PeerInit, readPeerInit } from './peer.js'

/** What a session is told once. */
export interface SessionRules {
  /** Our init, a whole message. */
  readonly init: Uint8Array
  /** What it says, to be held against the peer's. */
  readonly ours: OwnInit
  /** True for the types that a part of the node handles. */
  readonly owned: (messageType: number) => boolean
  readonly ping: { readonly periodMs: number; readonly quietMs: number }
}

/** One peer's session behind the handshake. */
export type Session =
  | { readonly phase: 'new' }
  | { readonly phase: 'awaiting_init' }
  | {
      readonly phase: 'ready'
      /** When the peer last sent anything, in milliseconds. */
      readonly heardAt: number
      /** When the ping left that has no pong yet. */
      readonly pingedAt: number | undefined
    }
  | { readonly phase: 'over' }

export type SessionEvent =
  /** The handshake is over. */
  | { readonly type: 'open' }
  /** One message, decrypted. */
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  | { readonly type: 'init_timeout' }
  /** `possible` is false while the peer is not read, or does not take what waits for it: its silence says nothing. */
  | { readonly type: 'ping_due'; readonly possible: boolean }

/** What a peer did that others may want to know. */
export type SessionReport =
  | { readonly type: 'peer_error' | 'peer_warning'; readonly channelId: string; readonly text: string }
  | { readonly type: 'channel_refused'; readonly messageType: number }

export type SessionEffect =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** An answer to a ping, which may be left out when the peer asks for too much. */
  | { readonly type: 'pong'; readonly bytes: Uint8Array }
  | { readonly type: 'arm'; readonly timer: 'init' | 'ping'; readonly ms: number }
  | { readonly type: 'ready'; readonly peer: PeerInit }
  | { readonly type: 'deliver'; readonly messageType: number; readonly payload: Uint8Array }
  | { readonly type: 'report'; readonly report: SessionReport }
  | { readonly type: 'close'; readonly error: LnoError }

export interface SessionStep {
  readonly state: Session
  readonly effects: readonly SessionEffect[]
}

/** Bytes that our pings ask for: the fewest by which a pong can be known as the answer. */
const PONG_BYTES = 1

export const NEW_SESSION: Session = { phase: 'new' }

/** BOLT 1 as a function: what an event makes of a session, and what is to be done. Never throws on bytes of the peer. */
export function session(
  rules: SessionRules,
  state: Session,
  event: SessionEvent,
  now: number,
  random: Random,
): SessionStep {
  switch (event.type) {
    case 'open':
      // Rule M7: init is the first message of both sides; rule M8: nothing else before the peer's.
      return {
        state: { phase: 'awaiting_init' },
        effects: [
          { type: 'send', bytes: rules.init },
          { type: 'arm', timer: 'init', ms: INIT_TIMEOUT_MS },
        ],
      }
    case 'init_timeout':
      if (state.phase !== 'awaiting_init') return { state, effects: [] }
      return over(connectionError('INIT_TIMEOUT', `no init within ${INIT_TIMEOUT_MS / 1000} seconds`, 'M8'))
    case 'ping_due':
      return state.phase === 'ready' ? onPingDue(rules, state, event.possible, now, random) : { state, effects: [] }
    case 'message':
      try {
        return onMessage(rules, state, event.bytes, now, random)
      } catch (error) {
        if (!isLnoError(error)) throw error
        // Rule M2: a message of a known type that does not have its form.
        return complain(connectionError('PEER_BAD_MESSAGE', error.message, error.rule ?? 'M2', error))
      }
  }
}

type Ready = Extract<Session, { readonly phase: 'ready' }>

function over(error: LnoError, before: readonly SessionEffect[] = []): SessionStep {
  return { state: { phase: 'over' }, effects: [...before, { type: 'close', error }] }
}

/** Ends the session and tells the peer why: a person there may read it. */
function complain(error: LnoError): SessionStep {
  return over(error, [{ type: 'send', bytes: makeWarning(error.message) }])
}

function onMessage(rules: SessionRules, state: Session, bytes: Uint8Array, now: number, random: Random): SessionStep {
  const type = messageType(bytes)
  const payload = bytes.subarray(2)
  if (state.phase === 'awaiting_init') return onFirstMessage(rules, state, type, bytes, now, random)
  if (state.phase !== 'ready') return { state, effects: [] }
  const heard: Ready = { ...state, heardAt: now }
  switch (type) {
    case INIT.type:
      return complain(connectionError('INIT_TWICE', 'a second init', 'M7'))
    case PING.type: {
      const answer = pongFor(decodeMessage(PING, bytes).fields)
      return { state: heard, effects: answer === undefined ? [] : [{ type: 'pong', bytes: answer }] }
    }
    case PONG.type: {
      // Only what answers our ping counts as its answer (rule M11): we ask for one byte.
      const answered = decodeMessage(PONG, bytes).fields.ignored.length === PONG_BYTES
      return { state: answered ? { ...heard, pingedAt: undefined } : heard, effects: [] }
    }
    case WARNING.type:
    case ERROR.type:
      return onComplaint(heard, type, bytes)
  }
  if (rules.owned(type)) return { state: heard, effects: [{ type: 'deliver', messageType: type, payload }] }
  const channelId = refusedChannelId(type, payload)
  if (channelId !== undefined) {
    return {
      state: heard,
      effects: [
        { type: 'send', bytes: makeError('this node has no such channel and opens none', channelId) },
        { type: 'report', report: { type: 'channel_refused', messageType: type } },
      ],
    }
  }
  if (isGossip(type) || fateOfType(type, rules.owned) === 'ignore') return { state: heard, effects: [] }
  return complain(connectionError('PEER_UNKNOWN_EVEN_MESSAGE', `unknown even message type ${type}`, 'M2'))
}

/** BOLT 7's messages. A node that asked for none may still get some, and they are never a reason to close. */
function isGossip(type: number): boolean {
  return type >= 256 && type <= 265
}

function onFirstMessage(
  rules: SessionRules,
  state: Session,
  type: number,
  bytes: Uint8Array,
  now: number,
  random: Random,
): SessionStep {
  // Some nodes say why they will hang up before they have said anything else.
  if (type === WARNING.type || type === ERROR.type) return onComplaint(state, type, bytes)
  if (type !== INIT.type) {
    return over(connectionError('INIT_EXPECTED', `the first message is of type ${type}, not init`, 'M7'))
  }
  const peer = readPeerInit(bytes, rules.ours)
  if (isLnoError(peer)) return complain(connectionError('INIT_REFUSED', peer.message, peer.rule ?? 'M8', peer))
  return {
    state: { phase: 'ready', heardAt: now, pingedAt: undefined },
    effects: [
      { type: 'arm', timer: 'ping', ms: pingDelay(rules.ping.periodMs, random) },
      { type: 'ready', peer },
    ],
  }
}

/** An `error` about the connection as a whole ends it, one about a channel concerns nobody here (rule M12). */
function onComplaint(state: Session, type: number, bytes: Uint8Array): SessionStep {
  const isError = type === ERROR.type
  const { fields } = decodeMessage(isError ? ERROR : WARNING, bytes)
  const text = complaintText(fields.data)
  const report: SessionEffect = {
    type: 'report',
    report: { type: isError ? 'peer_error' : 'peer_warning', channelId: toHex(fields.channel_id), text },
  }
  if (isError && concernsConnection(fields)) {
    return over(connectionError('PEER_ERROR', `the peer says: ${text}`, 'M12'), [report])
  }
  return { state, effects: [report] }
}

function onPingDue(rules: SessionRules, state: Ready, possible: boolean, now: number, random: Random): SessionStep {
  const again: SessionEffect = { type: 'arm', timer: 'ping', ms: pingDelay(rules.ping.periodMs, random) }
  if (!possible) return { state, effects: [again] }
  if (state.pingedAt !== undefined) {
    // Whoever sends other things is alive; its pong may stand behind them (as CLN has it).
    if (now - state.heardAt < rules.ping.periodMs) return { state, effects: [again] }
    return over(connectionError('PING_UNANSWERED', 'the last ping has no pong, and nothing else came', 'M11'))
  }
  if (now - state.heardAt < rules.ping.quietMs) return { state, effects: [again] }
  return { state: { ...state, pingedAt: now }, effects: [{ type: 'send', bytes: makePing(PONG_BYTES) }, again] }
}
