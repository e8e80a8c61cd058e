import { concatBytes } from '../base/bytes.js'
import type { Random } from '../base/effects.js'
import { LnoError } from '../base/error.js'
import { assertPoint, ecdh, isPoint, publicKey, randomSecret } from '../crypto/group.js'
import type { NoiseCode } from './codes.js'
import { ACT_LENGTHS } from './limits.js'
import {
  decryptAndHash,
  encryptAndHash,
  initializeSymmetric,
  mixHash,
  mixKey,
  type SymmetricState,
  split,
} from './symmetric-state.js'

/** A secret (32 bytes) with its public key (33 bytes), which is made once and used for every connection. */
export interface KeyPair {
  readonly secret: Uint8Array
  readonly publicKey: Uint8Array
}

/**
 * The pair of a secret.
 * @throws LnoError `BAD_SECRET`
 */
export function keyPair(secret: Uint8Array): KeyPair {
  return { secret, publicKey: publicKey(secret) }
}

/** What both directions of the transport start from; 32 bytes each. */
export interface TransportKeys {
  readonly sendKey: Uint8Array
  readonly receiveKey: Uint8Array
  readonly chainingKey: Uint8Array
}

interface Waiting {
  /** The bytes of the act that are there already; fewer than the act has. */
  readonly buffered: Uint8Array
  readonly symmetric: SymmetricState
}

interface AwaitingAct1 extends Waiting {
  readonly phase: 'act1'
  readonly local: KeyPair
  readonly random: Random
}

interface AwaitingAct2 extends Waiting {
  readonly phase: 'act2'
  readonly local: KeyPair
  readonly ephemeral: KeyPair
  readonly remoteStatic: Uint8Array
}

interface AwaitingAct3 extends Waiting {
  readonly phase: 'act3'
  readonly ephemeral: KeyPair
}

/** HandshakeState of the Noise paper, as a value: the act that must come next, or how it ended. */
export type Handshake =
  | AwaitingAct1
  | AwaitingAct2
  | AwaitingAct3
  | {
      readonly phase: 'done'
      readonly keys: TransportKeys
      /** The other side's node id, 33 bytes, proven. */
      readonly remoteStatic: Uint8Array
      /** What came behind the last act: the beginning of the transport. */
      readonly rest: Uint8Array
    }
  | { readonly phase: 'failed'; readonly error: LnoError }

/** The next state, and bytes to send (often none). They are sent even when the state is `failed`. */
export interface HandshakeStep {
  readonly state: Handshake
  readonly output: Uint8Array
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0)
const VERSION = 0

/**
 * Begins a handshake as the caller: act one is in `output` (BOLT 8, "Act One").
 * @param options.remoteStatic node id of the node that is called, 33 bytes
 * @throws LnoError `BAD_POINT` when it is no point
 */
export function initiate(options: {
  readonly local: KeyPair
  readonly remoteStatic: Uint8Array
  readonly random: Random
}): HandshakeStep {
  const { local, remoteStatic, random } = options
  assertPoint(remoteStatic)
  const ephemeral = keyPair(randomSecret(random))
  const hashed = mixHash(initializeSymmetric(remoteStatic), ephemeral.publicKey)
  const [symmetric, tag] = encryptAndHash(mixKey(hashed, ecdh(ephemeral.secret, remoteStatic)), NO_BYTES)
  return {
    state: { phase: 'act2', local, ephemeral, remoteStatic, symmetric, buffered: NO_BYTES },
    output: concatBytes(Uint8Array.of(VERSION), ephemeral.publicKey, tag),
  }
}

/** Begins a handshake as the one who is called. Nothing is computed before a whole act one is there. */
export function respond(options: { readonly local: KeyPair; readonly random: Random }): Handshake {
  const { local, random } = options
  return { phase: 'act1', local, random, symmetric: initializeSymmetric(local.publicKey), buffered: NO_BYTES }
}

/** How many bytes the act in progress still lacks; 0 when the handshake is over. */
export function missingBytes(state: Handshake): number {
  return state.phase === 'done' || state.phase === 'failed' ? 0 : ACT_LENGTHS[state.phase] - state.buffered.length
}

/**
 * Bytes from the other side, cut anywhere. What they are is told by the next state: `failed` has one of the codes
 * `ACT1_…`, `ACT2_…`, `ACT3_…` and nothing more is to be sent (rule N4). Never throws.
 */
export function feedHandshake(state: Handshake, chunk: Uint8Array): HandshakeStep {
  if (state.phase === 'failed') return { state, output: NO_BYTES }
  if (state.phase === 'done') return { state: { ...state, rest: concatBytes(state.rest, chunk) }, output: NO_BYTES }
  const missing = missingBytes(state)
  const buffered = concatBytes(state.buffered, chunk.subarray(0, missing))
  if (chunk.length < missing) return { state: { ...state, buffered }, output: NO_BYTES }
  const rest = chunk.subarray(missing)
  if (buffered[0] !== VERSION) {
    return failed(
      `${ACT_NAMES[state.phase]}_BAD_VERSION`,
      `version ${buffered[0]} of the handshake, only 0 is known`,
      'N1',
    )
  }
  if (state.phase === 'act2') return finishAsInitiator(state, buffered, rest)
  if (state.phase === 'act3') return finishAsResponder(state, buffered, rest)
  const step = answerAct1(state, buffered)
  if (rest.length === 0) return step
  const next = feedHandshake(step.state, rest)
  return { state: next.state, output: concatBytes(step.output, next.output) }
}

/** The stream of the other side has ended: an unfinished handshake fails with `ACT1_READ_FAILED` and so on. */
export function endHandshake(state: Handshake): Handshake {
  if (state.phase === 'done' || state.phase === 'failed') return state
  const had = `${state.buffered.length} of ${ACT_LENGTHS[state.phase]} bytes`
  return failed(`${ACT_NAMES[state.phase]}_READ_FAILED`, `the stream ended after ${had}`, 'N1').state
}

const ACT_NAMES = { act1: 'ACT1', act2: 'ACT2', act3: 'ACT3' } as const

function failed(code: NoiseCode, message: string, rule: string): HandshakeStep {
  return {
    state: { phase: 'failed', error: new LnoError(code, message, { spec: 'BOLT 8', rule }) },
    output: NO_BYTES,
  }
}

function answerAct1(state: AwaitingAct1, act: Uint8Array): HandshakeStep {
  const remoteEphemeral = act.subarray(1, 34)
  if (!isPoint(remoteEphemeral)) return failed('ACT1_BAD_PUBKEY', 'the ephemeral key is not a point', 'N4')
  const keyed = mixKey(mixHash(state.symmetric, remoteEphemeral), ecdh(state.local.secret, remoteEphemeral))
  const opened = decryptAndHash(keyed, act.subarray(34))
  if (opened === undefined) return failed('ACT1_BAD_TAG', 'the tag does not fit our node id', 'N4')
  // Only a caller who knows our node id is worth a key pair and a second ECDH.
  const ephemeral = keyPair(randomSecret(state.random))
  const answer = mixKey(mixHash(opened[0], ephemeral.publicKey), ecdh(ephemeral.secret, remoteEphemeral))
  const [symmetric, tag] = encryptAndHash(answer, NO_BYTES)
  return {
    state: { phase: 'act3', ephemeral, symmetric, buffered: NO_BYTES },
    output: concatBytes(Uint8Array.of(VERSION), ephemeral.publicKey, tag),
  }
}

function finishAsInitiator(state: AwaitingAct2, act: Uint8Array, rest: Uint8Array): HandshakeStep {
  const { local, ephemeral, remoteStatic } = state
  const remoteEphemeral = act.subarray(1, 34)
  if (!isPoint(remoteEphemeral)) return failed('ACT2_BAD_PUBKEY', 'the ephemeral key is not a point', 'N4')
  const keyed = mixKey(mixHash(state.symmetric, remoteEphemeral), ecdh(ephemeral.secret, remoteEphemeral))
  const opened = decryptAndHash(keyed, act.subarray(34))
  if (opened === undefined) return failed('ACT2_BAD_TAG', 'the tag does not fit', 'N4')
  // Our node id travels under the key of act two, at its second nonce (rule N3).
  const [hidden, ciphertext] = encryptAndHash(opened[0], local.publicKey)
  const [symmetric, tag] = encryptAndHash(mixKey(hidden, ecdh(local.secret, remoteEphemeral)), NO_BYTES)
  const [sendKey, receiveKey] = split(symmetric)
  return {
    state: { phase: 'done', keys: { sendKey, receiveKey, chainingKey: symmetric.ck }, remoteStatic, rest },
    output: concatBytes(Uint8Array.of(VERSION), ciphertext, tag),
  }
}

function finishAsResponder(state: AwaitingAct3, act: Uint8Array, rest: Uint8Array): HandshakeStep {
  const hidden = decryptAndHash(state.symmetric, act.subarray(1, 50))
  if (hidden === undefined) return failed('ACT3_BAD_CIPHERTEXT', "the caller's node id does not open", 'N4')
  const [transcript, remoteStatic] = hidden
  if (!isPoint(remoteStatic)) return failed('ACT3_BAD_PUBKEY', "the caller's node id is not a point", 'N4')
  const closed = decryptAndHash(mixKey(transcript, ecdh(state.ephemeral.secret, remoteStatic)), act.subarray(50))
  if (closed === undefined) return failed('ACT3_BAD_TAG', 'the closing tag does not fit', 'N4')
  const [receiveKey, sendKey] = split(closed[0])
  return {
    state: { phase: 'done', keys: { sendKey, receiveKey, chainingKey: closed[0].ck }, remoteStatic, rest },
    output: NO_BYTES,
  }
}
