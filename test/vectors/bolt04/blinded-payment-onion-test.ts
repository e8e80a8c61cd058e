import { fromHex, toHex } from '../../../src/base/hex.js'
import type { BlindedPath } from '../../../src/blinding/blinded-path.js'
import { ENCRYPTED_DATA, type PaymentRelay } from '../../../src/blinding/encrypted-data.js'
import { paymentHops } from '../../../src/blinding/join.js'
import { aggregateCost, amountToForward, amountWithFee, expiryToForward } from '../../../src/blinding/payment-relay.js'
import { nextPathKey, readHopData, sharePath } from '../../../src/blinding/unblind.js'
import { publicKey } from '../../../src/crypto/group.js'
import { framePayload, unframePayload } from '../../../src/onion/frame.js'
import { decodePacket, encodePacket } from '../../../src/onion/packet.js'
import { decodePaymentPayload, encodePaymentPayload, type PaymentPayload } from '../../../src/onion/payment-payload.js'
import { buildOnion, nextPacket, peelOnion } from '../../../src/onion/sphinx.js'
import { buildPayment } from '../../../src/payments/onions/build-payment.js'
import { readHtlc } from '../../../src/payments/onions/read-htlc.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

type Relay = {
  readonly cltv_expiry_delta: number
  readonly fee_proportional_millionths: number
  readonly fee_base_msat?: number
}
type HopTlvs = {
  readonly outgoing_channel_id?: string
  readonly amt_to_forward?: number
  readonly total_amount_msat?: number
  readonly outgoing_cltv_value?: number
  readonly current_path_key?: string
  readonly encrypted_recipient_data?: {
    readonly padding?: string
    readonly short_channel_id?: string
    readonly path_id?: string
    readonly next_path_key_override?: string
    readonly payment_relay?: Relay
    readonly payment_constraints: { readonly max_cltv_expiry: number; readonly htlc_minimum_msat: number }
  }
}
type File = {
  readonly generate: {
    readonly session_key: string
    readonly associated_data: string
    readonly final_amount_msat: number
    readonly final_cltv: number
    readonly blinded_payinfo: Required<Relay>
    readonly blinded_route: {
      readonly first_node_id: string
      readonly first_path_key: string
      readonly hops: readonly {
        readonly alias: string
        readonly blinded_node_id: string
        readonly encrypted_data: string
      }[]
    }
    readonly full_route: {
      readonly hops: readonly {
        readonly alias: string
        readonly pubkey: string
        readonly payload: string
        readonly tlvs: HopTlvs
      }[]
    }
    readonly onion: string
  }
  readonly decrypt: {
    readonly hops: readonly {
      readonly alias: string
      readonly onion: string
      readonly node_privkey: string
      readonly next_path_key?: string
    }[]
  }
}

/** `0x0x10` as one number. */
function channelId(text: string): bigint {
  const [block, transaction, output] = text.split('x').map(BigInt) as [bigint, bigint, bigint]
  return (block << 40n) | (transaction << 16n) | output
}

function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what} is ${String(actual)}, not ${String(expected)}`)
}

export default defineReplay('bolt04/blinded-payment-onion-test.json', (json) => {
  const { generate, decrypt } = json as File
  const associatedData = fromHex(generate.associated_data)
  const route = generate.full_route.hops
  const path: BlindedPath = {
    first_node_id: { node_id: fromHex(generate.blinded_route.first_node_id) },
    first_path_key: fromHex(generate.blinded_route.first_path_key),
    path: generate.blinded_route.hops.map(({ blinded_node_id, encrypted_data }) => ({
      blinded_node_id: fromHex(blinded_node_id),
      encrypted_recipient_data: fromHex(encrypted_data),
    })),
  }
  const relays = route.flatMap(({ tlvs }): PaymentRelay[] => {
    const relay = tlvs.encrypted_recipient_data?.payment_relay
    return relay ? [{ fee_base_msat: 0, ...relay }] : []
  })

  /** What the payer puts into the onion: one hop in the clear, then those of the path. */
  const payloads = (): readonly PaymentPayload[] => {
    const [alice] = route
    const last = route[route.length - 1]!.tlvs
    const { final_amount_msat, final_cltv, blinded_payinfo } = generate
    const inPath = paymentHops(path).map(
      ({ encrypted_recipient_data, current_path_key }, i): PaymentPayload => ({
        encrypted_recipient_data,
        ...(current_path_key && { current_path_key }),
        ...(i === path.path.length - 1 && {
          amt_to_forward: BigInt(final_amount_msat),
          outgoing_cltv_value: final_cltv,
          total_amount_msat: BigInt(last.total_amount_msat!),
        }),
      }),
    )
    return [
      {
        amt_to_forward: amountWithFee(BigInt(final_amount_msat), blinded_payinfo),
        outgoing_cltv_value: final_cltv + blinded_payinfo.cltv_expiry_delta,
        short_channel_id: channelId(alice!.tlvs.outgoing_channel_id!),
      },
      ...inPath,
    ]
  }

  const payment = () => {
    const { final_amount_msat, final_cltv, session_key, blinded_payinfo } = generate
    const [alice] = route
    return buildPayment({
      nodeSecret: new Uint8Array(32).fill(1),
      nodeId: publicKey(new Uint8Array(32).fill(1)),
      clear: [
        {
          nodeId: fromHex(alice!.pubkey),
          shortChannelId: channelId(alice!.tlvs.outgoing_channel_id!),
          feeBaseMsat: 0,
          feeProportionalMillionths: 0,
          cltvExpiryDelta: 0,
        },
      ],
      path: {
        path,
        payinfo: {
          ...blinded_payinfo,
          htlc_minimum_msat: 50n,
          htlc_maximum_msat: 10n ** 9n,
          features: new Uint8Array(0),
        },
      },
      amountMsat: BigInt(final_amount_msat),
      totalMsat: BigInt(route[route.length - 1]!.tlvs.total_amount_msat!),
      height: final_cltv,
      finalDelta: 0,
      paymentHash: associatedData,
      sessionKey: fromHex(session_key),
    })
  }

  return [
    {
      name: 'the engine of payments makes the onion of a payer, byte for byte',
      run: () => {
        const { first, terms, feeMsat, origin } = payment()
        expectHex(terms.onion, generate.onion, 'onion')
        expectHex(first, route[0]!.pubkey, 'the first hop')
        same(terms.amountMsat, 110125n, 'the amount that is sent')
        same(feeMsat, 10125n, 'the fee')
        same(terms.cltvExpiry, 749150, 'the expiry')
        same(terms.pathKey, undefined, 'path_key')
        same(origin.introduction, 1, 'place of the introduction node')
      },
    },
    {
      name: 'the engine of payments passes the HTLC on from hop to hop and takes it at the end',
      run: () => {
        let { terms } = payment()
        const amounts = [terms.amountMsat]
        decrypt.hops.forEach((hop, i) => {
          const nodeSecret = fromHex(hop.node_privkey)
          expectHex(terms.onion, hop.onion, `onion for ${hop.alias}`)
          const read = readHtlc({
            terms,
            nodeSecret,
            nodeId: publicKey(nodeSecret),
            height: generate.final_cltv - 10,
            minFinalCltv: 10,
          })
          same(read.position, i === 0 ? 'clear' : i === 1 ? 'introduction' : 'inside', `position of ${hop.alias}`)
          const { tlvs } = route[i]!
          if (read.type === 'refuse') throw new Error(`${hop.alias} refuses: ${read.refusal.why}`)
          if (read.type === 'receive') {
            same(hop.alias, route[route.length - 1]!.alias, 'the end')
            same(read.pathId && toHex(read.pathId), tlvs.encrypted_recipient_data!.path_id, 'path_id')
            same(read.amountMsat, BigInt(generate.final_amount_msat), 'amount')
            same(read.totalMsat, BigInt(tlvs.total_amount_msat!), 'total')
            same(read.expiry, generate.final_cltv, 'expiry')
            return
          }
          const channel = tlvs.outgoing_channel_id ?? tlvs.encrypted_recipient_data?.short_channel_id
          if (!('short_channel_id' in read.next)) throw new Error('a node is named, not a channel')
          same(read.next.short_channel_id, channelId(channel!), 'channel')
          same(read.pathKey && toHex(read.pathKey), hop.next_path_key, 'next path_key')
          const { amountMsat, cltvExpiry, onion, pathKey } = read
          terms = { amountMsat, cltvExpiry, onion, paymentHash: associatedData, ...(pathKey && { pathKey }) }
          amounts.push(amountMsat)
        })
        same(amounts.join(), '110125,110125,100125,100010,100000', 'amounts')
      },
    },
    {
      name: 'the fees of the path add up to its payinfo',
      run: () => {
        const cost = aggregateCost(relays, 0)
        same(cost.fee_base_msat, generate.blinded_payinfo.fee_base_msat, 'fee_base_msat')
        const { fee_proportional_millionths, cltv_expiry_delta } = generate.blinded_payinfo
        same(cost.fee_proportional_millionths, fee_proportional_millionths, 'fee_proportional_millionths')
        same(cost.cltv_expiry_delta, cltv_expiry_delta, 'cltv_expiry_delta')
      },
    },
    {
      name: 'the payer makes every payload and the onion byte for byte',
      run: () => {
        const nodeIds = [fromHex(route[0]!.pubkey), ...paymentHops(path).map(({ node_id }) => node_id)]
        const hops = payloads().map((payload, i) => ({ node_id: nodeIds[i]!, payload: encodePaymentPayload(payload) }))
        for (const [i, { alias, payload, pubkey }] of route.entries()) {
          expectHex(framePayload(hops[i]!.payload), payload, `payload of ${alias}`)
          expectHex(hops[i]!.node_id, pubkey, `id of ${alias}`)
        }
        const { packet } = buildOnion({ sessionKey: fromHex(generate.session_key), hops, associatedData })
        expectHex(encodePacket(packet), generate.onion, 'onion')
      },
    },
    ...decrypt.hops.map((hop, i) => ({
      name: `${hop.alias} peels, decrypts and passes on`,
      run: () => {
        const secret = fromHex(hop.node_privkey)
        // The introduction node finds its path_key in the payload, those behind it beside the onion.
        const given = i > 1 ? fromHex(decrypt.hops[i - 1]!.next_path_key!) : undefined
        const outer = given && sharePath(secret, given)
        const peeled = peelOnion({
          packet: decodePacket(fromHex(hop.onion)),
          secret: outer?.blinded_secret ?? secret,
          associatedData,
        })
        const { alias, payload, tlvs } = route[i]!
        expectHex(framePayload(peeled.payload), payload, `payload of ${alias}`)
        expectHex(unframePayload(fromHex(payload)), toHex(peeled.payload), 'unframed')
        same(peeled.final, i === route.length - 1, 'final')
        if (!peeled.final) expectHex(encodePacket(nextPacket(peeled)), decrypt.hops[i + 1]!.onion, 'next onion')

        const { fields } = decodePaymentPayload(peeled.payload)
        same(fields.amt_to_forward, tlvs.amt_to_forward && BigInt(tlvs.amt_to_forward), 'amt_to_forward')
        same(fields.outgoing_cltv_value, tlvs.outgoing_cltv_value, 'outgoing_cltv_value')
        same(fields.total_amount_msat, tlvs.total_amount_msat && BigInt(tlvs.total_amount_msat), 'total_amount_msat')
        if (tlvs.current_path_key) expectHex(fields.current_path_key!, tlvs.current_path_key, 'current_path_key')
        const share = outer ?? (fields.current_path_key && sharePath(secret, fields.current_path_key))
        const expected = tlvs.encrypted_recipient_data
        if (expected === undefined) return
        const data = readHopData(share!, fields.encrypted_recipient_data, ENCRYPTED_DATA).fields
        expectHex(nextPathKey(share!, data.next_path_key_override), hop.next_path_key!, 'next path_key')
        const channel = expected.short_channel_id && channelId(expected.short_channel_id)
        same(data.short_channel_id, channel, 'short_channel_id')
        same(data.path_id && toHex(data.path_id), expected.path_id, 'path_id')
        same(data.padding && toHex(data.padding), expected.padding, 'padding')
        const override = data.next_path_key_override
        same(override && toHex(override), expected.next_path_key_override, 'next_path_key_override')
        const { max_cltv_expiry, htlc_minimum_msat } = expected.payment_constraints
        same(data.payment_constraints?.max_cltv_expiry, max_cltv_expiry, 'max_cltv_expiry')
        same(data.payment_constraints?.htlc_minimum_msat, BigInt(htlc_minimum_msat), 'htlc_minimum_msat')
        same(data.allowed_features?.length, 0, 'length of allowed_features')
      },
    })),
    {
      name: 'amounts and expiries shrink from hop to hop to what the recipient wants',
      run: () => {
        let amount = amountWithFee(BigInt(generate.final_amount_msat), generate.blinded_payinfo)
        let expiry = generate.final_cltv + generate.blinded_payinfo.cltv_expiry_delta
        const amounts = [amount]
        for (const relay of relays) {
          amount = amountToForward(amount, relay)
          expiry = expiryToForward(expiry, relay)
          amounts.push(amount)
        }
        same(amounts.join(), '110125,100125,100010,100000', 'amounts')
        same(expiry, generate.final_cltv, 'final expiry')
      },
    },
  ]
})
