import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { AddressBook } from '../../src/node/address-book.js'
import { formatAddress, parseAddress, parseNodeId, parsePeer } from '../../src/node/addresses.js'
import { parseScid, parseScidLink, ScidTable } from '../../src/node/scids.js'
import { memoryStore } from '../../src/node/store/memory-store.js'
import { codeOf } from '../support/code-of.js'
import { node } from '../support/keys.js'

const [A, B] = [toHex(node(0x41).id), toHex(node(0x42).id)]

describe('addresses as people write them', () => {
  test.each([
    ['127.0.0.1:9735', { kind: 'tcp', host: '127.0.0.1', port: 9735 }],
    ['relay.example:1', { kind: 'tcp', host: 'relay.example', port: 1 }],
    ['[::1]:9735', { kind: 'tcp', host: '::1', port: 9735 }],
    ['ws://relay.example:80/', { kind: 'ws', url: 'ws://relay.example:80/' }],
    ['wss://[::1]:443', { kind: 'ws', url: 'wss://[::1]:443' }],
    ['wss://relay.example', { kind: 'ws', url: 'wss://relay.example' }],
  ] as const)('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
    expect(formatAddress(address)).toBe(text)
  })

  test.each([
    '',
    ':1',
    'host',
    'host:',
    'host:65536',
    '::1:9735',
    '[::1',
    'a b:1',
    'ws://',
    'ws://a b',
    'http://x:1',
    'u@h:1',
  ])('%j is none', (text) => {
    expect(codeOf(() => parseAddress(text))).toBe('BAD_ADDRESS')
  })

  test('a peer without a port listens where Lightning nodes do', () => {
    expect(parsePeer(`${A.toUpperCase()}@relay.example`)).toEqual({
      nodeId: A,
      address: { kind: 'tcp', host: 'relay.example', port: 9735 },
    })
    expect(codeOf(() => parsePeer(A))).toBe('BAD_ADDRESS')
    expect(codeOf(() => parsePeer(`${A.slice(2)}@h:1`))).toBe('BAD_NODE_ID')
  })

  test('a node id is a point', () => {
    expect(parseNodeId(A)).toBe(A)
    for (const text of ['', 'xyz', A.slice(2), `${A}00`, `05${A.slice(2)}`]) {
      expect(
        codeOf(() => parseNodeId(text)),
        text,
      ).toBe('BAD_NODE_ID')
    }
  })
})

describe('channels that the user names', () => {
  test('are three numbers or one', () => {
    expect(parseScid('700000x1200x1')).toBe((700000n << 40n) | (1200n << 16n) | 1n)
    expect(parseScid('18446744073709551615')).toBe((1n << 64n) - 1n)
    for (const text of [
      '',
      '1x2',
      '1x2x65536',
      '16777216x0x0',
      '0x16777216x0',
      '18446744073709551616',
      '1x2x3x4',
      '-1',
    ]) {
      expect(
        codeOf(() => parseScid(text)),
        text,
      ).toBe('BAD_SCID')
    }
  })

  test('answer by direction, whatever the order in which their nodes were named', () => {
    const [first, second] = [A, B].sort() as [string, string]
    for (const nodes of [`${A},${B}`, `${B},${A}`]) {
      const table = new ScidTable([parseScidLink(`1x2x3=${nodes}`)])
      const scid = parseScid('1x2x3')
      expect([table.resolve(scid, 0), table.resolve(scid, 1)]).toEqual([first, second])
      expect(table.resolve(scid + 1n, 0)).toBeUndefined()
      expect(table.pairs()).toEqual([[first, second]])
    }
    for (const text of ['1x2x3', `1x2x3=${A}`, `=${A},${B}`, `1x2x3=${A},${B},${A}`]) {
      expect(
        codeOf(() => parseScidLink(text)),
        text,
      ).toBe('BAD_SCID')
    }
    expect(codeOf(() => parseScidLink(`1x2x3=${A},02`))).toBe('BAD_NODE_ID')
  })
})

describe('the address book', () => {
  const at = (port: number) => parseAddress(`relay.example:${port}`)

  test('has the newest address in front, each once, four at most', async () => {
    const book = await AddressBook.load(memoryStore())
    for (const port of [1, 2, 3, 2, 4, 5]) book.add(A, at(port))
    expect(book.of(A).map(formatAddress)).toEqual([5, 4, 2, 3].map((port) => `relay.example:${port}`))
    expect(book.of(B)).toEqual([])
  })

  test('keeps over a restart only who is to be kept', async () => {
    const store = memoryStore()
    const book = await AddressBook.load(store)
    book.add(A, at(1))
    book.add(B, at(2))
    await book.keep(A, 1000)
    const again = await AddressBook.load(store)
    expect([again.kept, again.nodes]).toEqual([[A], [A]])
    expect(again.of(A)).toEqual([at(1)])
    expect(await again.forget(A)).toBe(true)
    expect(await again.forget(A)).toBe(false)
    expect((await AddressBook.load(store)).nodes).toEqual([])
  })

  test('does not grow with the nodes that were called, and forgets none that is kept', async () => {
    const book = await AddressBook.load(memoryStore())
    book.add(A, at(1))
    await book.keep(A, 0)
    for (let i = 0; i < 5000; i++) book.add(`02${i.toString(16).padStart(64, '0')}`, at(1))
    expect(book.nodes.length).toBe(4096)
    expect(book.nodes[0]).toBe(A)
  })
})
