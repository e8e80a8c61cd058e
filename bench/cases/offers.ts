import { buildBlindedPath } from '../../src/blinding/build.js'
import { messageHops } from '../../src/blinding/message-hops.js'
import { createOffer } from '../../src/bolt12/create-offer.js'
import { decodeOffer } from '../../src/bolt12/decode.js'
import { nodeOf, seeded } from '../fixtures.js'
import type { Subject } from '../measure.js'
import { validity } from './points.js'

const merchant = nodeOf('merchant')
const relay = nodeOf('relay')

/** An offer as most are: price, text, the key that signs invoices. */
export const plainOffer = createOffer({
  amountMsat: 10_000n,
  description: 'coffee',
  issuer: 'shop.example',
  issuerId: merchant.node_id,
})

const { path } = buildBlindedPath({
  hops: messageHops({ nodeIds: [relay.node_id, merchant.node_id], pathId: seeded('path id')(32) }),
  sessionKey: seeded('offer path')(32),
})
const pathPoints = [relay.node_id, path.first_path_key, ...path.path.map(({ blinded_node_id }) => blinded_node_id)]

/** An offer that hides its issuer behind a relay. */
export const blindedOffer = createOffer({ amountMsat: 10_000n, description: 'coffee', paths: [path] })

export const OFFERS: readonly Subject[] = [
  {
    name: 'offer with an issuer id, decoded',
    run: () => decodeOffer(plainOffer.text),
    primitives: [validity([merchant.node_id])],
  },
  {
    name: 'offer with a blinded path of two hops, decoded',
    run: () => decodeOffer(blindedOffer.text),
    primitives: [validity(pathPoints)],
  },
]
