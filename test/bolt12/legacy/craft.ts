import { merged, type Records, sorted } from '../../../scripts/lib/lno-vectors/records.js'
import { xOnly } from '../../../src/bolt12/legacy/keys.js'
import { type LegacySignatureOf, signLegacy } from '../../../src/bolt12/legacy/signature.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { readRecords } from '../../../src/wire/tlv.js'
import { node } from '../../support/keys.js'

export { merged, type Records, sorted }

/** A node of the form of 2021: its key is the x coordinate. */
const person = (byte: number) => {
  const { secret, id } = node(byte)
  return { secret, x: xOnly(id) }
}
export const SHOP = person(0x41)
export const PAYER = person(0x42)
export const OTHER = person(0x43)

export const REGTEST = chainHashOf('regtest')
export const SIGNET = chainHashOf('signet')
export const CONTEXT = { now: 1000n, chains: [chainHashOf('bitcoin')] }
/** 32 bytes of no meaning. */
export const HASH: Uint8Array = new Uint8Array(32).fill(9)

/** Any bytes in place of good randomness, other ones each time. */
export function counting(): (length: number) => Uint8Array {
  let next = 1
  return (length) => new Uint8Array(length).fill(next++)
}

/** The records with a signature over them behind; one that is given already stays, and an empty one stands for none. */
export function signing(of: LegacySignatureOf, secret: Uint8Array): (records: Records) => Uint8Array {
  return (records) => {
    const given = records.find(([type]) => type === 240)
    const rest = records.filter(([type]) => type !== 240)
    if (given !== undefined) return given[1] === '' ? sorted(rest) : sorted(records)
    const signature = signLegacy(of, readRecords(sorted(rest)).records, secret, HASH)
    return sorted([...rest, [240, signature]])
  }
}

export const signedOffer = signing(['offer', 'signature'], SHOP.secret)
export const signedRequest = signing(['invoice_request', 'payer_signature'], PAYER.secret)
export const signedInvoice = signing(['invoice', 'signature'], SHOP.secret)

/** The least of each message. */
export const OFFER: Records = [
  [10, 'tea'],
  [30, SHOP.x],
]
export const REQUEST: Records = [
  [4, HASH],
  [38, PAYER.x],
]
export const INVOICE: Records = [
  [4, HASH],
  [8, 1000n],
  [10, 'tea'],
  [30, SHOP.x],
  [38, PAYER.x],
  [40, 900n],
  [42, HASH],
]
