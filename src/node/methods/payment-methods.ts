import * as v from 'valibot'
import { INVOICE, type Invoice } from '../../bolt12/invoice.js'
import type { FieldChoice } from '../../bolt12/proof/selection.js'
import { integer, method, text } from '../control/index.js'
import type { LnoNode } from '../node-types.js'

/** Payments that are listed unless more are asked for. */
const LISTED = 100

/** A field of an invoice: its name in the specification, or its type. */
const fieldText = v.pipe(
  text(64),
  v.check((given) => /^\d{1,20}$/.test(given) || Object.hasOwn(INVOICE, given), 'no field of an invoice, and no type'),
  v.transform((given): FieldChoice => (/^\d/.test(given) ? BigInt(given) : (given as keyof Invoice))),
)

const proofParams = v.strictObject({
  id: text(64),
  include: v.optional(v.pipe(v.array(fieldText), v.maxLength(256))),
  note: v.optional(text(4096)),
})

/** `payment.list`, `payment.show`, `proof.create` */
export function paymentMethods(node: LnoNode) {
  return [
    method('payment.list', v.strictObject({ limit: v.optional(integer(1, 10_000)) }), async ({ limit = LISTED }) => ({
      payments: await node.payments.list(limit),
    })),
    method('payment.show', v.strictObject({ id: text(64) }), ({ id }) => node.payments.show(id.toLowerCase())),
    method('proof.create', proofParams, async ({ id, include = [], note }) => ({
      proof: await node.provePayment(id.toLowerCase(), { include, note }),
    })),
  ] as const
}
