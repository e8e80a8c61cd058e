import { createInvoiceErrorOn } from '../../src/bolt12/create-invoice-error.js'
import { createLegacyInvoice } from '../../src/bolt12/legacy/create-invoice.js'
import { createLegacyOffer, type LegacyOfferOptions } from '../../src/bolt12/legacy/create-offer.js'
import { decodeLegacyInvoiceRequest } from '../../src/bolt12/legacy/decode.js'
import { LEGACY_INVOICE_REQUEST } from '../../src/bolt12/legacy/invoice-request.js'
import type { LegacyOfferMessage } from '../../src/bolt12/legacy/offer.js'
import { sha256 } from '../../src/crypto/hash.js'
import { identityOf } from '../../src/node/identity.js'
import type { Delivery, OnionMessenger } from '../../src/node/messenger/messenger.js'
import { sendReply } from '../../src/node/messenger/reply.js'
import { chainHashOf } from '../../src/wire/chains.js'

/** What a crafted issuer does with a request, by the name of the form that it came in; it answers unless told otherwise. */
export type Manners = (generation: string, nth: number) => 'invoice' | 'error' | 'wrong invoice' | 'silence' | 'twice'

/** An issuer of one offer of 2021, made by hand: it answers whatever comes in the form in which it came. */
export interface LegacyIssuer {
  readonly offer: LegacyOfferMessage
  /** Requests that came, oldest first. */
  readonly requests: readonly Delivery[]
  manners: Manners
}

/** The secret of a node that a lab starts under this name. */
export function nodeKeyOf(name: string): Uint8Array {
  return identityOf(sha256(new TextEncoder().encode(name))).keys.secret
}

/**
 * Makes a node answer requests of 2021 for one offer, always with the same invoice.
 * @param name of the node in its lab
 */
export function legacyIssuer(
  name: string,
  messenger: OnionMessenger,
  now: () => number,
  options: Partial<LegacyOfferOptions> = {},
): LegacyIssuer {
  const nodeKey = nodeKeyOf(name)
  const aux = new Uint8Array(32).fill(3)
  const basics = { amountMsat: 10_000n, description: 'coffee', chains: [chainHashOf('regtest')] }
  const offer = createLegacyOffer({ nodeKey, aux, ...basics, ...options })
  const requests: Delivery[] = []
  const issuer: LegacyIssuer = { offer, requests, manners: () => 'invoice' }
  const createdAt = BigInt(Math.floor(now() / 1000))
  messenger.handle(64n, (delivery) => {
    requests.push(delivery)
    const { replyPath, value } = delivery
    const how = issuer.manners(delivery.generation.name, requests.length)
    if (replyPath === undefined || how === 'silence') return
    const request = decodeLegacyInvoiceRequest(value)
    const paymentHash = sha256(request.bytes)
    const invoice = createLegacyInvoice(request, {
      offer,
      nodeKey,
      aux,
      createdAt,
      paymentHash,
      ...(how === 'wrong invoice' && { createdAt: createdAt - 1_000_000n }),
    })
    const dearer = { error: 'prices rose', field: 'amount', suggested: 12_000n } as const
    const contents =
      how === 'error'
        ? { invoice_error: createInvoiceErrorOn(LEGACY_INVOICE_REQUEST, dearer).bytes }
        : { invoice: invoice.bytes }
    for (let i = 0; i < (how === 'twice' ? 2 : 1); i++) {
      sendReply(messenger, { delivery, replyPath, contents, onNotSent: () => undefined })
    }
  })
  return issuer
}
