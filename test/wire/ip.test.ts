import { expect, test } from 'vitest'
import { isPublicIp, parseIpv4, parseIpv6 } from '../../src/wire/ip.js'

const isPublic = (text: string) => isPublicIp((parseIpv4(text) ?? parseIpv6(text))!)

/** The first and last address of each reserved block, and the ones just outside. */
const RESERVED = [
  ['0.0.0.0', '0.255.255.255', undefined, '1.0.0.0'],
  ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0', '255.255.255.255', '223.255.255.255', undefined],
  ['2001:db8::', '2001:db8:ffff::', '2001:db7:ffff::', '2001:db9::'],
  ['2001::', '2001:1ff:ffff::', '2000:ffff::', '2001:200::'],
  ['2002::', '2002:ffff::', '2001:ffff::', '2003::'],
  ['3fff::', '3fff:fff:ffff::', '3ffe:ffff::', '3fff:1000::'],
] as const

for (const [first, last, before, after] of RESERVED) {
  test(`from ${first} to ${last} nobody is reached, just outside somebody may be`, { tags: ['M10'] }, () => {
    expect([first, last].map(isPublic)).toEqual([false, false])
    for (const outside of [before, after]) if (outside !== undefined) expect(isPublic(outside), outside).toBe(true)
  })
}

test('loopback, link-local, unique-local, multicast, mapped and translated IPv6 are not public', {
  tags: ['M10'],
}, () => {
  const wrong = ['::', '::1', '::ffff:8.8.8.8', '::8.8.8.8', '64:ff9b::8.8.8.8', '100::1', 'fe80::1', 'fec0::1']
  for (const ip of [...wrong, 'fc00::1', 'fdff::1', 'ff02::1', '1fff::1', '4000::1'])
    expect(isPublic(ip), ip).toBe(false)
  for (const ip of ['2000::1', '2606:4700:4700::1111', '2a00::1']) expect(isPublic(ip), ip).toBe(true)
})

test('what is neither 4 nor 16 bytes long is no address', () => {
  expect(isPublicIp(new Uint8Array(0))).toBe(false)
  expect(isPublicIp(new Uint8Array(5).fill(0x20))).toBe(false)
})
