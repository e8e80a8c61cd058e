import { fromHex, toHex } from '../../../src/base/hex.js'
import { type BlindedHopSecrets, blindHops, buildBlindedPath } from '../../../src/blinding/build.js'
import {
  decodeEncryptedData,
  ENCRYPTED_DATA,
  type EncryptedData,
  encodeEncryptedData,
} from '../../../src/blinding/encrypted-data.js'
import { joinPaths } from '../../../src/blinding/join.js'
import { nextPathKey, unblindHop } from '../../../src/blinding/unblind.js'
import { encodeRecord, type TlvRecord } from '../../../src/wire/tlv.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

interface Tlvs {
  readonly padding?: string
  readonly short_channel_id?: string
  readonly path_id?: string
  readonly next_path_key_override?: string
  readonly payment_relay?: {
    readonly cltv_expiry_delta: number
    readonly fee_proportional_millionths: number
    readonly fee_base_msat?: number
  }
  readonly payment_constraints?: { readonly max_cltv_expiry: number; readonly htlc_minimum_msat: number }
  readonly allowed_features?: { readonly features: readonly number[] }
  readonly [unknown: `unknown_tag_${number}`]: string
}

interface Hop {
  readonly alias: string
  readonly session_key?: string
  readonly node_id: string
  readonly tlvs: Tlvs
  readonly encoded_tlvs: string
  readonly path_privkey: string
  readonly path_key: string
  readonly shared_secret: string
  readonly rho: string
  readonly encrypted_data: string
  readonly blinded_node_id: string
}

interface File {
  readonly generate: { readonly hops: readonly Hop[] }
  readonly route: {
    readonly first_node_id: string
    readonly first_path_key: string
    readonly hops: readonly { readonly blinded_node_id: string; readonly encrypted_data: string }[]
  }
  readonly unblind: {
    readonly hops: readonly {
      readonly alias: string
      readonly node_privkey: string
      readonly path_key: string
      readonly blinded_privkey: string
      readonly decrypted_data: string
      readonly next_path_key: string
      readonly next_path_key_override?: string
    }[]
  }
}

/** `0x0x1729`: block, transaction, output. */
function scid(text: string): bigint {
  const [block, transaction, output] = text.split('x').map(BigInt)
  return (block! << 40n) | (transaction! << 16n) | output!
}

function features(bits: readonly number[]): Uint8Array {
  const out = new Uint8Array(Math.ceil((Math.max(-1, ...bits) + 1) / 8))
  for (const bit of bits) out[out.length - 1 - (bit >> 3)]! |= 1 << (bit & 7)
  return out
}

/** What the file says of a hop, as our record; and its unknown odd types. */
function fieldsOf(tlvs: Tlvs): { readonly data: EncryptedData; readonly others: readonly TlvRecord[] } {
  const data: EncryptedData = {
    ...(tlvs.padding !== undefined && { padding: fromHex(tlvs.padding) }),
    ...(tlvs.short_channel_id !== undefined && { short_channel_id: scid(tlvs.short_channel_id) }),
    ...(tlvs.path_id !== undefined && { path_id: fromHex(tlvs.path_id) }),
    ...(tlvs.next_path_key_override !== undefined && {
      next_path_key_override: fromHex(tlvs.next_path_key_override),
    }),
    ...(tlvs.payment_relay && { payment_relay: { fee_base_msat: 0, ...tlvs.payment_relay } }),
    ...(tlvs.payment_constraints && {
      payment_constraints: {
        ...tlvs.payment_constraints,
        htlc_minimum_msat: BigInt(tlvs.payment_constraints.htlc_minimum_msat),
      },
    }),
    ...(tlvs.allowed_features && { allowed_features: features(tlvs.allowed_features.features) }),
  }
  const others = Object.entries(tlvs).flatMap(([name, value]) => {
    const type = /^unknown_tag_(\d+)$/.exec(name)?.[1]
    return type === undefined ? [] : [encodeRecord(BigInt(type), fromHex(value))]
  })
  return { data, others }
}

/** The paths of which the file's route is made: a new one begins at every session key. */
function parts(hops: readonly Hop[]): readonly (readonly Hop[])[] {
  const starts = hops.flatMap(({ session_key }, i) => (session_key === undefined ? [] : [i]))
  return starts.map((start, i) => hops.slice(start, starts[i + 1]))
}

const toBlind = ({ node_id, encoded_tlvs }: Hop) => ({ node_id: fromHex(node_id), data: fromHex(encoded_tlvs) })

export default defineReplay('bolt04/route-blinding-test.json', (json) => {
  const { generate, route, unblind } = json as unknown as File
  const hops = generate.hops

  return [
    ...hops.map(({ alias, tlvs, encoded_tlvs }) => ({
      name: `the data for ${alias} are written and read`,
      run: () => {
        const { data, others } = fieldsOf(tlvs)
        expectHex(encodeEncryptedData(data, others), encoded_tlvs, 'encoded_tlvs')
        const { fields, records } = decodeEncryptedData(fromHex(encoded_tlvs))
        const known = new Set(Object.values(ENCRYPTED_DATA).map(({ type }) => type))
        const again = encodeEncryptedData(
          fields,
          records.filter(({ type }) => !known.has(type)),
        )
        expectHex(again, encoded_tlvs, 'encoded_tlvs, read and written')
      },
    })),
    ...parts(hops).map((part) => ({
      name: `${part.map(({ alias }) => alias).join(' and ')} are blinded with every key on the way`,
      run: () => {
        const secrets = blindHops(fromHex(part[0]!.session_key!), part.map(toBlind))
        part.forEach((hop, i) => {
          const made: BlindedHopSecrets = secrets[i]!
          expectHex(made.path_privkey, hop.path_privkey, `${hop.alias}: path_privkey`)
          expectHex(made.path_key, hop.path_key, `${hop.alias}: path_key`)
          expectHex(made.shared_secret, hop.shared_secret, `${hop.alias}: shared_secret`)
          expectHex(made.rho, hop.rho, `${hop.alias}: rho`)
          expectHex(made.encrypted_recipient_data, hop.encrypted_data, `${hop.alias}: encrypted_data`)
          expectHex(made.blinded_node_id, hop.blinded_node_id, `${hop.alias}: blinded_node_id`)
        })
      },
    })),
    {
      name: 'both paths joined are the route',
      run: () => {
        const [front, back] = parts(hops).map(
          (part) => buildBlindedPath({ sessionKey: fromHex(part[0]!.session_key!), hops: part.map(toBlind) }).path,
        )
        const { first_node_id, first_path_key, path } = joinPaths(front!, back!)
        if (!('node_id' in first_node_id)) throw new Error('the first node has no id')
        expectHex(first_node_id.node_id, route.first_node_id, 'first_node_id')
        expectHex(first_path_key, route.first_path_key, 'first_path_key')
        if (path.length !== route.hops.length) throw new Error(`${path.length} hops`)
        path.forEach((hop, i) => {
          expectHex(hop.blinded_node_id, route.hops[i]!.blinded_node_id, `hop ${i}: blinded_node_id`)
          expectHex(hop.encrypted_recipient_data, route.hops[i]!.encrypted_data, `hop ${i}: encrypted_data`)
        })
      },
    },
    {
      name: 'every node reads its hop and finds the key for the next one',
      run: () => {
        let arriving = route.first_path_key
        unblind.hops.forEach((hop, i) => {
          if (hop.path_key !== arriving) throw new Error(`${hop.alias}: handed ${arriving}`)
          const { data, share, next_path_key } = unblindHop({
            nodeSecret: fromHex(hop.node_privkey),
            path_key: fromHex(hop.path_key),
            encryptedRecipientData: fromHex(route.hops[i]!.encrypted_data),
            table: ENCRYPTED_DATA,
          })
          expectHex(share.blinded_secret, hop.blinded_privkey, `${hop.alias}: blinded_privkey`)
          expectHex(data.bytes, hop.decrypted_data, `${hop.alias}: decrypted_data`)
          expectHex(nextPathKey(share), hop.next_path_key, `${hop.alias}: next_path_key`)
          expectHex(next_path_key, hop.next_path_key_override ?? hop.next_path_key, `${hop.alias}: what is passed on`)
          arriving = toHex(next_path_key)
        })
      },
    },
  ]
})
