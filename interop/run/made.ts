import { toHex } from '../../src/base/hex.js'
import type { BlindedPath } from '../../src/blinding/blinded-path.js'
import { decodeInvoiceRequest, decodeOffer } from '../../src/bolt12/decode.js'
import { isLegacyString } from '../../src/bolt12/legacy/form.js'
import type { OfferShape, RefundShape } from '../driver.js'
import { offerOf2021Problems } from './of-2021.js'

/** An offer or refund that a cell begins with, against the shape that its scenario states: no cell passes by another. */

interface Paths {
  readonly paths: readonly (readonly { readonly nodeId: string }[])[]
  readonly dummyHops?: number
  readonly compact?: boolean
  readonly selfIntroduction?: boolean
  readonly ownPaths?: boolean
}

/** What an offer is not that it should be. */
export function offerProblems(text: string, shape: OfferShape, issuer: string, form?: '2021'): readonly string[] {
  const found = isLegacyString(text) ? '2021' : undefined
  const problems =
    found !== form
      ? [`its form is that of ${found ?? 'today'}`]
      : (form === undefined ? offerOfTodayProblems : offerOf2021Problems)(text, shape, issuer)
  return problems.map((problem) => `the offer is not what was asked for: ${problem}`)
}

function offerOfTodayProblems(text: string, shape: OfferShape, issuer: string): readonly string[] {
  const { fields } = decodeOffer(text)
  const problems = [...pathProblems(fields.offer_paths ?? [], shape, issuer)]
  if (fields.offer_paths === undefined && (fields.offer_issuer_id && toHex(fields.offer_issuer_id)) !== issuer)
    problems.push('it does not name its issuer')
  const { amountMsat, quantityMax, absoluteExpiry, description } = shape
  const most = quantityMax === 'unlimited' ? 0n : quantityMax
  if (fields.offer_amount !== amountMsat) problems.push(`its amount is ${fields.offer_amount}`)
  if (fields.offer_quantity_max !== most) problems.push(`its quantity_max is ${fields.offer_quantity_max}`)
  if (fields.offer_absolute_expiry !== absoluteExpiry) problems.push(`it expires at ${fields.offer_absolute_expiry}`)
  if (fields.offer_description !== description) problems.push('its description is another')
  return problems
}

/** What a stand-alone invoice_request is not that it should be. A maker may set an end of its own where none is stated. */
export function refundProblems(text: string, shape: RefundShape, payer: string): readonly string[] {
  const { fields } = decodeInvoiceRequest(text)
  const problems = [...pathProblems(fields.invreq_paths ?? [], shape, payer)]
  const { amountMsat, absoluteExpiry, description } = shape
  if (fields.invreq_amount !== amountMsat) problems.push(`its amount is ${fields.invreq_amount}`)
  if (absoluteExpiry !== undefined && fields.offer_absolute_expiry !== absoluteExpiry)
    problems.push(`it expires at ${fields.offer_absolute_expiry}`)
  if (fields.offer_description !== description) problems.push('its description is another')
  return problems.map((problem) => `the refund is not what was asked for: ${problem}`)
}

function pathProblems(paths: readonly BlindedPath[], shape: Paths, maker: string): readonly string[] {
  const { dummyHops = 0, compact = false, selfIntroduction, ownPaths } = shape
  if (ownPaths) return paths.length > 0 ? [] : ['it has no path of its own']
  const stated = selfIntroduction ? [[]] : shape.paths
  if (paths.length !== stated.length) return [`it has ${paths.length} paths, not ${stated.length}`]
  return stated.flatMap((relays, index) => {
    const { first_node_id: first, path } = paths[index]!
    const problems: string[] = []
    const hops = relays.length + dummyHops + 1
    // Whoever was told no number of dummy hops may choose one.
    if (shape.dummyHops === undefined && !selfIntroduction ? path.length < hops : path.length !== hops)
      problems.push(`path ${index} has ${path.length} hops, not ${hops}`)
    const begins = relays[0]?.nodeId ?? maker
    if (compact !== !('node_id' in first)) problems.push(`path ${index} begins at a ${compact ? 'node id' : 'channel'}`)
    else if ('node_id' in first && toHex(first.node_id) !== begins)
      problems.push(`path ${index} begins at ${toHex(first.node_id)}, not ${begins}`)
    return problems
  })
}
