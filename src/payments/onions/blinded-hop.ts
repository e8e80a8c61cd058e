import { isLnoError } from '../../base/error.js'
import { refusedFeature } from '../../blinding/allowed-features.js'
import type { EncryptedData } from '../../blinding/encrypted-data.js'
import { amountToForward, expiryToForward } from '../../blinding/payment-relay.js'
import type { PaymentPayload } from '../../onion/payment-payload.js'
import type { TlvStream } from '../../wire/tlv.js'
import { badPayload, type Refusal, unknownDetails } from './refusal.js'

/** A hop of a blinded path as its node finds it: payload and decrypted data, with the HTLC that they came in. */
export interface BlindedHopRead {
  readonly payload: TlvStream<PaymentPayload>
  readonly data: EncryptedData
  readonly final: boolean
  /** Of the HTLC that came in: msat, and the block height at which it expires. */
  readonly amountMsat: bigint
  readonly cltvExpiry: number
  /** Block height now. */
  readonly height: number
  /** Blocks that we want as the recipient. */
  readonly minFinalCltv: number
}

/** A rule of the reader (BOLT 4, "payload" of a payment): what it refuses, if it does. */
export interface BlindedHopRule {
  /** Unique; begins with the id of the rule of which it is a clause. */
  readonly id: string
  readonly role: 'any' | 'relay' | 'final'
  refuses(hop: BlindedHopRead): Refusal | undefined
}

const ENCRYPTED_DATA_TYPE = 10n
const RELAY_TYPES: ReadonlySet<bigint> = /* @__PURE__ */ new Set([ENCRYPTED_DATA_TYPE, 12n])
const FINAL_TYPES: ReadonlySet<bigint> = /* @__PURE__ */ new Set([2n, 4n, ENCRYPTED_DATA_TYPE, 12n, 18n])

const wrongData = (why: string, rule: string) => badPayload(ENCRYPTED_DATA_TYPE, why, rule)

/** All that a node refuses once the data of its hop are decrypted, in the order in which it looks. */
export const BLINDED_HOP_RULES: readonly BlindedHopRule[] = [
  {
    id: 'P10 features',
    role: 'any',
    refuses: ({ data }) => {
      const bit = refusedFeature({ allowed: data.allowed_features })
      return bit === undefined ? undefined : wrongData(`the path allows feature ${bit}, which nobody knows`, 'P10')
    },
  },
  {
    id: 'P10 both',
    role: 'any',
    refuses: ({ data }) =>
      data.short_channel_id !== undefined && data.next_node_id !== undefined
        ? wrongData('the hop is told a channel and a node to go on to', 'P10')
        : undefined,
  },
  {
    id: 'P9 expiry',
    role: 'any',
    refuses: ({ data: { payment_constraints: limits }, amountMsat, cltvExpiry, height }) =>
      limits !== undefined && cltvExpiry > limits.max_cltv_expiry
        ? unknownDetails(
            amountMsat,
            height,
            `it expires at ${cltvExpiry}, the path allows ${limits.max_cltv_expiry}`,
            'P9',
          )
        : undefined,
  },
  {
    id: 'P9 amount',
    role: 'any',
    refuses: ({ data: { payment_constraints: limits }, amountMsat, height }) =>
      limits !== undefined && amountMsat < limits.htlc_minimum_msat
        ? unknownDetails(
            amountMsat,
            height,
            `${amountMsat} msat, the path wants ${limits.htlc_minimum_msat} or more`,
            'P9',
          )
        : undefined,
  },
  {
    id: 'P11 others',
    role: 'relay',
    refuses: ({ payload }) => {
      const other = payload.records.find(({ type }) => !RELAY_TYPES.has(type))
      return (
        other && badPayload(other.type, `type ${other.type} in the payload of a blinded relay`, 'P11', other.offset)
      )
    },
  },
  {
    id: 'P11 next',
    role: 'relay',
    refuses: ({ data }) =>
      data.short_channel_id === undefined && data.next_node_id === undefined
        ? wrongData('the hop is told neither a channel nor a node to go on to', 'P11')
        : undefined,
  },
  {
    id: 'P11 relay',
    role: 'relay',
    refuses: ({ data }) =>
      data.payment_relay === undefined ? wrongData('the hop is told neither fee nor delay', 'P11') : undefined,
  },
  {
    id: 'P13 others',
    role: 'final',
    refuses: ({ payload }) => {
      const other = payload.records.find(({ type }) => !FINAL_TYPES.has(type))
      return other && badPayload(other.type, `type ${other.type} in the payload of a blinded end`, 'P13', other.offset)
    },
  },
  {
    id: 'P13 amt_to_forward',
    role: 'final',
    refuses: ({ payload: { fields } }) =>
      fields.amt_to_forward === undefined ? badPayload(2n, 'the end is told no amount', 'P13') : undefined,
  },
  {
    id: 'P13 outgoing_cltv_value',
    role: 'final',
    refuses: ({ payload: { fields } }) =>
      fields.outgoing_cltv_value === undefined ? badPayload(4n, 'the end is told no expiry', 'P13') : undefined,
  },
  {
    id: 'P13 total_amount_msat',
    role: 'final',
    refuses: ({ payload: { fields } }) =>
      fields.total_amount_msat === undefined ? badPayload(18n, 'the end is told no total', 'P13') : undefined,
  },
  {
    id: 'P13 amount',
    role: 'final',
    refuses: ({ payload: { fields }, amountMsat }) =>
      amountMsat < (fields.amt_to_forward ?? 0n)
        ? {
            failure: 'final_incorrect_htlc_amount',
            data: { incoming_htlc_amt: amountMsat },
            why: `${amountMsat} msat came, ${fields.amt_to_forward} were sent`,
            rule: 'P13',
          }
        : undefined,
  },
  {
    id: 'P13 expiry',
    role: 'final',
    refuses: ({ payload: { fields }, cltvExpiry }) =>
      cltvExpiry < (fields.outgoing_cltv_value ?? 0)
        ? {
            failure: 'final_incorrect_cltv_expiry',
            data: { cltv_expiry: cltvExpiry },
            why: `it expires at ${cltvExpiry}, the sender meant ${fields.outgoing_cltv_value}`,
            rule: 'P13',
          }
        : undefined,
  },
  {
    id: 'P13 height',
    role: 'final',
    refuses: ({ amountMsat, cltvExpiry, height, minFinalCltv }) =>
      cltvExpiry < height + minFinalCltv
        ? unknownDetails(
            amountMsat,
            height,
            `it expires at ${cltvExpiry}, at height ${height} we want ${minFinalCltv} blocks`,
            'P13',
          )
        : undefined,
  },
  {
    // Somebody leaves out the end of a path, perhaps to find dummy hops.
    id: 'B9 cut short',
    role: 'final',
    refuses: ({ data, amountMsat, height }) =>
      data.short_channel_id !== undefined || data.next_node_id !== undefined
        ? unknownDetails(amountMsat, height, 'it ended at a hop that was to pass it on', 'B9')
        : undefined,
  },
]

/** The first rule that refuses the hop. */
export function refusedBlindedHop(hop: BlindedHopRead): Refusal | undefined {
  for (const { role, refuses } of BLINDED_HOP_RULES) {
    if (role === 'relay' && hop.final) continue
    if (role === 'final' && !hop.final) continue
    const refusal = refuses(hop)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Where an HTLC goes on to. A channel is for the caller to find. */
export type NextHop = { readonly node_id: Uint8Array } | { readonly short_channel_id: bigint }

/** The HTLC that a relay sends on, as the onion or the path has it. */
export interface Outgoing {
  readonly next: NextHop
  /** msat */
  readonly amountMsat: bigint
  /** Block height. */
  readonly cltvExpiry: number
}

/** What a relay sends on (rule P12), once no rule refuses its hop. */
export function blindedOutgoing(hop: BlindedHopRead): Outgoing | Refusal {
  const { data, amountMsat, cltvExpiry, height } = hop
  const relay = data.payment_relay!
  try {
    return {
      next:
        data.next_node_id === undefined ? { short_channel_id: data.short_channel_id! } : { node_id: data.next_node_id },
      amountMsat: amountToForward(amountMsat, relay),
      cltvExpiry: expiryToForward(cltvExpiry, relay),
    }
  } catch (error) {
    if (!isLnoError(error)) throw error
    return unknownDetails(amountMsat, height, error.message, 'P12')
  }
}
