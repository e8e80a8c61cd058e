import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import type { NewGrant } from '../../payments/step.js'
import { method, none, text, u64Text } from '../control/index.js'
import type { LnoNode } from '../node-types.js'
import { paymentsError } from '../payments/codes.js'
import { hostedBy } from './channel-methods.js'

/** A promise to host one channel, as it is printed; without its secret, which nobody has any more. */
export interface GrantView {
  /** Hash of its secret. */
  readonly grant_id: string
  readonly capacity_msat: string
  /** What the client owns from the start. */
  readonly balance_msat: string
  readonly label?: string
}

const newGrant = v.strictObject({
  capacity_msat: u64Text,
  balance_msat: v.optional(u64Text),
  label: v.optional(text(256)),
})

/** `host.grant`, `host.grants`, `host.revoke` */
export function hostMethods(node: LnoNode) {
  return [
    method('host.grant', newGrant, async ({ capacity_msat: capacityMsat, balance_msat: balanceMsat, label }) => {
      const { secret, grant } = await hostedBy(node).grant({
        capacityMsat,
        ...(balanceMsat !== undefined && { balanceMsat }),
        ...(label !== undefined && { label }),
      })
      return { secret: toHex(secret), ...grantView(grant) }
    }),
    method('host.grants', none, () => ({ grants: hostedBy(node).grants().map(grantView) })),
    method('host.revoke', v.strictObject({ grant: text(64) }), async ({ grant: start }) => {
      const hosted = hostedBy(node)
      const found =
        start.length < 4
          ? []
          : hosted.grants().filter(({ secretHash }) => toHex(secretHash).startsWith(start.toLowerCase()))
      if (found[0] === undefined || found.length > 1) {
        const why = found.length === 0 ? 'no open grant has this id' : `${found.length} grants begin with ${start}`
        throw paymentsError('GRANT_NOT_FOUND', why)
      }
      await hosted.revokeGrant(found[0].secretHash)
      return grantView(found[0])
    }),
  ] as const
}

function grantView({ secretHash, terms, clientBalanceMsat, label }: NewGrant): GrantView {
  return {
    grant_id: toHex(secretHash),
    capacity_msat: terms.capacityMsat.toString(),
    balance_msat: clientBalanceMsat.toString(),
    ...(label !== undefined && { label }),
  }
}
