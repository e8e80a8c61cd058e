import type { ApiOf } from '../control/index.js'
import type { LnoNode } from '../node.js'
import { accountMethods } from './account-methods.js'
import { channelMethods } from './channel-methods.js'
import { fetchMethods } from './fetch-methods.js'
import { hostMethods } from './host-methods.js'
import { invoiceMethods } from './invoice-methods.js'
import { type Daemon, nodeMethods } from './node-methods.js'
import { offerMethods } from './offer-methods.js'
import { payMethods } from './pay-methods.js'
import { paymentMethods } from './payment-methods.js'
import { peerMethods } from './peer-methods.js'
import { refundMethods } from './refund-methods.js'

export type { OfferView } from './offer-methods.js'
export type { RefundView } from './refund-methods.js'

/** Every method of a node. `now` is Unix time in milliseconds. */
export function allMethods(node: LnoNode, daemon: Daemon, now: () => number) {
  return [
    ...nodeMethods(node, daemon),
    ...peerMethods(node),
    ...offerMethods(node, now),
    ...fetchMethods(node),
    ...refundMethods(node, now),
    ...invoiceMethods(node, now),
    ...payMethods(node, now),
    ...paymentMethods(node),
    ...channelMethods(node),
    ...hostMethods(node),
    ...accountMethods(node),
  ] as const
}

/** What clients can call. */
export type NodeApi = ApiOf<ReturnType<typeof allMethods>[number]>
