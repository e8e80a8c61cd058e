import { fromHex, toHex } from '../../../src/base/hex.js'
import { blindHops } from '../../../src/blinding/build.js'
import { blindingFactor, pathKeyFactor } from '../../../src/blinding/keys.js'
import { mulScalar, publicKey } from '../../../src/crypto/group.js'
import { buildOnionMessage, forwardMessage, peel } from '../../../src/onion/engine.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { KEY_LENGTH_PACKET } from '../../../src/onion/onion-message.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

type File = {
  readonly generate: {
    readonly session_key: string
    readonly hops: readonly {
      readonly alias: string
      readonly path_key_secret: string
      readonly tlvs: { readonly [name: string]: string }
      readonly encrypted_data_tlv: string
      readonly ss: string
      readonly "HMAC256('blinded_node_id', ss)": string
      readonly blinded_node_id: string
      readonly E: string
      readonly 'H(E || ss)': string
      readonly next_e: string
      readonly rho: string
      readonly encrypted_recipient_data: string
    }[]
  }
  readonly route: {
    readonly first_node_id: string
    readonly first_path_key: string
    readonly hops: readonly { readonly blinded_node_id: string; readonly encrypted_recipient_data: string }[]
  }
  readonly onionmessage: { readonly unknown_tag_1: string; readonly onion_message_packet: string }
  readonly decrypt: {
    readonly hops: readonly {
      readonly alias: string
      readonly privkey: string
      readonly onion_message: string
      readonly next_node_id?: string
      readonly tlvs?: { readonly [name: string]: string }
    }[]
  }
}

export default defineReplay('bolt04/blinded-onion-message-onion-test.json', (json) => {
  const { generate, route, onionmessage, decrypt } = json as File
  return [
    ...generate.hops.map((hop, i) => ({
      name: `${hop.alias}: every value of the blinding`,
      run: () => {
        // The session key changes at Bob: there Dave's own path begins.
        const start = i === 0 ? 0 : 1
        const own = generate.hops.slice(start, i + 1).map(({ encrypted_data_tlv }, at) => ({
          node_id: publicKey(fromHex(decrypt.hops[start + at]!.privkey)),
          data: fromHex(encrypted_data_tlv),
        }))
        const blinded = blindHops(fromHex(generate.hops[start]!.path_key_secret), own).at(-1)!
        expectHex(blinded.path_privkey, hop.path_key_secret, 'e')
        expectHex(blinded.path_key, hop.E, 'E')
        expectHex(blinded.shared_secret, hop.ss, 'ss')
        expectHex(blindingFactor(blinded.shared_secret), hop["HMAC256('blinded_node_id', ss)"], 'factor')
        expectHex(blinded.blinded_node_id, hop.blinded_node_id, 'blinded node id')
        const factor = pathKeyFactor(blinded.path_key, blinded.shared_secret)
        expectHex(factor, hop['H(E || ss)'], 'H(E || ss)')
        // next_e is written with a 33rd byte, 01, that belongs to nothing.
        expectHex(mulScalar(blinded.path_privkey, factor), hop.next_e.slice(0, 64), 'next e')
        if (hop.next_e.slice(64) !== '01') throw new Error(`next_e ends in ${hop.next_e.slice(64)}`)
        expectHex(blinded.rho, hop.rho, 'rho')
        expectHex(blinded.encrypted_recipient_data, hop.encrypted_recipient_data, 'encrypted data')
        const inRoute = route.hops[i]!
        expectHex(
          fromHex(inRoute.encrypted_recipient_data),
          hop.encrypted_recipient_data,
          'encrypted data in the route',
        )
        expectHex(fromHex(inRoute.blinded_node_id), hop.blinded_node_id, 'blinded node id in the route')
      },
    })),
    {
      name: 'the message over Alice and Dave’s path is built byte for byte',
      run: () => {
        const [alice, bob] = generate.hops as [(typeof generate.hops)[0], (typeof generate.hops)[0]]
        const built = buildOnionMessage({
          generation: modern,
          via: [fromHex(route.first_node_id)],
          to: {
            first_node_id: { node_id: fromHex(alice.tlvs.next_node_id!) },
            first_path_key: fromHex(bob.E),
            path: route.hops.slice(1).map(({ blinded_node_id, encrypted_recipient_data }) => ({
              blinded_node_id: fromHex(blinded_node_id),
              encrypted_recipient_data: fromHex(encrypted_recipient_data),
            })),
          },
          contents: { records: [{ type: 1n, value: fromHex(onionmessage.unknown_tag_1) }] },
          sessionKey: fromHex(generate.session_key),
          pathSecret: fromHex(alice.path_key_secret),
        })
        expectHex(built.firstNode, route.first_node_id, 'first node')
        expectHex(built.path_key!, route.first_path_key, 'first path_key')
        expectHex(built.message, decrypt.hops[0]!.onion_message, 'message')
        const { onion_message_packet } = KEY_LENGTH_PACKET.read(built.message.subarray(2))
        expectHex(onion_message_packet, onionmessage.onion_message_packet, 'packet')
        if (built.message.length !== 1403) throw new Error(`${built.message.length} bytes`)
      },
    },
    ...decrypt.hops.map((hop, i) => ({
      name: `${hop.alias} peels it`,
      run: () => {
        const secret = fromHex(hop.privkey)
        const decision = peel(modern, { secret, node_id: publicKey(secret) }, fromHex(hop.onion_message))
        if (decision.kind === 'drop') throw new Error(`dropped: ${decision.why}`)
        if (decision.kind === 'forward') {
          if (!('next_node_id' in decision.next)) throw new Error('no next_node_id')
          expectHex(decision.next.next_node_id, hop.next_node_id!, 'next node')
          expectHex(forwardMessage(decision).message, decrypt.hops[i + 1]!.onion_message, 'forwarded message')
          return
        }
        if (hop.tlvs === undefined) throw new Error('delivered at a relay')
        expectHex(decision.path_id!, generate.hops[i]!.tlvs.path_id!, 'path_id')
        expectHex(decision.data!.bytes, generate.hops[i]!.encrypted_data_tlv, 'encrypted data')
        const found = decision.records.map(({ type, value }) => `${type}:${toHex(value)}`).join(' ')
        const { unknown_tag_1, encrypted_recipient_data } = hop.tlvs
        if (found !== `1:${unknown_tag_1} 4:${encrypted_recipient_data}`) throw new Error(`records ${found}`)
      },
    })),
  ]
})
