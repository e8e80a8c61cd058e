import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { PROFILES } from '../../interop/profiles/index.js'
import { disguise, type Profile } from '../../interop/profiles/profile.js'
import { toHex } from '../../src/base/hex.js'
import type { BlindedPath } from '../../src/blinding/blinded-path.js'
import { blindHops } from '../../src/blinding/build.js'
import { decodeInvoiceError } from '../../src/bolt12/decode.js'
import { publicKey } from '../../src/crypto/group.js'
import { sha256 } from '../../src/crypto/hash.js'
import { identityOf } from '../../src/node/identity.js'
import type { NodeOptions } from '../../src/node/node.js'
import { buildOnionMessage, type MessageContents } from '../../src/onion/engine-build.js'
import { peel } from '../../src/onion/engine-peel.js'
import type { Generation } from '../../src/onion/generation.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import { modern } from '../../src/onion/generations/modern.js'
import { withType } from '../../src/onion/onion-message.js'
import { encodePacket } from '../../src/onion/packet.js'
import { buildReplyPath } from '../../src/onion/reply-path.js'
import { buildOnion } from '../../src/onion/sphinx.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { INIT_FEATURES } from '../../src/wire/feature-table.js'
import { bitmapOf } from '../../src/wire/features.js'
import { judgeInit, onionMessageRelay } from '../../src/wire/negotiate.js'
import { encodeTlv } from '../../src/wire/tlv.js'
import { seededRandom } from '../node/connections/world.js'
import { type Lab, type LabNode, lab } from '../node/lab.js'

/** Profiles of releases: what a node in such a disguise does where others can see it. */

const ALL = Object.entries(PROFILES)
const { 'v0.10.2': v0_10_2, 'v0.11': v0_11, 'v22.11': v22_11 } = PROFILES

async function disguised(world: Lab, profile: Profile, name = 'old'): Promise<LabNode> {
  const { options, attach } = disguise(profile, seededRandom(name))
  const started = await world.start(name, options)
  attach(started.node)
  return started
}

/** The key of a node of a lab. */
const keyOf = (name: string) => {
  const { keys } = identityOf(sha256(new TextEncoder().encode(name)))
  return { secret: keys.secret, node_id: keys.publicKey }
}

const text = (words: string) => new TextEncoder().encode(words)
const REQUEST: MessageContents = { invoice_request: text('asked') }

test.each(ALL)('%s: our node takes its init', (name, { node, ...profile }) => {
  expect(profile.name).toBe(name)
  const chains = [chainHashOf('regtest')]
  const ours = { features: bitmapOf(INIT_FEATURES), chains }
  const features = bitmapOf(node.features ?? [])
  const theirs = { globalfeatures: new Uint8Array(0), features, networks: chains }
  expect(judgeInit({ ours, theirs })).toMatchObject({ issues: [], close: false })
  // And it takes ours.
  const back = { globalfeatures: new Uint8Array(0), features: ours.features, networks: chains }
  expect(judgeInit({ ours: { features, chains }, theirs: back })).toMatchObject({ issues: [], close: false })
  expect(onionMessageRelay(features)).toBe('yes')
})

test('what each of them speaks and sends, whatever it knows', () => {
  const spoken = ALL.map(([name, { generations }]) => [name, ...generations.map((generation) => generation.name)])
  expect(spoken).toEqual([
    ['v0.10.2', 'obs2', 'obs'],
    ['v0.11', 'modern-uncounted', 'obs2'],
    ['v22.11', 'modern'],
  ])
  for (const [, { node, generations }] of ALL) {
    const speaks = generations.map((generation) => generation.name)
    for (const target of ['offer', '2021 offer', 'other'] as const)
      expect(node.policy?.({ target, speaks, worked: 'obs', asked: ['modern'] })).toEqual(speaks)
  }
})

test.each([
  ['v0.10.2', v0_10_2, 'obs2'],
  ['v0.11', v0_11, 'obs2'],
] as const)('%s: a request that it cannot read is told so, a node of ours is silent', async (_, profile, form) => {
  const world = lab()
  const [old, ours, asking] = [await disguised(world, profile), await world.start('ours'), await world.start('asking')]
  const errors: string[] = []
  asking.node.messenger.handle(68n, ({ value, generation }) => {
    errors.push(`${generation.name}: ${decodeInvoiceError(value).fields.error}`)
  })
  for (const asked of [old, ours]) {
    await world.connect(asking, asked)
    const generation = GENERATIONS.find(({ name }) => name === form)!
    const { path } = asking.node.messenger.makeReplyPath(generation, [asking.node.id], new Uint8Array(32).fill(1))
    for (const reply_path of [path, undefined]) {
      asking.node.messenger.send({
        generation,
        route: [asked.node.id],
        to: asked.node.id,
        contents: { ...REQUEST, ...(reply_path && { reply_path }) },
        onFate: () => undefined,
      })
    }
  }
  await world.clock.advance(1000)
  expect(errors).toEqual([`${form}: Invalid invreq ${toHex(text('asked'))}`])
})

describe('a message that is none', () => {
  /** A node that sends to one in disguise, and what came of it. */
  async function sends(profile: Profile, type: number, change: (whole: Uint8Array) => Uint8Array) {
    const world = lab()
    const [old, current] = [await disguised(world, profile), await world.start('current')]
    await world.connect(current, old)
    const generation = GENERATIONS.find(({ messageType }) => messageType === type)!
    const { message } = buildOnionMessage({
      generation,
      to: keyOf('old').node_id,
      contents: REQUEST,
      random: seededRandom('sender'),
    })
    current.node.connections.send(old.node.id, change(message))
    await world.clock.advance(1000)
    return {
      warnings: current.told('peer_warning').map(({ text }) => text),
      connected: current.node.connections.peers().length,
      received: old.told('message_received').map((event) => event.generation),
    }
  }
  const whole = (message: Uint8Array) => message
  const truncated = (message: Uint8Array) => message.subarray(0, message.length - 1)

  test.each([387, 385])('%i, truncated: v0.10.2 warns and hangs up', async (type) => {
    expect(await sends(v0_10_2, type, truncated)).toEqual({
      warnings: ['Bad onion_message'],
      connected: 0,
      received: [],
    })
  })

  test.each([
    ['v0.11', v0_11, 387],
    ['v0.11', v0_11, 513],
    ['v22.11', v22_11, 513],
  ] as const)('to %s: it warns', async (_, profile, type) => {
    expect(await sends(profile, type, truncated)).toEqual({
      warnings: ['Bad onion_message'],
      connected: 1,
      received: [],
    })
  })

  test.each([
    [v0_10_2, 513],
    [v0_11, 385],
    [v22_11, 387],
    [v22_11, 385],
  ] as const)('of a type that it does not know (%#): nothing happens', async (profile, type) => {
    expect(await sends(profile, type, truncated)).toEqual({ warnings: [], connected: 1, received: [] })
  })

  test.each([
    [v0_10_2, 387, 'obs2'],
    [v0_10_2, 385, 'obs'],
    [v0_11, 387, 'obs2'],
    [v22_11, 513, 'modern'],
  ] as const)('and a whole one arrives (%#)', async (profile, type, name) => {
    expect(await sends(profile, type, whole)).toEqual({ warnings: [], connected: 1, received: [name] })
  })
})

describe('a request to a node id', () => {
  /** What the last node finds of it, over relays of today. */
  async function arrived(profile: Profile, generation: Generation, relays: readonly string[]) {
    const world = lab()
    const old = await disguised(world, profile)
    const heard: Uint8Array[] = []
    const tap: NodeOptions['tap'] = ({ direction, bytes }) => {
      if (direction === 'in' && bytes[0]! * 256 + bytes[1]! === generation.messageType) heard.push(bytes)
    }
    const nodes: LabNode[] = []
    for (const name of [...relays, 'payee']) {
      nodes.push(await world.start(name, name === 'payee' ? { tap } : {}))
      await world.connect(nodes.at(-2) ?? old, nodes.at(-1)!)
    }
    const route = nodes.map(({ node }) => node.id)
    old.node.messenger.send({ generation, route, to: route.at(-1)!, contents: REQUEST, onFate: () => undefined })
    await world.clock.advance(1000)
    const received = nodes
      .at(-1)!
      .told('message_received')
      .map((event) => event.generation)
    return { received, decisions: heard.map((message) => peel(generation, keyOf('payee'), message)) }
  }

  const forms = ALL.flatMap(([name, profile]) =>
    profile.generations.flatMap((generation) => [[name, generation.name, profile, generation] as const]),
  )

  test.each(forms)('of %s in %s: nothing encrypted for the last hop, and all for the others', async (...at) => {
    const [, name, profile, generation] = at
    for (const relays of [[], ['relay'], ['relay', 'other']]) {
      const { received, decisions } = await arrived(profile, generation, relays)
      // Of two forms with one type, which differ by a reply path that is not there, the first takes it.
      expect(received).toEqual([name === 'modern-uncounted' ? 'modern' : name])
      expect(decisions).toMatchObject([{ kind: 'deliver' }])
      expect(decisions[0]).not.toHaveProperty('data')
      expect(decisions[0]).not.toHaveProperty('path_id')
    }
  })

  test('our own has data there', async () => {
    const { decisions } = await arrived({ ...v22_11, lastHop: 'data' }, v22_11.generations[0]!, [])
    expect(decisions[0]).toHaveProperty('data')
  })
})

describe('what they read', () => {
  const self = keyOf('old')
  const random = seededRandom('reader')
  const [obs2, uncounted, today] = [v0_10_2.generations[0]!, v0_11.generations[0]!, v22_11.generations[0]!]

  /** A message over a path of ours to a node in disguise, whose secret has so many bytes. */
  function over(generation: Generation, length: number) {
    const pathId = new Uint8Array(length).fill(7)
    // The secret is written by our own tables.
    const ours = GENERATIONS.find(({ name }) => name === generation.name)!
    const { path } = buildReplyPath({ generation: ours, nodeIds: [self.node_id], pathId, sessionKey: random(32) })
    const { message } = buildOnionMessage({ generation: ours, to: path, contents: REQUEST, random })
    return peel(generation, self, message)
  }

  test.each([obs2, uncounted, today])('a secret of 32 bytes, and no other ($name)', (generation) => {
    expect(over(generation, 32)).toMatchObject({ kind: 'deliver', path_id: new Uint8Array(32).fill(7) })
    for (const length of [31, 33, 16]) {
      expect(over(generation, length)).toMatchObject({ kind: 'deliver' })
      expect(over(generation, length)).not.toHaveProperty('path_id')
    }
  })

  test('a reply path that begins at a channel is none before v24.05', () => {
    const { path } = buildReplyPath({
      generation: modern,
      nodeIds: [self.node_id],
      pathId: random(32),
      sessionKey: random(32),
    })
    const message = (first: BlindedPath['first_node_id']) =>
      buildOnionMessage({
        generation: modern,
        to: self.node_id,
        contents: { ...REQUEST, reply_path: { ...path, first_node_id: first } },
        random,
      }).message
    const channel = message({ direction: 0, short_channel_id: 1n })
    expect(peel(modern, self, channel)).toMatchObject({ kind: 'deliver' })
    expect(peel(today, self, channel)).toMatchObject({ kind: 'drop', code: 'ONION_MESSAGE_PAYLOAD' })
    expect(peel(today, self, message({ node_id: self.node_id }))).toMatchObject({ kind: 'deliver' })
  })

  test('counted and uncounted reply paths are unreadable to each other', () => {
    const asked = (generation: Generation) => {
      const keys = { pathId: random(32), sessionKey: random(32) }
      const { path } = buildReplyPath({ generation, nodeIds: [self.node_id], ...keys })
      const contents = { ...REQUEST, reply_path: path }
      return buildOnionMessage({ generation, to: self.node_id, contents, random }).message
    }
    expect(peel(today, self, asked(today))).toMatchObject({ kind: 'deliver' })
    expect(peel(today, self, asked(uncounted))).toMatchObject({ kind: 'drop', code: 'ONION_MESSAGE_PAYLOAD' })
    expect(peel(uncounted, self, asked(uncounted))).toMatchObject({ kind: 'deliver' })
    expect(peel(uncounted, self, asked(today))).toMatchObject({ kind: 'drop', code: 'ONION_MESSAGE_PAYLOAD' })
  })

  test.each([
    [obs2, 'obs2'],
    [uncounted, 'modern-uncounted'],
    [today, 'modern'],
  ] as const)('a relay minds no known field beside its data (%#)', (generation, name) => {
    const ours = GENERATIONS.find((one) => one.name === name)!
    const next = publicKey(new Uint8Array(32).fill(3))
    const data = encodeTlv(ours.encryptedDataTable, { next_node_id: next })
    const [first, last] = blindHops(random(32), [
      { node_id: self.node_id, data },
      { node_id: next, data: new Uint8Array(0) },
    ])
    const fields = { encrypted_recipient_data: first!.encrypted_recipient_data, invoice_request: text('beside') }
    const { packet } = buildOnion({
      sessionKey: random(32),
      hops: [
        { node_id: first!.blinded_node_id, payload: encodeTlv(ours.payloadTable, fields) },
        { node_id: last!.blinded_node_id, payload: encodeTlv(ours.payloadTable, { invoice_request: text('asked') }) },
      ],
      size: 1300,
    })
    const body = ours.layout.write({ path_key: first!.path_key, onion_message_packet: encodePacket(packet) })
    const message = withType(ours.messageType, body)
    expect(peel(ours, self, message)).toMatchObject({ kind: 'drop', code: 'ONION_MESSAGE_RELAY_EXTRA' })
    expect(peel(generation, self, message)).toMatchObject({ kind: 'forward', next: { next_node_id: next } })
  })
})
