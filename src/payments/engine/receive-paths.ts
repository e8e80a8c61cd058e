import { LnoError } from '../../base/error.js'
import { fromHex } from '../../base/hex.js'
import type { InvoicePath } from '../../bolt12/create-invoice.js'
import { randomSecret } from '../../crypto/group.js'
import { sha256 } from '../../crypto/hash.js'
import { bitmapOf } from '../../wire/features.js'
import { paymentError } from '../codes.js'
import type { ForwardingTerm } from '../hosted/messages.js'
import { FINAL_CLTV_DELTA, MAX_INVOICE_PATHS } from '../limits.js'
import type { LinkView } from '../link.js'
import { buildPaymentPath, type PathRelay } from '../onions/index.js'
import { makePromise } from '../promise.js'
import type { At, Receivable, ReceiveOptions } from '../step.js'
import { largest, smallest } from './msat.js'
import type { EngineState } from './state.js'

/** The invoice may be paid in several parts (BOLT 12 `invoice_features`). */
const MPP_OPTIONAL = 17

const SECONDS_A_BLOCK = 600
/** Blocks that a path may be used beyond its invoice's expiry: blocks may come faster, and payers add some to hide where they are. */
const EXPIRY_SLACK = 288

/**
 * What an invoice needs of whoever will pay it: paths from the peers of our channels to us, and one that begins with ourselves unless we
 * are to stay hidden. Nothing is stored: the promise is in their `path_id`.
 * @throws LnoError `NO_INBOUND`, `HEIGHT_UNKNOWN`
 */
export function receivePaths(
  state: EngineState,
  views: readonly LinkView[],
  options: ReceiveOptions,
  { now, height }: At,
): Receivable {
  if (height === undefined) throw paymentError('HEIGHT_UNKNOWN', 'nobody knows the height of the chain')
  const { random, preimageSecret } = state.options
  const { amountMsat, hidden = false, expiresAt } = options
  const up = views.filter((view) => view.status === 'up' && view.receivableMsat > 0n)
  checkInbound(up, amountMsat, 'over the channels that are connected')
  const { pathId, preimage } = makePromise(preimageSecret, {
    nonce: random(16),
    offer_id: options.offerId,
    request_hash: options.requestHash,
    amount: amountMsat,
    created: options.createdAt,
    expires: expiresAt,
    ...(options.exclusive && { exclusive: options.exclusive }),
  })
  const seconds = Math.max(0, Number(expiresAt) - Math.floor(now / 1000))
  const usableUntil = Math.min(0xffff_ffff - 0x1_0000, height + Math.ceil(seconds / SECONDS_A_BLOCK) + EXPIRY_SLACK)
  const build = (relays: readonly PathRelay[], htlcMinimumMsat: bigint, htlcMaximumMsat: bigint) =>
    buildPaymentPath({
      relays,
      nodeId: state.nodeId,
      pathId,
      minFinalCltv: FINAL_CLTV_DELTA,
      usableUntil,
      htlcMinimumMsat,
      htlcMaximumMsat,
      sessionKey: randomSecret(random),
    })

  // Clients have little to forward with: they are asked only when there is no host.
  const hosts = [...up].sort(
    (a, b) => Number(a.weAreHost) - Number(b.weAreHost) || Number(b.receivableMsat - a.receivableMsat),
  )
  const most = hidden ? MAX_INVOICE_PATHS : MAX_INVOICE_PATHS - 1
  const over: LinkView[] = []
  const paths: InvoicePath[] = []
  for (const view of hosts) {
    const term = state.neighbours.terms(view.peer, state.nodeHex)
    if (paths.length === most || term === undefined || !view.blinding || leastOf(view, term) > amountMsat) continue
    const path = orUnusable(() => build([relayOf(view, term)], leastOf(view, term), view.receivableMsat))
    if (path === undefined) continue
    paths.push(path)
    over.push(view)
  }
  if (hidden) checkInbound(over, amountMsat, 'without showing who we are')
  else {
    const least = smallest(amountMsat, ...up.map(({ htlcMinimumMsat }) => htlcMinimumMsat))
    paths.push(build([], largest(1n, least), largest(1n, ...up.map(({ receivableMsat }) => receivableMsat))))
  }
  return { paymentHash: sha256(preimage), paths, features: bitmapOf([MPP_OPTIONAL]), preimage }
}

function checkInbound(views: readonly LinkView[], amountMsat: bigint, how: string): void {
  const sum = views.reduce((all, { receivableMsat }) => all + receivableMsat, 0n)
  if (sum >= amountMsat && views.length > 0) return
  throw paymentError('NO_INBOUND', `${amountMsat} msat cannot be received ${how}: ${sum} msat can`, {
    details: { amountMsat, receivableMsat: sum },
  })
}

function leastOf({ htlcMinimumMsat }: LinkView, term: ForwardingTerm): bigint {
  return largest(1n, htlcMinimumMsat, term.htlc_minimum_msat)
}

function relayOf({ peer, receivableMsat }: LinkView, term: ForwardingTerm): PathRelay {
  return {
    nodeId: fromHex(peer),
    feeBaseMsat: term.fee_base_msat,
    feeProportionalMillionths: term.fee_proportional_millionths,
    cltvExpiryDelta: term.cltv_expiry_delta,
    htlcMinimumMsat: term.htlc_minimum_msat,
    htlcMaximumMsat: smallest(receivableMsat, term.htlc_maximum_msat),
  }
}

/** A peer's terms may be such that no path can be made over it. */
function orUnusable(build: () => InvoicePath): InvoicePath | undefined {
  try {
    return build()
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    return undefined
  }
}
