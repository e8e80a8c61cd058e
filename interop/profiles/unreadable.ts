import { isLnoError } from '../../src/base/error.js'
import { toHex } from '../../src/base/hex.js'
import { createInvoiceError } from '../../src/bolt12/create-invoice-error.js'
import { decodeLegacyInvoiceRequest } from '../../src/bolt12/legacy/decode.js'
import type { LegacyDialect } from '../../src/bolt12/legacy/dialect.js'
import type { OnionMessenger } from '../../src/node/messenger/messenger.js'
import { sendReply } from '../../src/node/messenger/reply.js'

/** A request that could not be read was answered, too: with an invoice_error that holds it. A node of ours is silent then. */
export function refuseUnreadable(messenger: OnionMessenger, dialect: LegacyDialect): void {
  const usual = messenger.handle(64n, (delivery) => {
    const { value, replyPath, pathId } = delivery
    // What came over a reply path was never taken for a request.
    if (replyPath === undefined || pathId !== undefined || isReadable(value, dialect)) {
      usual?.(delivery)
      return
    }
    const { bytes } = createInvoiceError({ error: `Invalid invreq ${toHex(value)}` })
    sendReply(messenger, { delivery, replyPath, contents: { invoice_error: bytes }, onNotSent: () => undefined })
  })
}

/** Whether its records and fields are such as the release knew; whatever else is wrong with it is the issuer's to say. */
function isReadable(value: Uint8Array, dialect: LegacyDialect): boolean {
  try {
    decodeLegacyInvoiceRequest(value, { dialect, verifySignature: false })
    return true
  } catch (error) {
    if (!isLnoError(error)) throw error
    return false
  }
}
