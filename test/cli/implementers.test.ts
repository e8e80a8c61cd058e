import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import { blindedPath } from '../../src/blinding/blinded-path.js'
import { publicKey } from '../../src/crypto/group.js'
import { buildOnionMessage } from '../../src/onion/engine.js'
import { modern } from '../../src/onion/generations/modern.js'
import { modernUncounted } from '../../src/onion/generations/modern-uncounted.js'
import { buildReplyPath } from '../../src/onion/reply-path.js'
import { encode } from '../../src/wire/codec.js'
import { lno, problemWith } from './run.js'
import { vector, vectorText } from './vectors.js'

const folder = mkdtempSync(join(tmpdir(), 'lno-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function keyFile(contents: string | Uint8Array, mode = 0o600): string {
  const file = join(folder, `${files++}.key`)
  writeFileSync(file, contents, { mode })
  return file
}

const ALICE = '41'.repeat(32)
const BOB = '42'.repeat(32)
const CAROL = '43'.repeat(32)
const DAVE = '44'.repeat(32)

describe('message peel', () => {
  const MESSAGES = 'bolt04/blinded-onion-message-onion-test.json'
  const onion = (hop: number) => vectorText(MESSAGES, 'decrypt', 'hops', hop, 'onion_message')

  test.each([
    [ALICE, 0],
    [BOB, 1],
    [CAROL, 2],
  ])('a relaying hop shows the next node and its message (secret %s)', async (secret, hop) => {
    const { code, json, stderr } = await lno(['message', 'peel', '-'], {
      stdin: onion(hop),
      env: { LNO_SECRET: secret },
    })
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(json()).toMatchObject({
      type: 513,
      generation: '513',
      packet_size: 1366,
      forward: {
        next_node_id: vectorText(MESSAGES, 'decrypt', 'hops', hop, 'next_node_id'),
        message: onion(hop + 1),
        path_key: onion(hop + 1).slice(4, 70),
      },
    })
  })

  test('the last hop shows what is for it', async () => {
    const { code, json } = await lno(['message', 'peel', onion(3), '--key-file', keyFile(`${DAVE}\n`)])
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      type: 513,
      generation: 'modern',
      path_key: onion(3).slice(4, 70),
      final: {
        path_id: vectorText(MESSAGES, 'generate', 'hops', 3, 'tlvs', 'path_id'),
        encrypted_data: vectorText(MESSAGES, 'generate', 'hops', 3, 'encrypted_data_tlv'),
        records: expect.arrayContaining([{ type: '1', value: '68656c6c6f' }]),
      },
    })
  })

  const LEGACY = 'legacy/golden-vectors.json'
  const legacy = (...path: (string | number)[]) => vectorText(LEGACY, ...path)
  /** What a node with this secret makes of a message. */
  const peeled = async (message: string, LNO_SECRET: string) => {
    const { json } = await lno(['message', 'peel', message], { env: { LNO_SECRET } })
    return json() as {
      readonly forward: { readonly message: string; readonly next_node_id: string }
      readonly final: object
    }
  }

  test('a request of type 385 names its relays in the clear, and no key comes with it', async () => {
    const bobs = await peeled(legacy('obs_385', 'request_message_to_bob'), BOB)
    expect(bobs).toMatchObject({ type: 385, generation: 'obs', path_key: null })
    expect(bobs.forward.next_node_id).toBe(legacy('keys', 'Carol', 'node_id'))
    expect(bobs.forward).not.toHaveProperty('path_key')
    const carols = await peeled(bobs.forward.message, CAROL)
    const daves = await peeled(carols.forward.message, DAVE)
    expect(daves).toMatchObject({
      type: 385,
      generation: 'obs',
      final: {
        reply_path: {
          first_node_id: legacy('keys', 'Carol', 'node_id'),
          first_path_key: legacy('obs_385', 'E', 0),
          path: [0, 1, 2].map((hop) => ({
            blinded_node_id: legacy('obs_385', 'node_ids', hop),
            encrypted_recipient_data: legacy('obs_385', 'enctlvs', hop),
          })),
        },
        records: [{ type: '8' }, { type: '64', value: '00' }],
      },
    })
    expect(daves.final).not.toHaveProperty('path_id')
  })

  test('an answer of type 385 shows the key by which its path is known', async () => {
    const found = await peeled(legacy('obs_385', 'reply_walk', 1, 'forwarded_message'), ALICE)
    expect(found).toMatchObject({
      type: 385,
      generation: 'obs',
      path_key: legacy('obs_385', 'E', 2),
      final: { path_key: legacy('obs_385', 'E', 2), records: [{ type: '66', value: '00' }] },
    })
    expect(found.final).not.toHaveProperty('path_id')
  })

  test('a message of type 387 is peeled to its end', async () => {
    let message = legacy('obs2_387_onion_selfid32', 'message_to_alice')
    for (const LNO_SECRET of [ALICE, BOB, CAROL]) {
      const found = await peeled(message, LNO_SECRET)
      expect(found).toMatchObject({ type: 387, generation: 'obs2' })
      message = found.forward.message
    }
    expect((await peeled(message, DAVE)).final).toMatchObject({
      path_id: legacy('obs2_387_onion_selfid32', 'hops', 3, 'plaintext').slice(4),
      encrypted_data: legacy('obs2_387_onion_selfid32', 'hops', 3, 'plaintext'),
    })
  })

  test.each([modern, modernUncounted])(
    'type 513 with a reply path says which form it has: $name',
    async (generation) => {
      const node_id = publicKey(fromHex(ALICE))
      const { path } = buildReplyPath({
        generation,
        nodeIds: [node_id],
        pathId: fromHex(BOB),
        sessionKey: fromHex(CAROL),
      })
      const { message } = buildOnionMessage({
        generation,
        to: node_id,
        contents: { invoice_request: Uint8Array.of(1), reply_path: path },
        sessionKey: fromHex(DAVE),
        pathSecret: fromHex(DAVE),
      })
      expect(await peeled(toHex(message), ALICE)).toMatchObject({
        type: 513,
        generation: generation.name,
        final: { reply_path: { first_node_id: toHex(node_id), path: [{}] } },
      })
    },
  )

  test('another type is refused, and the known ones are named', async () => {
    const outcome = await lno(['message', 'peel', '0182ff'], { env: { LNO_SECRET: ALICE } })
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain('type 386 is no onion message; known: 513, 387, 385')
    const short = await lno(['message', 'peel', '01'], { env: { LNO_SECRET: ALICE } })
    expect(short.stderr).toContain('the message has no type in front; known: 513, 387, 385')
  })

  test('what a node would drop is refused with its reason', async () => {
    const wrongKey = await lno(['message', 'peel', onion(0)], { env: { LNO_SECRET: BOB } })
    expect(wrongKey.code).toBe(1)
    expect(problemWith(wrongKey)).toBeUndefined()
    expect(wrongKey.stderr).toContain('ONION_HMAC')
    for (const bad of [onion(0).slice(0, 60), '0202ff', '02', onion(0).slice(0, -2)]) {
      const outcome = await lno(['message', 'peel', bad], { env: { LNO_SECRET: ALICE } })
      expect(outcome.code).toBe(1)
      expect(problemWith(outcome)).toBeUndefined()
    }
  })

  test('hex that is none is refused with its place', async () => {
    const outcome = await lno(['message', 'peel', '0201zz'], { env: { LNO_SECRET: ALICE } })
    expect(outcome.code).toBe(1)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('BAD_HEX')
    expect(outcome.stderr).toContain('offset 4')
  })
})

describe('secrets', () => {
  const peel = (argv: string[], env: Record<string, string> = {}) =>
    lno(
      [
        'message',
        'peel',
        vectorText('bolt04/blinded-onion-message-onion-test.json', 'decrypt', 'hops', 0, 'onion_message'),
        ...argv,
      ],
      {
        env,
      },
    )

  test('come from a file as hex or raw, or from LNO_SECRET; the file goes first', async () => {
    expect((await peel(['--key-file', keyFile(ALICE)])).code).toBe(0)
    expect((await peel(['--key-file', keyFile(`  ${ALICE.toUpperCase()}\n`)])).code).toBe(0)
    expect((await peel(['--key-file', keyFile(fromHex(ALICE))])).code).toBe(0)
    expect((await peel([], { LNO_SECRET: ALICE })).code).toBe(0)
    expect((await peel(['--key-file', keyFile(ALICE)], { LNO_SECRET: BOB })).code).toBe(0)
  })

  test('without one the command says where they come from', async () => {
    const outcome = await peel([])
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('NO_SECRET')
    expect(outcome.stderr).toContain('--key-file')
  })

  test.each([
    ['00'.repeat(32), 'no secret key'],
    ['ff'.repeat(32), 'no secret key'],
    ['41'.repeat(31), 'holds 31 bytes'],
    ['my secret words', '64 hex digits'],
    ['', 'holds 0 bytes'],
    ['x'.repeat(2000), 'no key file'],
  ])('a key file that holds %j is refused without showing it', async (contents, why) => {
    const outcome = await peel(['--key-file', keyFile(contents)])
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('BAD_KEY_FILE')
    expect(outcome.stderr).toContain(why)
    expect(contents === '' || !outcome.stderr.includes(contents)).toBe(true)
  })

  test('a file that is not there is named', async () => {
    const outcome = await peel(['--key-file', join(folder, 'nothing')])
    expect(outcome.code).toBe(1)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('nothing')
  })

  test('a file that others can read is used with a warning', async () => {
    const outcome = await peel(['--key-file', keyFile(ALICE, 0o644)])
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toMatch(/^lno: .* can be read by others: chmod 600 .*\n$/)
    expect(() => outcome.json()).not.toThrow()
  })

  test('nobody is told to close to others what is no key', async () => {
    for (const argv of [
      ['--key-file', folder],
      ['--key-file', keyFile('x'.repeat(2000), 0o644)],
    ]) {
      const outcome = await peel(argv)
      expect(outcome.code).not.toBe(0)
      expect(problemWith(outcome)).toBeUndefined()
      expect(outcome.stderr).not.toContain('chmod')
    }
  })

  test('one is enough where one is needed', async () => {
    const outcome = await peel(['--key-file', keyFile(ALICE), '--key-file', keyFile(BOB)])
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
  })
})

describe('onion peel', () => {
  const ONION = 'bolt04/onion-test.json'
  const assoc = vectorText(ONION, 'generate', 'associated_data')

  test('peels all the way, each packet out of the one before', async () => {
    let onion = vectorText(ONION, 'onion')
    const secrets = vector(ONION, 'decode') as readonly string[]
    for (const [i, LNO_SECRET] of secrets.entries()) {
      const { code, json } = await lno(['onion', 'peel', '-', '--assoc', assoc], { stdin: onion, env: { LNO_SECRET } })
      expect(code).toBe(0)
      const document = json() as { final: boolean; payload: string; next_onion: string; packet_size: number }
      expect(document.packet_size).toBe(1366)
      // The vectors show payloads with their length in front.
      expect(vectorText(ONION, 'generate', 'hops', i, 'payload').endsWith(document.payload)).toBe(true)
      expect(document.final).toBe(i === secrets.length - 1)
      onion = document.next_onion
    }
    expect(onion).toBeNull()
  })

  test('shows the fields of a payment, amounts as strings', async () => {
    const argv = ['onion', 'peel', vectorText(ONION, 'onion'), '--assoc', assoc]
    expect((await lno(argv, { env: { LNO_SECRET: ALICE } })).json()).toMatchObject({
      records: [{ type: '2', value: '3a98' }, { type: '4', value: '05dc' }, { type: '6' }],
      fields: { amt_to_forward: '15000', outgoing_cltv_value: 1500, short_channel_id: '1' },
    })
  })

  test('inside a blinded path the path_key is needed, and opens the data of the hop', async () => {
    const BLINDED = 'bolt04/blinded-payment-onion-test.json'
    const hop = (i: number, name: string) => vectorText(BLINDED, 'decrypt', 'hops', i, name)
    const introduction = await lno(['onion', 'peel', hop(1, 'onion'), '--assoc', assoc], { env: { LNO_SECRET: BOB } })
    expect(introduction.json()).toMatchObject({
      next_path_key: hop(1, 'next_path_key'),
      next_onion: hop(2, 'onion'),
      encrypted_data_fields: { payment_relay: { fee_base_msat: '10000' }, short_channel_id: '0x0x1' },
    })
    const argv = ['onion', 'peel', hop(2, 'onion'), '--assoc', assoc, '--path-key', hop(1, 'next_path_key')]
    expect((await lno(argv, { env: { LNO_SECRET: CAROL } })).json()).toMatchObject({
      next_path_key: hop(2, 'next_path_key'),
      next_onion: hop(3, 'onion'),
    })
    const without = await lno(argv.slice(0, -2), { env: { LNO_SECRET: CAROL } })
    expect(without.code).toBe(1)
    expect(problemWith(without)).toBeUndefined()
  })

  test('a wrong hash, a wrong key option and a packet that is none are refused', async () => {
    const onion = vectorText(ONION, 'onion')
    for (const [argv, code, why] of [
      [[onion], 1, 'ONION_HMAC'],
      [['00ff'], 1, 'ONION_TRUNCATED'],
      [[`01${onion.slice(2)}`, '--assoc', assoc], 1, 'ONION_VERSION'],
      [[onion, '--path-key', '00'.repeat(33)], 2, '--path-key'],
      [[onion, '--assoc', 'xx'], 2, '--assoc'],
    ] as const) {
      const outcome = await lno(['onion', 'peel', ...argv], { env: { LNO_SECRET: ALICE } })
      expect(outcome.code).toBe(code)
      expect(problemWith(outcome)).toBeUndefined()
      expect(outcome.stderr).toContain(why)
    }
  })
})

describe('paths', () => {
  const ROUTE = 'bolt04/route-blinding-test.json'
  const hops = vector(ROUTE, 'route', 'hops') as readonly { blinded_node_id: string; encrypted_data: string }[]
  const first_node_id = vectorText(ROUTE, 'route', 'first_node_id')
  const path = toHex(
    encode(blindedPath, {
      first_node_id: { node_id: fromHex(first_node_id) },
      first_path_key: fromHex(vectorText(ROUTE, 'route', 'first_path_key')),
      path: hops.map(({ blinded_node_id, encrypted_data }) => ({
        blinded_node_id: fromHex(blinded_node_id),
        encrypted_recipient_data: fromHex(encrypted_data),
      })),
    }),
  )
  const unblinded = (hop: number, name: string) => vectorText(ROUTE, 'unblind', 'hops', hop, name)

  test('inspect shows what anyone can see, with line breaks in the hex, too', async () => {
    const { code, json } = await lno(['path', 'inspect', '-'], { stdin: `${path.slice(0, 100)}\n${path.slice(100)}\n` })
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      first_node_id,
      first_path_key: vectorText(ROUTE, 'route', 'first_path_key'),
      path: hops.map(({ blinded_node_id, encrypted_data }) => ({
        blinded_node_id,
        encrypted_recipient_data: encrypted_data,
      })),
      encrypted_lengths: hops.map(({ encrypted_data }) => encrypted_data.length / 2),
    })
  })

  test('inspect takes a string that holds paths', async () => {
    const invoice = vectorText('bolt12/payer-proof-test.json', 'valid_vectors', 0, 'input', 'invoice')
    const { code, json, stderr } = await lno(['path', 'inspect', invoice])
    expect(code).toBe(0)
    expect(stderr).toContain('Next: lno path unblind')
    expect(json()).toMatchObject({ field: 'invoice_paths', path: [{}] })
  })

  test('unblind follows the path as far as there are secrets', async () => {
    const keys = [BOB, CAROL, DAVE, '45'.repeat(32)]
    const files = keys.flatMap((key) => ['--key-file', keyFile(key)])
    const { code, json } = await lno(['path', 'unblind', path, ...files])
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      of: 4,
      hops: keys.map((_, i) => ({
        index: i,
        path_key: unblinded(i, 'path_key'),
        blinded_node_id_matches: true,
        encrypted_data: unblinded(i, 'decrypted_data'),
      })),
    })
    const two = (await lno(['path', 'unblind', path, ...files.slice(0, 4)])).json() as {
      hops: { next_path_key: string }[]
    }
    expect(two.hops).toHaveLength(2)
    expect(two.hops[0]!.next_path_key).toBe(unblinded(0, 'next_path_key'))
    // Where the data hold an override, it goes on instead of the derived key.
    expect(two.hops[1]!.next_path_key).toBe(unblinded(1, 'next_path_key_override'))
  })

  test('unblind begins at a later hop with its path_key', async () => {
    const argv = ['path', 'unblind', path, '--hop', '2', '--path-key', unblinded(2, 'path_key')]
    const { code, json } = await lno(argv, { env: { LNO_SECRET: DAVE } })
    expect(code).toBe(0)
    expect(json()).toMatchObject({ hops: [{ index: 2, encrypted_data: unblinded(2, 'decrypted_data') }] })
  })

  test.each([
    [['path', 'inspect', path.slice(0, -2)], 1, 'WIRE_TRUNCATED'],
    [['path', 'inspect', `${path}00`], 1, 'WIRE_TRAILING_BYTES'],
    [['path', 'inspect', '05'], 1, 'BAD_SCIDDIR'],
    [
      ['path', 'inspect', 'lno1pgx9getnwss8vetrw3hhyuckyypwa3eyt44h6txtxquqh7lz5djge4afgfjn7k4rgrkuag0jsd5xvxg'],
      2,
      'no blinded path',
    ],
    [['path', 'inspect', 'lno1zz'], 1, 'STRING_'],
    // Nothing of it could be read: that it holds no path is not what is wrong.
    [['path', 'inspect', 'lno1qq'], 1, 'WIRE_TRUNCATED: 1 byte wanted, 0 left'],
    [['path', 'inspect'], 2, 'PATH is missing'],
    [['path', 'unblind', path], 1, 'BLINDED_DATA_UNDECRYPTABLE'],
    [['path', 'unblind', path, '--hop', '1'], 2, '--path-key'],
    [['path', 'unblind', path, '--hop', '9', '--path-key', unblinded(0, 'path_key')], 2, '--hop'],
    [['path', 'unblind', path, '--hop', '-1'], 2, '--hop'],
    [['path', 'unblind', path, '--which', '1'], 2, '--which: there is 1 path, numbered from 0'],
  ])('%j is refused', async (argv, code, why) => {
    const outcome = await lno(argv, { env: { LNO_SECRET: ALICE } })
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(why)
    expect(outcome.code).toBe(code)
  })

  test('help of every command has examples', async () => {
    for (const name of ['message peel', 'onion peel', 'path inspect', 'path unblind', 'merkle']) {
      const { code, stdout } = await lno([...name.split(' '), '--help'], { columns: 60 })
      expect(code).toBe(0)
      expect(stdout).toContain('Examples')
    }
  })
})
