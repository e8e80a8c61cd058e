import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { remoteAddressFor } from '../../src/wire/address.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { INIT_FEATURES } from '../../src/wire/feature-table.js'
import { listBits } from '../../src/wire/features.js'
import { decodeMessage, encodeMessage } from '../../src/wire/message.js'
import { INIT, makeInit } from '../../src/wire/messages/init.js'
import { codeOf } from '../support/code-of.js'

const regtest = chainHashOf('regtest')
const REGTEST = '06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f'

describe('our init', () => {
  test('is these bytes: both bitmaps, networks, remote_addr', { tags: ['M7'] }, () => {
    const remoteAddr = remoteAddressFor('1.2.3.4', 9735)
    const bytes = makeInit({ features: INIT_FEATURES, chains: [regtest], remoteAddr })
    expect(toHex(bytes)).toBe(`00100000000620800000a2020120${REGTEST}030701010203042607`)
    expect(decodeMessage(INIT, bytes).fields).toEqual({
      globalfeatures: new Uint8Array(0),
      features: fromHex('20800000a202'),
      networks: [regtest],
      remote_addr: { kind: 'ipv4', host: '1.2.3.4', port: 9735 },
    })
  })

  test('sets nothing in globalfeatures, no more bytes than its bits need, and all chains', { tags: ['M9'] }, () => {
    const chains = [regtest, chainHashOf('signet')]
    for (const features of [[], [1], [7], [8], INIT_FEATURES, [...INIT_FEATURES, 257]]) {
      const { fields } = decodeMessage(INIT, makeInit({ features, chains }))
      expect(listBits(fields.globalfeatures).filter((bit) => bit > 13)).toEqual([])
      expect(fields.features[0]).not.toBe(0)
      expect(listBits(fields.features)).toEqual([...features].sort((a, b) => a - b))
      expect(fields.networks).toEqual(chains)
    }
  })

  test('tells a caller its public address and no private one', { tags: ['M10'] }, () => {
    const remoteOf = (host: string) => {
      const remoteAddr = remoteAddressFor(host, 9735)
      return decodeMessage(INIT, makeInit({ features: [], chains: [], remoteAddr })).fields.remote_addr
    }
    expect(remoteOf('8.8.8.8')).toEqual({ kind: 'ipv4', host: '8.8.8.8', port: 9735 })
    expect(remoteOf('2606:4700::1')).toEqual({ kind: 'ipv6', host: '2606:4700::1', port: 9735 })
    for (const host of [
      '127.0.0.1',
      '192.168.1.2',
      '100.64.0.1',
      '::1',
      'fe80::1',
      'fd00::1',
      '::ffff:8.8.8.8',
      'a.b',
    ]) {
      expect(remoteOf(host), host).toBeUndefined()
    }
  })
})

describe("a peer's init", () => {
  const with_ = (...records: readonly string[]) => fromHex(`001000000000${records.join('')}`)

  test('may have nothing but two empty bitmaps', { tags: ['M7'] }, () => {
    const { fields } = decodeMessage(INIT, with_())
    expect(fields).toEqual({ globalfeatures: new Uint8Array(0), features: new Uint8Array(0) })
  })

  test('has whole chain hashes in networks', { tags: ['M7'] }, () => {
    expect(decodeMessage(INIT, with_(`0140${REGTEST}${REGTEST}`)).fields.networks).toEqual([regtest, regtest])
    expect(codeOf(() => decodeMessage(INIT, with_(`011f${REGTEST.slice(2)}`)))).toBe('WIRE_TRUNCATED')
  })

  test('may have any bytes for remote_addr: they are kept, and are no reason to hang up', { tags: ['M7'] }, () => {
    const opaque = {
      'an empty one': '',
      'an unknown type': '09aabb',
      'a short IPv4': '01010203',
      'a long IPv4': '0101020304260700',
      'port 0': '01010203040000',
      'a Tor v2': `03${'00'.repeat(12)}`,
      'a host name with a line feed': '0503610a622607',
    }
    for (const [name, hex] of Object.entries(opaque)) {
      const message = with_('03', (hex.length / 2).toString(16).padStart(2, '0'), hex)
      const { fields, records } = decodeMessage(INIT, message)
      expect(fields.remote_addr, name).toEqual({ kind: 'opaque', bytes: fromHex(hex) })
      expect(toHex(encodeMessage(INIT, fields, records.slice(1)))).toBe(toHex(message))
    }
  })

  test('may have a bitmap of 64 thousand bytes', () => {
    const huge = concatBytes(fromHex('00100000ff00'), new Uint8Array(0xff00).fill(0xff))
    expect(decodeMessage(INIT, huge).fields.features).toHaveLength(0xff00)
  })
})
