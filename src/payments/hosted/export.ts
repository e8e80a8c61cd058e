import { LnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import { assertPoint } from '../../crypto/group.js'
import { located } from '../../wire/codec.js'
import { decodeMessage, MAX_MESSAGE } from '../../wire/message.js'
import { paymentError } from '../codes.js'
import type { HostedHtlc } from './htlc-messages.js'
import { LAST_CROSS_SIGNED_STATE } from './messages.js'
import {
  fromMessage,
  type HostedState,
  hostedChannelId,
  reverse,
  stateError,
  toMessage,
  verifyRemote,
} from './state.js'

/** What the file calls itself, and the one version there is so far. */
const FORMAT = 'lno hosted channel state'
const VERSION = 1
/** Characters of a file at most: the hex of the largest message, and room for the rest. */
const MOST_TEXT = 2 * MAX_MESSAGE + 4096

/**
 * The file of `lno channel export`, JSON: a client's evidence of what its host has signed.
 * @param options.state ours, cross-signed
 */
export function exportState(options: {
  readonly chainHash: Uint8Array
  readonly nodeId: Uint8Array
  readonly peerNodeId: Uint8Array
  readonly state: HostedState
}): string {
  const { state, nodeId, peerNodeId } = options
  const file = {
    format: FORMAT,
    version: VERSION,
    chain_hash: toHex(options.chainHash),
    host_node_id: toHex(state.isHost ? nodeId : peerNodeId),
    client_node_id: toHex(state.isHost ? peerNodeId : nodeId),
    last_cross_signed_state: toHex(toMessage(state)),
  }
  return `${JSON.stringify(file, undefined, 2)}\n`
}

/** An HTLC that was in flight. */
export interface ExportedHtlc {
  /** Who gets its amount back if it fails. */
  readonly offeredBy: 'host' | 'client'
  readonly id: bigint
  readonly amountMsat: bigint
  readonly paymentHash: Uint8Array
  /** Block height. */
  readonly cltvExpiry: number
}

/** What a file says, and whether it is so. */
export interface VerifiedExport {
  readonly chainHash: Uint8Array
  /** Node ids, 33 bytes. */
  readonly host: Uint8Array
  readonly client: Uint8Array
  readonly exportedBy: 'host' | 'client'
  /** Height in days of 144 blocks when it was signed. */
  readonly blockDay: number
  /** msat; what is in flight is in neither of the two. */
  readonly balances: { readonly capacity: bigint; readonly host: bigint; readonly client: bigint }
  /** Updates that each side has made: of two files about one channel the one with the larger sum is the later. */
  readonly counters: { readonly host: number; readonly client: number }
  readonly htlcs: readonly ExportedHtlc[]
  /** `HOSTED_SIGNATURE` and `HOSTED_STATE`, each once at most for each side. */
  readonly signed: { readonly ok: boolean; readonly issues: readonly LnoError[] }
}

/**
 * Checks an exported state without a node: both signatures, and that its numbers agree. That nobody signed a later one it cannot
 * tell. What bLIP 17 signs names neither the network nor, while nothing is in flight, the two nodes: the file is evidence that the
 * host signed this state for one client on these terms, and that this client signed it too.
 * @param text the file, from whoever
 * @throws LnoError `EXPORT_MALFORMED`, `EXPORT_VERSION`, or what the message's decoder says
 */
export function verifyExport(text: string): VerifiedExport {
  const file = parse(text)
  const host = nodeId(file, 'host_node_id')
  const client = nodeId(file, 'client_node_id')
  const chainHash = hex(file, 'chain_hash', 32)
  const exported = readState(hex(file, 'last_cross_signed_state'))
  // From here on in the host's view.
  const state = exported.isHost ? exported : reverse(exported)
  const signature = (who: string) => paymentError('HOSTED_SIGNATURE', `the signature is not the ${who}'s`)
  const issues = [
    ...(verifyRemote(reverse(state), host) ? [] : [signature('host')]),
    ...(verifyRemote(state, client) ? [] : [signature('client')]),
    stateError(state, hostedChannelId(host, client)),
  ].filter((issue) => issue !== undefined)
  return {
    chainHash,
    host,
    client,
    exportedBy: exported.isHost ? 'host' : 'client',
    blockDay: state.blockDay,
    balances: {
      capacity: state.init.channel_capacity_msat,
      host: state.localBalanceMsat,
      client: state.remoteBalanceMsat,
    },
    counters: { host: state.localUpdates, client: state.remoteUpdates },
    htlcs: [...state.outgoing.map(describe('host')), ...state.incoming.map(describe('client'))],
    signed: { ok: issues.length === 0, issues },
  }
}

const describe =
  (offeredBy: 'host' | 'client') =>
  ({ id, terms: { amountMsat, paymentHash, cltvExpiry } }: HostedHtlc): ExportedHtlc => ({
    offeredBy,
    id,
    amountMsat,
    paymentHash,
    cltvExpiry,
  })

type Json = Readonly<Record<string, unknown>>

function malformed(message: string, cause?: unknown): LnoError {
  return paymentError('EXPORT_MALFORMED', message, cause === undefined ? {} : { cause })
}

function parse(text: string): Json {
  if (text.length > MOST_TEXT) throw malformed(`${text.length} characters, at most ${MOST_TEXT} are possible`)
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (cause) {
    throw malformed('the file is not JSON', cause)
  }
  if (typeof file !== 'object' || file === null || Array.isArray(file)) throw malformed('the file is no JSON object')
  const json: Json = { ...file }
  if (json.format !== FORMAT) throw malformed(`"format" is not "${FORMAT}"`)
  if (typeof json.version === 'number' && Number.isInteger(json.version) && json.version > VERSION) {
    throw paymentError('EXPORT_VERSION', `version ${json.version}, known is ${VERSION}`)
  }
  if (json.version !== VERSION) throw malformed(`"version" is not ${VERSION}`)
  return json
}

function hex(file: Json, name: string, length?: number): Uint8Array {
  const value = file[name]
  if (typeof value !== 'string') throw malformed(`"${name}" is missing or no text`)
  let bytes: Uint8Array
  try {
    bytes = fromHex(value)
  } catch (cause) {
    throw malformed(`"${name}" is not hex`, cause)
  }
  if (length !== undefined && bytes.length !== length) {
    throw malformed(`"${name}" has ${bytes.length} bytes, not ${length}`)
  }
  return bytes
}

function nodeId(file: Json, name: string): Uint8Array {
  const bytes = hex(file, name, 33)
  try {
    assertPoint(bytes)
  } catch (cause) {
    throw malformed(`"${name}" is no node id`, cause)
  }
  return bytes
}

function readState(bytes: Uint8Array): HostedState {
  try {
    return fromMessage(decodeMessage(LAST_CROSS_SIGNED_STATE, bytes).fields)
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    throw located(error, { path: ['last_cross_signed_state', ...(error.path ?? [])] })
  }
}
