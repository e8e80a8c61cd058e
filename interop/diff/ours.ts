import { ascii } from '../../src/base/bytes.js'
import { isLnoError } from '../../src/base/error.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { blindedPath } from '../../src/blinding/blinded-path.js'
import { ENCRYPTED_DATA } from '../../src/blinding/encrypted-data.js'
import { nextPathKey, openData, readHopData, sharePath } from '../../src/blinding/unblind.js'
import { chainHashOf, chainName } from '../../src/bolt12/chains.js'
import { decodeInvoice, decodeInvoiceRequest, decodeOffer } from '../../src/bolt12/decode.js'
import { inspect } from '../../src/bolt12/inspect.js'
import type { InvoiceMessage } from '../../src/bolt12/invoice.js'
import { type InvoiceRequestMessage, isStandalone } from '../../src/bolt12/invoice-request.js'
import { merkleRoot } from '../../src/bolt12/merkle.js'
import { isSignatureType, OFFER_RANGES, recordsIn } from '../../src/bolt12/ranges.js'
import { requestChain } from '../../src/bolt12/rules/invoice-request.js'
import { signatureHash } from '../../src/bolt12/signature.js'
import { decodeString, encodeString, type Prefix } from '../../src/bolt12/string.js'
import { usableFallbacks } from '../../src/bolt12/verify-invoice.js'
import { publicKey } from '../../src/crypto/group.js'
import { taggedHash } from '../../src/crypto/hash.js'
import { forwardMessage, peel } from '../../src/onion/engine-peel.js'
import { modern } from '../../src/onion/generations/modern.js'
import { withType } from '../../src/onion/onion-message.js'
import { decode, encode } from '../../src/wire/codec.js'
import type { TlvRecord } from '../../src/wire/tlv.js'
import type { Answer, Kind, OracleName, Question } from './oracle.js'
import { fieldsView, nodeView, pathView, type View, view } from './view.js'

/** A message as we show it; another side shows some of this. */
export interface ShownMessage {
  /** The fallback addresses of an invoice that we would pay to; LDK shows no others, and none of a chain that it does not know. */
  readonly usable_fallbacks?: View
  /** As received: nothing is written anew. */
  readonly bytes: string
  readonly text: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly root: string
  /** The hash that its signature is over. */
  readonly signed?: string
  readonly signature?: boolean
  /** The specification knows no id of an offer: each derives its own from the merkle root. */
  readonly offer_ids: Readonly<Partial<Record<OracleName, string>>>
}

const PREFIXES: Readonly<Record<Kind, Prefix>> = { offer: 'lno', invoice_request: 'lnr', refund: 'lnr', invoice: 'lni' }

export const prefixOf = (kind: Kind): Prefix => PREFIXES[kind]

/**
 * Rules on the reader's circumstances, which nobody's decoder judges: time, chains in use, features that are known. All
 * others, also those that we leave to the issuer's answer, LDK judges when it decodes.
 */
const CIRCUMSTANCES = new Set([
  'OFFER_FEATURE_UNKNOWN',
  'OFFER_CHAIN_UNSUPPORTED',
  'OFFER_EXPIRED',
  'INVREQ_FEATURE_UNKNOWN',
  'INVREQ_CHAIN_UNSUPPORTED',
  'INVOICE_FEATURE_UNKNOWN',
  'INVOICE_CHAIN_UNSUPPORTED',
  'INVOICE_EXPIRED',
  'INVOICE_NO_USABLE_PATH',
])

function refused(error: unknown): Answer {
  if (!isLnoError(error)) throw error
  return { ok: false, reason: error.code, codes: [error.code] }
}

/** What we make of a question. */
export function ourAnswer({ method, item }: Question): Answer {
  try {
    switch (method) {
      case 'decode':
        return ourMessage(item)
      case 'path':
        return { ok: true, value: ourPath(item.hex) }
      case 'walk':
        return { ok: true, value: ourWalk(item) }
      case 'peel':
        return ourPeel(item)
    }
  } catch (error) {
    return refused(error)
  }
}

function ourMessage({ kind, text, hex }: Extract<Question, { method: 'decode' }>['item']): Answer {
  const input = text ?? fromHex(hex!)
  const as = kind === 'refund' ? 'invoice_request' : kind
  const message =
    as === 'offer' ? decodeOffer(input) : as === 'invoice' ? decodeInvoice(input) : decodeInvoiceRequest(input)
  if (as === 'invoice_request') {
    const alone = isStandalone(message as InvoiceRequestMessage)
    if (alone !== (kind === 'refund')) {
      const reason = alone ? 'answers no offer' : 'answers an offer'
      return { ok: false, reason, codes: [reason] }
    }
  }
  // Decoding leaves out what the issuer is to answer; asked for by name here, so that like is held against like.
  const { issues } = inspect(input, { as, context: { now: 0n, chains: [chainHashOf('bitcoin')] } })
  const codes = issues.map(({ code }) => code).filter((code) => !CIRCUMSTANCES.has(code))
  if (codes[0] !== undefined) return { ok: false, reason: codes[0], codes }

  const signed = message.records.filter(({ type }) => !isSignatureType(type))
  const root = merkleRoot(signed)
  const hasSignature = 'signature' in message.fields && as !== 'offer'
  const value: ShownMessage = {
    bytes: toHex(message.bytes),
    text: encodeString(prefixOf(kind), message.bytes),
    fields: fieldsView(kind, message.fields),
    root: toHex(root),
    ...(as !== 'offer' && { signed: toHex(signatureHash([as, 'signature'], root)) }),
    ...(hasSignature && { signature: true }),
    ...(message.kind === 'invoice' && isKnownChain(message) && { usable_fallbacks: view(usableFallbacks(message)) }),
    offer_ids: offerIds(kind, message.records),
  }
  return { ok: true, value }
}

const LDK_CHAINS = new Set(['bitcoin', 'testnet', 'signet', 'regtest'])

const isKnownChain = ({ fields }: InvoiceMessage) => LDK_CHAINS.has(chainName(requestChain(fields)) ?? '')

/** rules A2.2-A2.4 over the records of the offer alone, in invoices too. */
function offerIds(kind: Kind, records: readonly TlvRecord[]): ShownMessage['offer_ids'] {
  const own = recordsIn(records, OFFER_RANGES)
  if (kind === 'refund' || own.length === 0) return {}
  const root = merkleRoot(own)
  return { ldk: toHex(taggedHash(ascii('LDK Offer ID'), root)), kmp: toHex(root) }
}

function ourPath(hex: string) {
  const path = decode(blindedPath, fromHex(hex))
  return { bytes: toHex(encode(blindedPath, path)), path: pathView(path) }
}

function ourWalk({ hex, secrets, channels }: Extract<Question, { method: 'walk' }>['item']) {
  const { path, first_path_key } = decode(blindedPath, fromHex(hex))
  let path_key = first_path_key
  return secrets.map((secret, i) => {
    const share = sharePath(fromHex(secret), path_key)
    const { encrypted_recipient_data } = path[i]!
    const { fields } = readHopData(share, encrypted_recipient_data, ENCRYPTED_DATA)
    path_key = nextPathKey(share, fields.next_path_key_override)
    const scid = fields.short_channel_id
    const next = fields.next_node_id
      ? toHex(fields.next_node_id)
      : scid === undefined
        ? undefined
        : channels?.[`${scid}`]
    return {
      data: toHex(openData(share, encrypted_recipient_data)!),
      next_path_key: toHex(path_key),
      ...(next !== undefined && { next_node_id: next }),
    }
  })
}

function ourPeel({ secret, message }: Extract<Question, { method: 'peel' }>['item']): Answer {
  const self = { secret: fromHex(secret), node_id: publicKey(fromHex(secret)) }
  const decision = peel(modern, self, withType(modern.messageType, fromHex(message)))
  if (decision.kind === 'drop') return { ok: false, reason: decision.code, codes: [decision.code] }
  if (decision.kind === 'forward') {
    const next = forwardMessage(decision).message.subarray(2)
    return { ok: true, value: { forward: { next: nodeView(decision.next), message: toHex(next) } } }
  }
  const { contents, reply_path, path_id } = decision
  return {
    ok: true,
    value: {
      deliver: {
        ...(contents && { type: `${contents.type}`, value: toHex(contents.value) }),
        ...(reply_path && { reply_path: toHex(encode(blindedPath, reply_path)) }),
        ...(path_id && { path_id: toHex(path_id) }),
      },
    },
  }
}

/** The bytes of a message that is given either way; undefined for text that is no BOLT 12 string. */
export function bytesOf({ text, hex }: { readonly text?: string; readonly hex?: string }): Uint8Array | undefined {
  if (text === undefined) return fromHex(hex!)
  try {
    return decodeString(text).bytes
  } catch {
    return undefined
  }
}
