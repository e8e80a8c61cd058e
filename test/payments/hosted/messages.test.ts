import '../../support/use-toy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import {
  addMessage,
  HOSTED_ERROR,
  htlcBody,
  makeHtlc,
  readHtlc,
  UPDATE_ADD_HTLC,
  UPDATE_FAIL_HTLC,
  UPDATE_FAIL_MALFORMED_HTLC,
  UPDATE_FULFILL_HTLC,
} from '../../../src/payments/hosted/htlc-messages.js'
import { MOST_HTLC_BYTES, MOST_HTLCS, MOST_TERMS } from '../../../src/payments/hosted/limits.js'
import {
  ASK_BRANDING_INFO,
  FORWARDING_TERMS,
  type ForwardingTermsMessage,
  HOSTED_CHANNEL_BRANDING,
  type HostedInit,
  INIT_HOSTED_CHANNEL,
  INVOKE_HOSTED_CHANNEL,
  LAST_CROSS_SIGNED_STATE,
  STATE_OVERRIDE,
  STATE_UPDATE,
} from '../../../src/payments/hosted/messages.js'
import { decode, encode } from '../../../src/wire/codec.js'
import { decodeMessage, encodeMessage, MAX_MESSAGE, type MessageDef } from '../../../src/wire/message.js'
import { encodeRecord } from '../../../src/wire/tlv.js'
import { arbitraryMessage } from '../../support/arbitrary.js'
import { codeOf } from '../../support/code-of.js'
import { damaged } from '../../support/hostile.js'
import { node } from '../../support/keys.js'

/** `length` times one byte, as hex and as bytes: what stands in the golden messages. */
const run = (byte: string, length: number) => byte.repeat(length)
const fill = (byte: string, length: number) => fromHex(run(byte, length))

const POINT = node(0x42).id
const TERMS = { amountMsat: 1000n, paymentHash: fill('22', 32), cltvExpiry: 700, onion: fill('33', 1366) }
const HTLC = makeHtlc(fill('11', 32), 5n, TERMS)
const BLINDED = makeHtlc(fill('11', 32), 6n, { ...TERMS, pathKey: POINT })
/** The body of `HTLC`, written by hand. */
const HTLC_HEX = [run('11', 32), '0000000000000005', '00000000000003e8', run('22', 32), '000002bc', run('33', 1366)]
const BLINDED_HEX = [
  ...[run('11', 32), '0000000000000006', '00000000000003e8', run('22', 32), '000002bc', run('33', 1366)],
  ...['00', '21', toHex(POINT)],
]

const INIT: HostedInit = {
  max_htlc_value_in_flight_msat: 500_000n,
  htlc_minimum_msat: 1n,
  max_accepted_htlcs: 20,
  channel_capacity_msat: 1_000_000n,
  initial_client_balance_msat: 3n,
  features: new Uint8Array(0),
}
const INIT_HEX = ['000000000007a120', '0000000000000001', '0014', '00000000000f4240', '0000000000000003', '0000']

const LCSS = {
  is_host: true,
  last_refund_scriptpubkey: fromHex('0014aa'),
  init_hosted_channel: INIT,
  block_day: 6000,
  local_balance_msat: 997_000n,
  remote_balance_msat: 1000n,
  local_updates: 6,
  remote_updates: 5,
  incoming_htlcs: [HTLC],
  outgoing_htlcs: [BLINDED],
  remote_sig_of_local: fill('55', 64),
  local_sig_of_remote: fill('66', 64),
}

// biome-ignore lint/suspicious/noExplicitAny: a definition is invariant in its fields
type AnyDef = MessageDef<any, any>

/** What is sent, the parts of what stands on the wire, and what it is. */
const GOLDEN: readonly (readonly [def: AnyDef, fields: Readonly<Record<string, unknown>>, hex: readonly string[]])[] = [
  [
    INVOKE_HOSTED_CHANNEL,
    { chain_hash: fill('06', 32), refund_scriptpubkey: fromHex('0014aa'), secret: fromHex('0102') },
    ['ffff', run('06', 32), '0003', '0014aa', '0002', '0102'],
  ],
  [INIT_HOSTED_CHANNEL, { ...INIT }, ['fffd', ...INIT_HEX]],
  [INIT_HOSTED_CHANNEL, { ...INIT, features: fromHex('020000') }, ['fffd', ...INIT_HEX.slice(0, 5), '0003', '020000']],
  [
    INIT_HOSTED_CHANNEL,
    { ...INIT, features: [32772, 32774] },
    ['fffd', ...INIT_HEX.slice(0, 5), '0002', '8004', '8006'],
  ],
  [
    LAST_CROSS_SIGNED_STATE,
    LCSS,
    [
      ...['fffb', '01', '0003', '0014aa', '24', ...INIT_HEX],
      ...['00001770', '00000000000f3688', '00000000000003e8', '00000006', '00000005'],
      ...['0001', 'fd05aa', ...HTLC_HEX, '0001', 'fd05cd', ...BLINDED_HEX],
      ...[run('55', 64), run('66', 64)],
    ],
  ],
  [
    STATE_UPDATE,
    { block_day: 6000, local_updates: 6, remote_updates: 5, local_sig_of_remote: fill('66', 64) },
    ['fff9', '00001770', '00000006', '00000005', run('66', 64)],
  ],
  [
    STATE_OVERRIDE,
    {
      block_day: 6000,
      local_balance_msat: 999_000n,
      local_updates: 70,
      remote_updates: 69,
      local_sig_of_remote: fill('66', 64),
    },
    ['fff7', '00001770', '00000000000f3e58', '00000046', '00000045', run('66', 64)],
  ],
  [
    HOSTED_CHANNEL_BRANDING,
    { rgb_color: fromHex('ff8800'), png_icon: fromHex('8950'), contact_info: 'a:é' },
    ['fff5', 'ff8800', '01', '0002', '8950', '0004', '613ac3a9'],
  ],
  [
    HOSTED_CHANNEL_BRANDING,
    { rgb_color: fromHex('ff8800'), png_icon: undefined, contact_info: '' },
    ['fff5', 'ff8800', '00', '0000'],
  ],
  [ASK_BRANDING_INFO, { chain_hash: fill('06', 32) }, ['ffe7', run('06', 32)]],
  [
    UPDATE_ADD_HTLC,
    {
      channel_id: fill('11', 32),
      id: 6n,
      amount_msat: 1000n,
      payment_hash: fill('22', 32),
      cltv_expiry: 700,
      onion_routing_packet: fill('33', 1366),
      path_key: POINT,
    },
    ['f811', ...BLINDED_HEX],
  ],
  [
    UPDATE_FULFILL_HTLC,
    {
      channel_id: fill('11', 32),
      id: 5n,
      payment_preimage: fill('44', 32),
      attribution_data: fill('77', 920),
    },
    ['f80f', run('11', 32), '0000000000000005', run('44', 32), '01', 'fd0398', run('77', 920)],
  ],
  [
    UPDATE_FAIL_HTLC,
    { channel_id: fill('11', 32), id: 5n, reason: fill('88', 292), attribution_data: fill('77', 920) },
    ['f80d', run('11', 32), '0000000000000005', '0124', run('88', 292), '01', 'fd0398', run('77', 920)],
  ],
  [
    UPDATE_FAIL_MALFORMED_HTLC,
    { channel_id: fill('11', 32), id: 5n, sha256_of_onion: fill('00', 32), failure_code: 0xc018 },
    ['f80b', run('11', 32), '0000000000000005', run('00', 32), 'c018'],
  ],
  [HOSTED_ERROR, { channel_id: fill('11', 32), data: fromHex('6e6f') }, ['f809', run('11', 32), '0002', '6e6f']],
  [
    FORWARDING_TERMS,
    {
      terms: [
        {
          short_channel_id: 0x0102030405060708n,
          next_node_id: POINT,
          fee_base_msat: 1000,
          fee_proportional_millionths: 100,
          cltv_expiry_delta: 34,
          htlc_minimum_msat: 1n,
          htlc_maximum_msat: 500_000n,
        },
      ],
    },
    [
      ...['aead', '0001', '0102030405060708', toHex(POINT), '000003e8', '00000064', '0022'],
      ...['0000000000000001', '000000000007a120'],
    ],
  ],
]

describe('messages of bLIP 17', () => {
  test.each(GOLDEN.map(([def, fields, hex]) => [def.name, def, fields, hex] as const))(
    '%s stands on the wire as written by hand',
    (_, def, fields, hex) => {
      const bytes = encodeMessage(def, fields)
      expect(toHex(bytes)).toBe(hex.join(''))
      expect(decodeMessage(def, bytes).fields).toEqual(fields)
    },
  )

  /** Behind features of an init nothing can follow: its length would no longer tell in which form they are. */
  const extensible = GOLDEN.filter(([, fields]) => !('features' in fields) || fields.features === INIT.features)
  test.each(extensible.map(([def, fields]) => [def.name, def, fields] as const))(
    '%s takes odd records of later versions, and no even ones',
    (_, def, fields) => {
      const bytes = encodeMessage(def, fields, [encodeRecord(101n, fromHex('00112233'))])
      expect(decodeMessage(def, bytes).records.at(-1)?.type).toBe(101n)
      expect(codeOf(() => decodeMessage(def, encodeMessage(def, fields, [encodeRecord(100n, fromHex('00'))])))).toBe(
        'TLV_UNKNOWN_EVEN',
      )
    },
  )

  test.each(GOLDEN.map(([def, fields]) => [def.name, def, fields] as const))(
    '%s cut off anywhere is refused with a code',
    (_, def, fields) => {
      const bytes = encodeMessage(def, fields)
      const ends = Math.min(bytes.length, 300)
      for (let i = 2; i < ends; i++) {
        const length = Math.floor((i * bytes.length) / ends)
        expect(codeOf(() => decodeMessage(def, bytes.subarray(0, length)))).toMatch(/^(MESSAGE_|TLV_|WIRE_|accepted$)/)
      }
      const bare = encodeMessage(def, { ...fields, path_key: undefined, attribution_data: undefined })
      if (!('features' in fields)) {
        expect(codeOf(() => decodeMessage(def, bare.subarray(0, -1)))).toBe('MESSAGE_TOO_SHORT')
      }
    },
  )

  test('come back as they were written, whatever stands in them', () => {
    const htlc = fc
      .record({ id: fc.bigInt({ min: 0n, max: 99n }), blinded: fc.boolean() })
      .map(({ id, blinded }) => makeHtlc(fill('11', 32), id, { ...TERMS, ...(blinded && { pathKey: POINT }) }))
    for (const def of new Set(GOLDEN.map(([def]) => def))) {
      fc.assert(
        fc.property(arbitraryMessage(def, { [htlcBody.name]: htlc }), (fields) => {
          const bytes = encodeMessage(def, fields)
          expect(decodeMessage(def, bytes).fields).toEqual(fields)
        }),
        { numRuns: 15 },
      )
    }
  })

  test('damaged by strangers are refused with codes or read, and cost no more than a few times their bytes', () => {
    for (const [def, fields] of GOLDEN) {
      const good = fc.constant(encodeMessage(def, fields))
      fc.assert(
        fc.property(damaged(good), (bytes) => {
          const touched = { bytes: 0 }
          codeOf(() => decodeMessage(def, bytes, touched))
          expect(touched.bytes).toBeLessThanOrEqual(4 * bytes.length + 64)
        }),
        { numRuns: 40 },
      )
    }
  })
})

describe('is_host and has_png', () => {
  test('are true whatever the byte is that is not zero: the programs write ff', () => {
    const bytes = encodeMessage(LAST_CROSS_SIGNED_STATE, LCSS)
    bytes[2] = 0xff
    expect(decodeMessage(LAST_CROSS_SIGNED_STATE, bytes).fields.is_host).toBe(true)
    bytes[2] = 0
    expect(decodeMessage(LAST_CROSS_SIGNED_STATE, bytes).fields.is_host).toBe(false)
  })
})

describe('features of an init', () => {
  const read = (hex: string) =>
    decodeMessage(INIT_HOSTED_CHANNEL, fromHex(`fffd${INIT_HEX.slice(0, 5).join('')}${hex}`))

  test('are a bitmap or a list of numbers, as their length tells', () => {
    expect(read('0000').fields.features).toEqual(new Uint8Array(0))
    expect(read('000101').fields.features).toEqual(fromHex('01'))
    expect(read('00018004').fields.features).toEqual([32772])
    expect(read('0000').records).toEqual([])
    expect(read('00006500').records.length).toBe(1)
  })

  test('inside a state are read by the same rule', () => {
    const fields = { ...LCSS, init_hosted_channel: { ...INIT, features: [256, 259] } }
    const { init_hosted_channel } = decodeMessage(
      LAST_CROSS_SIGNED_STATE,
      encodeMessage(LAST_CROSS_SIGNED_STATE, fields),
    ).fields
    expect(init_hosted_channel.features).toEqual([256, 259])
  })
})

describe('an HTLC', () => {
  test('is the body of its message, path_key and unknown records with it', () => {
    const message = concatBytes(addMessage(BLINDED), encodeRecord(65537n, fromHex('01')).bytes)
    const htlc = readHtlc(message)
    expect(toHex(htlc.body)).toBe(toHex(message.subarray(2)))
    expect(htlc.terms.pathKey).toEqual(POINT)
    expect(addMessage(htlc)).toEqual(message)
    expect(decode(htlcBody, encode(htlcBody, htlc))).toEqual(htlc)
  })

  test('made here is what is read there', () => {
    expect(toHex(HTLC.body)).toBe(HTLC_HEX.join(''))
    expect(readHtlc(addMessage(BLINDED))).toEqual(BLINDED)
    expect('pathKey' in readHtlc(addMessage(HTLC)).terms).toBe(false)
  })

  test('inside a state does not hold on to the message that it came in', () => {
    const bytes = encodeMessage(LAST_CROSS_SIGNED_STATE, LCSS)
    const [htlc] = decodeMessage(LAST_CROSS_SIGNED_STATE, bytes).fields.incoming_htlcs
    expect(htlc!.body.buffer).not.toBe(bytes.buffer)
  })

  test('is too large with more bytes than a state has room for', () => {
    const padding = (length: number) =>
      concatBytes(addMessage(BLINDED), encodeRecord(101n, new Uint8Array(length)).bytes)
    const room = MOST_HTLC_BYTES - BLINDED.body.length - 2
    expect(readHtlc(padding(room)).body.length).toBe(MOST_HTLC_BYTES)
    expect(codeOf(() => readHtlc(padding(room + 1)))).toBe('HOSTED_LIMIT')
  })

  test('that cannot be read inside a state says where', () => {
    const bytes = encodeMessage(LAST_CROSS_SIGNED_STATE, LCSS)
    const at = bytes.length - 128 - 33
    bytes[at] = 4 // the prefix of path_key
    try {
      decodeMessage(LAST_CROSS_SIGNED_STATE, bytes)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'WIRE_BAD_POINT', path: ['outgoing_htlcs', 0, 'path_key'], offset: at })
    }
  })
})

describe('the size of a state', () => {
  const big = (id: number) =>
    readHtlc(
      concatBytes(
        addMessage(makeHtlc(fill('11', 32), BigInt(id), { ...TERMS, pathKey: POINT })),
        encodeRecord(101n, new Uint8Array(MOST_HTLC_BYTES - BLINDED.body.length - 2)).bytes,
      ),
    )
  const many = (count: number) => Array.from({ length: count }, (_, i) => big(i + 1))

  test('of 20 and 20 HTLCs as large as they may be, and all else as well, fits a message', () => {
    const bytes = encodeMessage(LAST_CROSS_SIGNED_STATE, {
      ...LCSS,
      last_refund_scriptpubkey: new Uint8Array(128),
      init_hosted_channel: { ...INIT, features: new Uint8Array(128) },
      incoming_htlcs: many(MOST_HTLCS),
      outgoing_htlcs: many(MOST_HTLCS),
    })
    expect(bytes.length).toBeLessThanOrEqual(MAX_MESSAGE)
    expect(decodeMessage(LAST_CROSS_SIGNED_STATE, bytes).fields.incoming_htlcs.length).toBe(MOST_HTLCS)
  })

  test('with 21 in one direction is refused, read or written', () => {
    for (const list of ['incoming_htlcs', 'outgoing_htlcs']) {
      const fields = { ...LCSS, [list]: Array.from({ length: 21 }, () => HTLC) }
      expect(codeOf(() => encodeMessage(LAST_CROSS_SIGNED_STATE, fields))).toBe('HOSTED_LIMIT')
      const bytes = encodeMessage({ ...LAST_CROSS_SIGNED_STATE, check: undefined }, fields)
      expect(codeOf(() => decodeMessage(LAST_CROSS_SIGNED_STATE, bytes))).toBe('HOSTED_LIMIT')
    }
  })

  test('is what is there, whatever the counts in it say', () => {
    const bytes = encodeMessage(LAST_CROSS_SIGNED_STATE, { ...LCSS, incoming_htlcs: [], outgoing_htlcs: [] })
    const counts = bytes.length - 128 - 4
    bytes.fill(0xff, counts, counts + 4)
    expect(codeOf(() => decodeMessage(LAST_CROSS_SIGNED_STATE, bytes))).toBe('MESSAGE_TOO_SHORT')
  })

  test.each<[string, AnyDef, object]>([
    ['a script', INVOKE_HOSTED_CHANNEL, { refund_scriptpubkey: new Uint8Array(129) }],
    ['a secret', INVOKE_HOSTED_CHANNEL, { secret: new Uint8Array(129) }],
    ['a script in a state', LAST_CROSS_SIGNED_STATE, { last_refund_scriptpubkey: new Uint8Array(129) }],
    ['features', INIT_HOSTED_CHANNEL, { features: new Uint8Array(129) }],
    ['a list of features', INIT_HOSTED_CHANNEL, { features: Array.from({ length: 65 }, () => 1) }],
    [
      'features in a state',
      LAST_CROSS_SIGNED_STATE,
      { init_hosted_channel: { ...INIT, features: new Uint8Array(129) } },
    ],
  ])('%s that would take its room is refused', (_, def, change) => {
    const fields = { ...GOLDEN.find(([golden]) => golden === def)![1], ...change }
    expect(codeOf(() => encodeMessage(def, fields))).toBe('HOSTED_LIMIT')
    const bytes = encodeMessage({ ...def, check: undefined }, fields)
    expect(codeOf(() => decodeMessage(def, bytes))).toBe('HOSTED_LIMIT')
  })

  test('of forwarding terms is bounded too', () => {
    const { terms } = GOLDEN.at(-1)![1] as unknown as ForwardingTermsMessage
    const list = (count: number) => ({ terms: Array.from({ length: count }, () => terms[0]!) })
    expect(codeOf(() => encodeMessage(FORWARDING_TERMS, list(MOST_TERMS)))).toBe('accepted')
    expect(codeOf(() => encodeMessage(FORWARDING_TERMS, list(MOST_TERMS + 1)))).toBe('HOSTED_LIMIT')
  })
})
