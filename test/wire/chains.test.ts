import { expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { chainHashOf, chainName, commonChains, isNetworkName, NETWORKS } from '../../src/wire/chains.js'

/** Genesis blocks as explorers and bitcoind print them: the other way round than on the wire. */
const GENESIS = {
  bitcoin: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
  testnet: '000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943',
  testnet4: '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043',
  signet: '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6',
  regtest: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
} as const

for (const [name, hash] of Object.entries(GENESIS) as [keyof typeof GENESIS, string][]) {
  test(`${name} is its genesis block in the byte order of the wire`, () => {
    expect(toHex(chainHashOf(name).reverse())).toBe(hash)
    expect(chainName(chainHashOf(name))).toBe(name)
  })
}

test('a chain that is not known has no name', () => {
  expect(chainName(new Uint8Array(32))).toBeUndefined()
  expect(chainName(new Uint8Array(0))).toBeUndefined()
})

test('the networks of the command line are four', () => {
  expect(NETWORKS).toEqual(['bitcoin', 'testnet', 'signet', 'regtest'])
  expect(isNetworkName('signet')).toBe(true)
  expect(isNetworkName('testnet4')).toBe(false)
  expect(isNetworkName('toString')).toBe(false)
})

test('common chains are those in both lists', () => {
  const [a, b, c] = NETWORKS.map(chainHashOf) as [Uint8Array, Uint8Array, Uint8Array]
  expect(commonChains([a, b], [c, b])).toEqual([b])
  expect(commonChains([a], [])).toEqual([])
})
