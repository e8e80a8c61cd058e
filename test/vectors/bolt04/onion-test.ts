import { equalBytes } from '../../../src/base/bytes.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { framePayload, unframePayload } from '../../../src/onion/frame.js'
import { decodePacket, encodePacket } from '../../../src/onion/packet.js'
import { buildOnion, nextPacket, peelOnion } from '../../../src/onion/sphinx.js'
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
  ]
})
