import { equalBytes } from '../../../src/base/bytes.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { publicKey } from '../../../src/crypto/group.js'
import { framePayload, unframePayload } from '../../../src/onion/frame.js'
import { decodePacket, encodePacket } from '../../../src/onion/packet.js'
import { decodePaymentPayload } from '../../../src/onion/payment-payload.js'
import { buildOnion, nextPacket, peelOnion } from '../../../src/onion/sphinx.js'
import { sealHops } from '../../../src/payments/onions/build-payment.js'
import { readHtlc } from '../../../src/payments/onions/read-htlc.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

type File = {
  readonly generate: {
    readonly session_key: string
    readonly associated_data: string
    readonly hops: readonly { readonly pubkey: string; readonly payload: string }[]
  }
  readonly onion: string
  readonly decode: readonly string[]
}

export default defineReplay('bolt04/onion-test.json', (json) => {
  const { generate, onion, decode } = json as File
  const associatedData = fromHex(generate.associated_data)
  return [
    {
      name: 'the packet is built byte for byte',
      run: () => {
        const { packet } = buildOnion({
          sessionKey: fromHex(generate.session_key),
          hops: generate.hops.map(({ pubkey, payload }) => ({
            node_id: fromHex(pubkey),
            payload: unframePayload(fromHex(payload)),
          })),
          associatedData,
        })
        expectHex(encodePacket(packet), onion, 'packet')
      },
    },
    {
      name: 'every hop finds its payload and the last one knows that it is',
      run: () => {
        let packet = decodePacket(fromHex(onion))
        generate.hops.forEach(({ payload }, i) => {
          const peeled = peelOnion({ packet, secret: fromHex(decode[i]!), associatedData })
          expectHex(framePayload(peeled.payload), payload, `payload of hop ${i}`)
          if (peeled.final !== (i === generate.hops.length - 1)) throw new Error(`hop ${i}: final is ${peeled.final}`)
          if (!peeled.final) packet = nextPacket(peeled)
        })
        if (equalBytes(encodePacket(packet), fromHex(onion)))
          throw new Error(`nothing was peeled off ${toHex(packet.hmac)}`)
      },
    },
    {
      name: 'the engine of payments seals it byte for byte',
      run: () => {
        const hops = generate.hops.map(({ pubkey, payload }) => ({
          node_id: fromHex(pubkey),
          payload: unframePayload(fromHex(payload)),
        }))
        const { onion: made } = sealHops({
          hops,
          paymentHash: associatedData,
          sessionKey: fromHex(generate.session_key),
        })
        expectHex(made, onion, 'packet')
      },
    },
    {
      name: 'the engine of payments passes it on in the clear, and takes nothing at the end that no path of ours led to',
      run: () => {
        let packet = fromHex(onion)
        let amountMsat = 20_000n
        let cltvExpiry = 2000
        generate.hops.forEach(({ payload }, i) => {
          const nodeSecret = fromHex(decode[i]!)
          const read = readHtlc({
            terms: { amountMsat, cltvExpiry, onion: packet, paymentHash: associatedData },
            nodeSecret,
            nodeId: publicKey(nodeSecret),
            height: 900,
            minFinalCltv: 18,
          })
          if (i === generate.hops.length - 1) {
            if (read.type !== 'refuse') throw new Error(`the end is to ${read.type}`)
            if (read.refusal.failure !== 'incorrect_or_unknown_payment_details') throw new Error(read.refusal.why)
            return
          }
          if (read.type !== 'forward') throw new Error(`hop ${i} is to ${read.type}`)
          const { fields } = decodePaymentPayload(unframePayload(fromHex(payload)))
          if (!('short_channel_id' in read.next)) throw new Error('a node is named, not a channel')
          if (read.next.short_channel_id !== fields.short_channel_id) throw new Error(`channel of hop ${i}`)
          if (read.amountMsat !== fields.amt_to_forward) throw new Error(`amount of hop ${i}`)
          if (read.cltvExpiry !== fields.outgoing_cltv_value) throw new Error(`expiry of hop ${i}`)
          if (read.pathKey !== undefined) throw new Error(`a path_key of hop ${i}`)
          packet = read.onion
          amountMsat = read.amountMsat
          cltvExpiry = read.cltvExpiry
        })
      },
    },
  ]
})
