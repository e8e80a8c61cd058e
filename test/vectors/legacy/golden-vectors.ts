import { fromHex, toHex } from '../../../src/base/hex.js'
import { blindedPath } from '../../../src/blinding/blinded-path.js'
import { blindHops, buildBlindedPath } from '../../../src/blinding/build.js'
import { nextPathKey, openData, sharePath } from '../../../src/blinding/unblind.js'
import { publicKey } from '../../../src/crypto/group.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { buildOnionMessage, forwardMessage, peel } from '../../../src/onion/engine.js'
import { framePayload, unframePayload } from '../../../src/onion/frame.js'
import type { Generation } from '../../../src/onion/generation.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { modernUncounted } from '../../../src/onion/generations/modern-uncounted.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { uncountedPath } from '../../../src/onion/generations/uncounted-path.js'
import { decodePacket } from '../../../src/onion/packet.js'
import { buildReplyPath } from '../../../src/onion/reply-path.js'
import { buildOnion, peelOnion } from '../../../src/onion/sphinx.js'
import { decode, encode } from '../../../src/wire/codec.js'
import { decodeTlv, encodeTlv, type Table } from '../../../src/wire/tlv.js'
import { expectHex } from '../../support/expect-hex.js'
import type { Json } from '../../support/json.js'
import { expectEqual } from '../lno.js'
import { type Case, defineReplay } from '../replay.js'

interface Key {
  readonly secret: string
  readonly node_id: string
}
interface OnionHop {
  readonly node: string
  readonly e: string
  readonly E: string
  readonly ss: string
  readonly rho: string
  readonly blinded_node_id: string
  readonly plaintext: string
  readonly encrypted: string
  readonly payload_with_len: string
  readonly sphinx_shared_secret: string
}
interface Onion {
  readonly msg_type: number
  readonly hops: readonly OnionHop[]
  readonly message_to_alice: string
  readonly onion_packet: string
  readonly sha256_of_message_at_each_hop: readonly string[]
}
interface ReplyStep {
  readonly node: string
  readonly sha256: string
  readonly final: boolean
  readonly fields: { readonly [type: string]: string }
  readonly enc_plain: { readonly [type: string]: string } | null
  readonly E_in: string
  readonly next_E: string
  readonly forwarded_message?: string
}
interface Obs {
  readonly reply_path_tlv8: string
  readonly E: readonly string[]
  readonly node_ids: readonly string[]
  readonly enctlvs: readonly string[]
  readonly request_payloads: readonly string[]
  readonly request_message_to_bob: string
  readonly reply_payloads: readonly string[]
  readonly reply_session_key: string
  readonly reply_message_dave_to_carol: string
  readonly walk: readonly (readonly [node: string, sha256: string, final: boolean, types: string])[]
  readonly reply_walk: readonly ReplyStep[]
}
interface ReplyPath {
  readonly session_key: string
  readonly uncounted_tlv2: string
  readonly counted_tlv2: string
  readonly eclair_070_final_payload_with_len: string
  readonly counted_final_payload_with_len: string
}
type File = {
  readonly keys: { readonly [name: string]: Key }
  readonly session_key: string
  readonly first_ephemeral_secret: string
  readonly override_secret: string
  readonly override_point: string
  readonly obs_385: Obs
  readonly reply_path: ReplyPath
}

const ONIONS = ['obs2_387_onion', 'obs2_387_onion_selfid32', 'modern_513_onion', 'modern_513_onion_pathid32'] as const

/** Every generation with this type of message: those that share one write the same bytes where no reply path is. */
const ofType = (type: number) => GENERATIONS.filter(({ messageType }) => messageType === type)

type Keys = (name: string) => { readonly secret: Uint8Array; readonly node_id: Uint8Array }

/** What stands in one hop's layer of a message, as its node sees it: the payload, and the type 64 and up apart from it. */
function layerOf(generation: Generation, secret: Uint8Array, message: Uint8Array) {
  const { path_key, onion_message_packet } = generation.layout.read(message.subarray(2))
  const share = path_key && sharePath(secret, path_key)
  return peelOnion({ packet: decodePacket(onion_message_packet), secret: share?.blinded_secret ?? secret })
}

/** Bytes of a TLV stream go through its table and come back as they were. */
function expectTable(table: Table, stream: string, what: string): void {
  expectHex(encodeTlv<Table>(table, decodeTlv(table, fromHex(stream)).fields), stream, what)
}

/** The sha256 of a message at each node, and the decision of the last one. */
function carry(candidates: readonly Generation[], nodes: readonly string[], keys: Keys, message: Uint8Array) {
  const hashes: string[] = []
  for (const name of nodes) {
    hashes.push(toHex(sha256(message)))
    const decision = peel(candidates as [Generation], keys(name), message)
    if (decision.kind === 'drop') throw new Error(`${name} drops it: ${decision.why}`)
    if (decision.kind === 'deliver') return { hashes, decision }
    const next = nodes[hashes.length]
    if (next === undefined || !('next_node_id' in decision.next)) throw new Error(`${name} passes it on`)
    expectHex(decision.next.next_node_id, toHex(keys(next).node_id), `the node behind ${name}`)
    message = forwardMessage(decision).message
  }
  throw new Error('it never arrived')
}

/** Alice and Bob were blinded by the sender; Carol and Dave are a path that Dave made, entered by Bob's override. */
function onionCases(label: string, file: File, keys: Keys, onion: Onion): readonly Case[] {
  const generations = ofType(onion.msg_type)
  const [first] = generations as [Generation]
  const { hops } = onion
  const names = hops.map(({ node }) => node)
  const secrets = [file.first_ephemeral_secret, file.override_secret] as const
  const blinded = [0, 2].flatMap((start, i) =>
    blindHops(
      fromHex(secrets[i]!),
      hops.slice(start, start + 2).map(({ node, plaintext }) => ({
        node_id: keys(node).node_id,
        data: fromHex(plaintext),
      })),
    ),
  )
  return [
    ...hops.map((hop, i) => ({
      name: `${label}: ${hop.node}’s hop, every secret of it`,
      run: () => {
        const made = blinded[i]!
        expectHex(made.path_privkey, hop.e, 'e')
        expectHex(made.path_key, hop.E, 'E')
        expectHex(made.shared_secret, hop.ss, 'ss')
        expectHex(made.rho, hop.rho, 'rho')
        expectHex(made.blinded_node_id, hop.blinded_node_id, 'blinded id')
        expectHex(made.encrypted_recipient_data, hop.encrypted, 'encrypted data')
        const share = sharePath(keys(hop.node).secret, fromHex(hop.E))
        expectHex(share.shared_secret, hop.ss, 'ss from the other side')
        expectHex(openData(share, fromHex(hop.encrypted))!, hop.plaintext, 'plaintext')
        for (const { encryptedDataTable, payloadTable, name } of generations) {
          expectTable(encryptedDataTable, hop.plaintext, `plaintext through the table of ${name}`)
          const payload = encodeTlv<Table>(payloadTable, { encrypted_recipient_data: fromHex(hop.encrypted) })
          expectHex(framePayload(payload), hop.payload_with_len, `payload of ${name}`)
        }
      },
    })),
    {
      name: `${label}: Bob’s hop leads over to the other path by the override`,
      run: () => {
        const { next_node_id, next_path_key_override } = decodeTlv(
          first.encryptedDataTable,
          fromHex(hops[1]!.plaintext),
        ).fields
        expectHex(next_node_id!, toHex(keys('Carol').node_id), 'next node')
        expectHex(next_path_key_override!, file.override_point, 'override')
        expectHex(publicKey(fromHex(file.override_secret)), file.override_point, 'override point')
        expectEqual(hops[2]!.E, file.override_point, 'E of Carol')
      },
    },
    ...generations.map((generation) => ({
      name: `${label}: built as ${generation.name}`,
      run: () => {
        const built = buildOnionMessage({
          generation,
          via: [keys('Alice').node_id, keys('Bob').node_id],
          to: {
            first_node_id: { node_id: keys('Carol').node_id },
            first_path_key: fromHex(file.override_point),
            path: blinded.slice(2),
          },
          contents: {},
          sessionKey: fromHex(file.session_key),
          pathSecret: fromHex(file.first_ephemeral_secret),
        })
        expectHex(built.firstNode, toHex(keys('Alice').node_id), 'first node')
        expectHex(built.message, onion.message_to_alice, 'message')
        const { onion_message_packet } = generation.layout.read(built.message.subarray(2))
        expectHex(onion_message_packet, onion.onion_packet, 'packet')
      },
    })),
    {
      name: `${label}: the secrets that the sender shares with each hop`,
      run: () => {
        const { sharedSecrets } = buildOnion({
          sessionKey: fromHex(file.session_key),
          hops: hops.map(({ blinded_node_id, payload_with_len }) => ({
            node_id: fromHex(blinded_node_id),
            payload: unframePayload(fromHex(payload_with_len)),
          })),
        })
        expectEqual(
          sharedSecrets.map((secret) => toHex(secret)),
          hops.map(({ sphinx_shared_secret }) => sphinx_shared_secret),
          'shared secrets',
        )
      },
    },
    {
      name: `${label}: peeled by every hop`,
      run: () => {
        const message = fromHex(onion.message_to_alice)
        const { hashes, decision } = carry(generations, names, keys, message)
        expectEqual(hashes, onion.sha256_of_message_at_each_hop, 'sha256 at each hop')
        expectHex(decision.data!.bytes, hops[3]!.plaintext, 'data of the last hop')
        expectHex(decision.path_id!, hops[3]!.plaintext.slice(4), 'secret of the path')
        expectHex(decision.path_key!, hops[3]!.E, 'path_key of the last hop')
        expectEqual(decision.generation.name, first.name, 'generation')
        const layer = layerOf(first, keys('Alice').secret, message)
        expectHex(framePayload(layer.payload), hops[0]!.payload_with_len, 'payload of the first hop')
        expectHex(layer.sharedSecret, hops[0]!.sphinx_shared_secret, 'shared secret of the first hop')
      },
    },
  ]
}

function obsCases(file: File, keys: Keys): readonly Case[] {
  const vector = file.obs_385
  const nodeIds = ['Carol', 'Bob', 'Alice'].map((name) => keys(name).node_id)
  const sessionKey = fromHex(file.first_ephemeral_secret)
  const unused = new Uint8Array(32)
  const { path, proof } = buildReplyPath({ generation: obs, nodeIds, pathId: unused, sessionKey })
  const zero = Uint8Array.of(0)
  const types = (fields: object) => `dict_keys([${Object.keys(fields).join(', ')}])`
  const byType = (stream: Uint8Array, table: Table) =>
    Object.fromEntries(decodeTlv(table, stream).records.map(({ type, value }) => [String(type), toHex(value)]))
  return [
    {
      name: 'obs: the reply path, every hop of it, and what its maker knows an answer by',
      run: () => {
        expectHex(encode(obs.replyPathCodec, path), vector.reply_path_tlv8, 'reply_path')
        expectHex(proof, vector.E[2]!, 'proof')
        expectEqual(
          path.path.map((hop) => toHex(hop.blinded_node_id)),
          vector.node_ids,
          'node ids',
        )
        expectEqual(
          path.path.map((hop) => toHex(hop.encrypted_recipient_data)),
          vector.enctlvs,
          'encrypted data',
        )
        const blinded = blindHops(
          sessionKey,
          nodeIds.map((node_id) => ({ node_id, data: zero })),
        )
        expectEqual(
          blinded.map(({ path_key }) => toHex(path_key)),
          vector.E,
          'E of each hop',
        )
        const read = decode(obs.replyPathCodec, fromHex(vector.reply_path_tlv8))
        expectHex(encode(obs.replyPathCodec, read), vector.reply_path_tlv8, 'reply_path read and written')
      },
    },
    {
      name: 'obs: the request over Bob and Carol to Dave is built',
      run: () => {
        const built = buildOnionMessage({
          generation: obs,
          via: ['Bob', 'Carol'].map((name) => keys(name).node_id),
          to: keys('Dave').node_id,
          contents: { reply_path: path, invoice_request: zero },
          sessionKey: fromHex(file.session_key),
        })
        expectHex(built.firstNode, toHex(keys('Bob').node_id), 'first node')
        expectHex(built.message, vector.request_message_to_bob, 'message')
        if (built.path_key !== undefined) throw new Error('a path_key with a request')
      },
    },
    {
      name: 'obs: the request is peeled by Bob, Carol and Dave',
      run: () => {
        let message = fromHex(vector.request_message_to_bob)
        vector.walk.forEach(([name, hash, final, listed], i) => {
          expectHex(sha256(message), hash, `sha256 at ${name}`)
          const layer = layerOf(obs, keys(name).secret, message)
          expectHex(layer.payload, vector.request_payloads[i]!, `payload of ${name}`)
          expectEqual(types(byType(layer.payload, obs.payloadTable)), listed, `types at ${name}`)
          const decision = peel(obs, keys(name), message)
          expectEqual(decision.kind, final ? 'deliver' : 'forward', `${name} does`)
          if (decision.kind === 'forward') message = forwardMessage(decision).message
          if (decision.kind !== 'deliver') return
          expectHex(decision.contents!.value, '00', 'contents')
          expectHex(encode(obs.replyPathCodec, decision.reply_path!), vector.reply_path_tlv8, 'reply path')
          if (decision.path_id !== undefined) throw new Error('a request in the clear came over a path')
        })
      },
    },
    {
      name: 'obs: Dave’s reply is built from the reply path',
      run: () => {
        const built = buildOnionMessage({
          generation: obs,
          to: decode(obs.replyPathCodec, fromHex(vector.reply_path_tlv8)),
          contents: { invoice: zero },
          sessionKey: fromHex(vector.reply_session_key),
        })
        expectHex(built.firstNode, toHex(keys('Carol').node_id), 'first node')
        expectHex(built.message, vector.reply_message_dave_to_carol, 'message')
      },
    },
    ...vector.reply_walk.map((step, i) => ({
      name: `obs: the reply at ${step.node}`,
      run: () => {
        const { secret } = keys(step.node)
        const message = fromHex(
          i === 0 ? vector.reply_message_dave_to_carol : vector.reply_walk[i - 1]!.forwarded_message!,
        )
        expectHex(sha256(message), step.sha256, 'sha256')
        const layer = layerOf(obs, secret, message)
        expectHex(layer.payload, vector.reply_payloads[i]!, 'payload')
        expectEqual(byType(layer.payload, obs.payloadTable), step.fields, 'fields')
        const outer = decodeTlv(obs.payloadTable, layer.payload).fields
        const arrived = obs.layout.read(message.subarray(2)).path_key ?? outer.path_key!
        expectHex(arrived, step.E_in, 'path_key')
        const share = sharePath(secret, arrived)
        expectHex(nextPathKey(share), step.next_E, 'next path_key')
        const plain = outer.encrypted_recipient_data && openData(share, outer.encrypted_recipient_data)
        expectEqual(plain ? byType(plain, obs.encryptedDataTable) : null, step.enc_plain, 'decrypted')

        const decision = peel(obs, keys(step.node), message)
        if (decision.kind === 'drop') throw new Error(`dropped: ${decision.why}`)
        expectEqual(decision.kind === 'deliver', step.final, 'final')
        if (decision.kind === 'deliver') {
          expectHex(decision.path_id!, vector.E[2]!, 'what its maker knows it by')
          expectHex(decision.contents!.value, '00', 'contents')
          return
        }
        if (!('next_node_id' in decision.next)) throw new Error('no next_node_id')
        expectHex(decision.next.next_node_id, step.enc_plain!['4']!, 'next node')
        const forwarded = forwardMessage(decision)
        expectHex(forwarded.message, step.forwarded_message!, 'forwarded message')
        expectHex(forwarded.path_key!, step.next_E, 'path_key of the forwarded message')
      },
    })),
  ]
}

/** One path to Bob over Alice, whose hops are told to go on to Bob and to Carol, with a count of its hops and without. */
function replyPathCases(vector: ReplyPath, keys: Keys): readonly Case[] {
  const made = buildBlindedPath({
    hops: (['Alice', 'Bob'] as const).map((name, i) => ({
      node_id: keys(name).node_id,
      data: encodeTlv(modern.encryptedDataTable, { next_node_id: keys(i === 0 ? 'Bob' : 'Carol').node_id }),
    })),
    sessionKey: fromHex(vector.session_key),
  }).path
  const forms = [
    [modern, blindedPath, vector.counted_tlv2, vector.counted_final_payload_with_len],
    [modernUncounted, uncountedPath, vector.uncounted_tlv2, vector.eclair_070_final_payload_with_len],
  ] as const
  return forms.flatMap(([generation, codec, value, payload], i) => [
    {
      name: `reply path as ${generation.name}: built and read`,
      run: () => {
        expectHex(encode(codec, made), value, 'written')
        expectHex(encode(codec, decode(generation.replyPathCodec, fromHex(value))), value, 'read')
      },
    },
    {
      name: `final payload as ${generation.name}: built, read, and not read as the other`,
      run: () => {
        const stream = unframePayload(fromHex(payload))
        const fields = { reply_path: made, encrypted_recipient_data: new Uint8Array(0) }
        expectHex(framePayload(encodeTlv(generation.payloadTable, fields)), payload, 'written')
        expectHex(encode(codec, decodeTlv(generation.payloadTable, stream).fields.reply_path!), value, 'read')
        const [other] = forms[1 - i]!
        let refused = ''
        try {
          decodeTlv(other.payloadTable, stream)
        } catch (error) {
          refused = String(error)
        }
        if (refused === '') throw new Error(`${other.name} reads it as well`)
      },
    },
  ])
}

export default defineReplay('legacy/golden-vectors.json', (json: Json) => {
  const file = json as unknown as File
  const keys: Keys = (name) => ({
    secret: fromHex(file.keys[name]!.secret),
    node_id: fromHex(file.keys[name]!.node_id),
  })
  const onions = json as unknown as Readonly<Record<string, Onion>>
  return [
    ...Object.entries(file.keys).map(([name, { secret, node_id }]) => ({
      name: `the id of ${name}`,
      run: () => expectHex(publicKey(fromHex(secret)), node_id, 'id'),
    })),
    ...ONIONS.flatMap((label) => onionCases(label, file, keys, onions[label]!)),
    ...obsCases(file, keys),
    ...replyPathCases(file.reply_path, keys),
  ]
})
