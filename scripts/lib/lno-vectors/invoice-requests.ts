import { toHex } from '../../../src/base/hex.js'
import { ALICE, BOB, PAYER } from './cast.js'
import { invalidRequests } from './invoice-requests-invalid.js'
import { validRequests } from './invoice-requests-valid.js'
import { type RequestLine, type RequestSpec, requestBytes } from './make-request.js'
import { OPEN, offerString } from './offers.js'
import { type About, contextOf, shown, type Written, written } from './vector.js'

function vector(about: About, spec: RequestSpec): Written {
  const { offer = OPEN, signer, context = {}, text } = spec
  const bytes = requestBytes(spec)
  const hasPaths = offer.some(([type]) => type === 16)
  const issuer = offer.find(([type]) => type === 22)?.[1] === BOB.id ? BOB : ALICE
  return written(about, {
    ...shown('lnr', bytes, text?.(bytes)),
    offer: offerString(offer),
    context: contextOf({ arrived_on: hasPaths ? 'offer_path' : 'no_path', ...context }),
    keys: {
      issuer: toHex(issuer.secret),
      payer: toHex(signer instanceof Uint8Array && about.valid ? signer : PAYER.secret),
    },
  })
}

/** `invoice-request-test.json`. */
export function requestVectors(): readonly Written[] {
  const of =
    (valid: boolean) =>
    ([rule, description, spec = {}, more]: RequestLine) =>
      vector({ description, valid, rule, ...more }, spec)
  return [...validRequests().map(of(true)), ...invalidRequests().map(of(false))]
}
