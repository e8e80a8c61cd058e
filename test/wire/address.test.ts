import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import {
  type Address,
  decodeAddress,
  encodeAddress,
  formatAddress,
  parseAddress,
  readAddresses,
  remoteAddressFor,
  writeAddresses,
} from '../../src/wire/address.js'
import { onionHost } from '../../src/wire/onion-host.js'
import { codeOf } from '../support/code-of.js'

/** A real version 3 service name with its 35 bytes (key, checksum, version 3). */
const ONION = 'duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion'
const ONION_HEX = '1d04a1d04a338c6e6ae970bfabee49049d6702250984ca950c01673f4ec034ad916403'

const EXAMPLES: readonly (readonly [Address, string, string])[] = [
  [{ kind: 'ipv4', host: '1.2.3.255', port: 9735 }, '01010203ff2607', '1.2.3.255:9735'],
  [
    { kind: 'ipv6', host: '2001:db8::1:0:0:1', port: 1 },
    '0220010db80000000000010000000000010001',
    '[2001:db8::1:0:0:1]:1',
  ],
  [
    { kind: 'dns', host: 'xn--bcher-kva.example', port: 65535 },
    `0515${toHex(new TextEncoder().encode('xn--bcher-kva.example'))}ffff`,
    'xn--bcher-kva.example:65535',
  ],
]

const address: fc.Arbitrary<Address> = fc.oneof(
  fc.record({ kind: fc.constant('ipv4' as const), host: fc.ipV4(), port: fc.integer({ min: 1, max: 65535 }) }),
  fc.record({
    kind: fc.constant('torv3' as const),
    host: fc.uint8Array({ minLength: 35, maxLength: 35 }).map(onionHost),
    port: fc.integer({ min: 1, max: 65535 }),
  }),
  fc.record({
    kind: fc.constant('dns' as const),
    host: fc.stringMatching(/^[a-zA-Z][0-9A-Za-z_-]{0,40}(\.[a-z]{2,9})?$/),
    port: fc.integer({ min: 1, max: 65535 }),
  }),
)

describe('a descriptor', () => {
  for (const [value, hex, text] of EXAMPLES) {
    test(`${text} is ${hex.slice(0, 20)}… and back, as bytes and as text`, () => {
      expect(toHex(encodeAddress(value))).toBe(hex)
      expect(decodeAddress(fromHex(hex))).toEqual(value)
      expect(formatAddress(value)).toBe(text)
      expect(parseAddress(text)).toEqual(value)
    })
  }

  test('of an onion service has its 35 bytes as a name', () => {
    const value = parseAddress(`${ONION.toUpperCase()}:443`)
    expect(value).toEqual({ kind: 'torv3', host: ONION, port: 443 })
    const bytes = encodeAddress(value)
    expect(toHex(bytes)).toBe(`04${ONION_HEX}01bb`)
    expect(decodeAddress(bytes)).toEqual(value)
    expect(onionHost(new Uint8Array(35).fill(0xff))).toBe(`${'7'.repeat(56)}.onion`)
    expect(onionHost(new Uint8Array(35))).toBe(`${'a'.repeat(56)}.onion`)
  })

  test('and text are read as what was written', () => {
    fc.assert(
      fc.property(address, (value) => {
        expect(decodeAddress(encodeAddress(value))).toEqual(value)
        expect(parseAddress(formatAddress(value))).toEqual(value)
      }),
    )
  })

  test('with 16 bytes of any IPv6 address is written as it was read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(0xffff), (ip, zeros) => {
        // Runs of zero groups are what the text form shortens.
        const sparse = ip.map((byte, i) => ((zeros >> (i & ~1)) & 1 ? 0 : byte))
        const bytes = concatBytes(fromHex('02'), sparse, fromHex('2607'))
        expect(toHex(encodeAddress(decodeAddress(bytes)))).toBe(toHex(bytes))
      }),
    )
  })

  test('with port 0 is none, whatever its type', () => {
    for (const hex of ['01010203040000', `02${'20'.repeat(16)}0000`, `04${'00'.repeat(35)}0000`, '0501610000']) {
      expect(
        codeOf(() => decodeAddress(fromHex(hex))),
        hex,
      ).toBe('BAD_ADDRESS')
      expect(codeOf(() => decodeAddress(fromHex(`${hex.slice(0, -4)}0001`)))).toBe('accepted')
    }
    expect(codeOf(() => encodeAddress({ kind: 'ipv4', host: '1.2.3.4', port: 0 }))).toBe('BAD_ADDRESS')
  })

  test('of a host name has ASCII as DNS allows it, and at least a character', () => {
    const dns = (name: string) => `05${(name.length / 2).toString(16).padStart(2, '0')}${name}2607`
    expect(codeOf(() => decodeAddress(fromHex(dns('612d5f2e7a'))))).toBe('accepted')
    for (const name of ['', '61c3bc', '6120', '610a', '61001b', '613a', '612f']) {
      expect(
        codeOf(() => decodeAddress(fromHex(dns(name)))),
        name,
      ).toBe('BAD_ADDRESS')
    }
    expect(codeOf(() => encodeAddress({ kind: 'dns', host: 'bücher.example', port: 1 }))).toBe('BAD_ADDRESS')
    expect(codeOf(() => encodeAddress({ kind: 'dns', host: 'a'.repeat(255), port: 1 }))).toBe('accepted')
    expect(codeOf(() => encodeAddress({ kind: 'dns', host: 'a'.repeat(256), port: 1 }))).toBe('BAD_ADDRESS')
  })

  test('that is cut off, too long or of an unknown type is refused', () => {
    for (const [, hex] of EXAMPLES) {
      for (let length = 0; length < hex.length / 2; length++) {
        expect(codeOf(() => decodeAddress(fromHex(hex).subarray(0, length)))).toBe('WIRE_TRUNCATED')
      }
      expect(codeOf(() => decodeAddress(fromHex(`${hex}00`)))).toBe('WIRE_TRAILING_BYTES')
    }
    for (const type of ['00', '06', 'ff']) {
      expect(codeOf(() => decodeAddress(fromHex(`${type}00000000000000`)))).toBe('BAD_ADDRESS')
    }
  })
})

describe('text', () => {
  test('without a port needs a default', () => {
    expect(parseAddress('example.com', 9735)).toEqual({ kind: 'dns', host: 'example.com', port: 9735 })
    expect(parseAddress('[::1]', 9735)).toEqual({ kind: 'ipv6', host: '::1', port: 9735 })
    expect(codeOf(() => parseAddress('example.com'))).toBe('BAD_ADDRESS')
  })

  test('that is no address is refused', () => {
    const wrong = [
      '',
      ':9735',
      'a:0',
      'a:65536',
      'a:-1',
      'a:1x',
      'a:1 ',
      ' a:1',
      'a b:1',
      '::1:9735',
      '[::1:9735',
      '[1.2.3.4]:1',
      '[:::]:1',
      '[1::2::3]:1',
      '[12345::]:1',
      '[1:2:3:4:5:6:7:8:9]:1',
      '[fe80::1%eth0]:1',
      '1.2.3:1',
      '1.2.3.256:1',
      '01.2.3.4:1',
      '1.2.3.4.5:1',
      'short.onion:1',
      `${ONION.slice(1)}:1`,
      `${ONION.replace('d', '1')}:1`,
    ]
    for (const text of wrong)
      expect(
        codeOf(() => parseAddress(text)),
        text,
      ).toBe('BAD_ADDRESS')
  })

  test('of an IPv6 address may have any of its forms', () => {
    const same = ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0:1', '2001:db8:0000::0.0.0.1']
    for (const host of same) expect(parseAddress(`[${host}]:1`).host).toBe('2001:db8::1')
    for (const host of ['::', '::1', '1::', '1:0:2::3', '1::2:0:0:3', '1:2:3:4:5:6:7:8', '1:2:3:0:5:6:7:8']) {
      expect(parseAddress(`[${host}]:1`).host).toBe(host)
    }
    expect(codeOf(() => parseAddress('[1.2.3.4::]:1'))).toBe('BAD_ADDRESS')
    expect(parseAddress('[1:2:3:4:5:6::8]:1').host).toBe('1:2:3:4:5:6:0:8')
    expect(codeOf(() => parseAddress('[1:2:3:4:5:6:7::8]:1'))).toBe('BAD_ADDRESS')
    expect(codeOf(() => parseAddress('[1:2:3:4:5:6:7:8::]:1'))).toBe('BAD_ADDRESS')
  })
})

describe('the addresses of an announcement', () => {
  const v4 = '01080808082607'
  const dns = '0501612607'

  test('are read in their order, up to the first unknown type', () => {
    const list = readAddresses(fromHex(`${v4}${dns}06abcd${v4}`))
    expect(list.addresses.map(formatAddress)).toEqual(['8.8.8.8:9735', 'a:9735'])
    expect(toHex(list.unread)).toBe(`06abcd${v4}`)
    expect(list.forward).toBe(true)
    expect(readAddresses(new Uint8Array(0))).toEqual({
      addresses: [],
      ignored: [],
      unread: new Uint8Array(0),
      forward: true,
    })
    expect(readAddresses(fromHex(`00${v4}`)).addresses).toEqual([])
  })

  test('with a second host name: it is ignored, and nothing is passed on', () => {
    const list = readAddresses(fromHex(`${v4}${dns}0501622607`), 50)
    expect(list.addresses.map(formatAddress)).toEqual(['8.8.8.8:9735', 'a:9735'])
    expect(list.ignored).toEqual([expect.objectContaining({ code: 'ADDRESS_SECOND_DNS', offset: 62 })])
    expect(list.forward).toBe(false)
    expect(readAddresses(fromHex(`${v4}${dns}`)).forward).toBe(true)
  })

  test('skip port 0, Tor v2 and bad names, and go on behind them', () => {
    const list = readAddresses(fromHex(`01010203040000${v4}03${'00'.repeat(12)}05010a2607`))
    expect(list.addresses.map(formatAddress)).toEqual(['8.8.8.8:9735'])
    expect(list.ignored.map(({ code, offset }) => [code, offset])).toEqual([
      ['BAD_ADDRESS', 0],
      ['BAD_ADDRESS', 14],
      ['BAD_ADDRESS', 27],
    ])
  })

  test('are refused when a known type is cut off', () => {
    for (const hex of ['0108', `${v4}05`, `${v4}050361`, `04${'00'.repeat(36)}`]) {
      expect(
        codeOf(() => readAddresses(fromHex(hex))),
        hex,
      ).toBe('WIRE_TRUNCATED')
    }
  })

  test('of ours ascend by type, with one host name at most', () => {
    const ours = ['example.com:1', '[2600::1]:2', '8.8.4.4:3', '8.8.8.8:4'].map((text) => parseAddress(text))
    const bytes = writeAddresses(ours)
    expect(readAddresses(bytes).addresses.map(formatAddress)).toEqual([
      '8.8.4.4:3',
      '8.8.8.8:4',
      '[2600::1]:2',
      'example.com:1',
    ])
    expect(codeOf(() => writeAddresses([ours[0]!, ours[0]!]))).toBe('ADDRESS_SECOND_DNS')
  })
})

test('a caller is told only an address that is an IP, public, with a port', { tags: ['M10'] }, () => {
  expect(remoteAddressFor('8.8.8.8', 5)).toEqual({ kind: 'ipv4', host: '8.8.8.8', port: 5 })
  expect(remoteAddressFor('8.8.8.8', 0)).toBeUndefined()
  expect(remoteAddressFor('example.com', 5)).toBeUndefined()
  expect(remoteAddressFor('10.0.0.1', 5)).toBeUndefined()
})
