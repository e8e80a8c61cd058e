import { describe, expect, test } from 'vitest'
import { decodeOffer, decodeStream } from '../../src/bolt12/decode.js'
import { destinationsOf } from '../../src/bolt12/destinations.js'
import { inspectOffer } from '../../src/bolt12/inspect.js'
import { OFFER_LAYOUT } from '../../src/bolt12/layout.js'
import { OFFER, type OfferMessage } from '../../src/bolt12/offer.js'
import { OFFER_RULES } from '../../src/bolt12/rules/offer.js'
import { judge, type ReadContext, type Rule } from '../../src/bolt12/rules/rule.js'
import { MAX_MSAT } from '../../src/wire/amount.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { codeOf } from '../support/code-of.js'
import { ALICE, CAROL, craft, pathOf, pathsBytes, type Value } from './craft.js'

const CONTEXT: ReadContext = { now: 1_700_000_000n, chains: [chainHashOf('bitcoin')] }

/** What a reader makes of bytes: `accepted` or the first code. */
function verdict(bytes: Uint8Array, rules: readonly Rule<OfferMessage>[], context = CONTEXT): string {
  const decoded = codeOf(() => decodeStream(OFFER_LAYOUT, bytes, {}, rules))
  if (decoded !== 'accepted') return decoded
  const offer = decodeStream(OFFER_LAYOUT, bytes, {}, rules)
  const issues = rules.flatMap((rule) => judge(rule, offer, OFFER, context).issues)
  return issues[0]?.code ?? 'accepted'
}

type Case = readonly [
  title: string,
  code: string,
  refused: readonly (readonly [number, Value])[],
  accepted: readonly (readonly [number, Value])[],
]

/** The least that is refused by one rule alone, and its nearest neighbour that is not. */
function refuses(id: string, cases: readonly Case[]): void {
  test.each(cases)(`${id}: %s is refused`, { tags: [id] }, (_, code, refused, accepted) => {
    expect(verdict(craft(...accepted), OFFER_RULES), 'the neighbour').toBe('accepted')
    expect(verdict(craft(...refused), OFFER_RULES), 'the counter-example').toBe(code)
    const others = OFFER_RULES.filter((rule) => rule.code !== code)
    expect(others, 'one rule has the code').toHaveLength(OFFER_RULES.length - 1)
    expect(verdict(craft(...refused), others), 'without the rule').toBe('accepted')
    const { issues } = inspectOffer(craft(...refused), CONTEXT)
    expect(issues.map((issue) => [issue.code, issue.rule])).toEqual([[code, id]])
  })
}

const tea = [10, 'tea'] as const
const issuer = [22, ALICE.id] as const

refuses('OR1', [
  ['a type above 79', 'OFFER_TYPE_OUT_OF_RANGE', [issuer, [81, '']], [issuer, [79, '']]],
  [
    'a type above the experimental range',
    'OFFER_TYPE_OUT_OF_RANGE',
    [issuer, [2_000_000_001, '']],
    [issuer, [1_999_999_999, '']],
  ],
])

refuses('OR3', [
  ['an unknown even feature bit', 'OFFER_FEATURE_UNKNOWN', [[12, 'hex:01'], issuer], [[12, 'hex:02'], issuer]],
])

refuses('OR4', [
  [
    'an offer for another chain',
    'OFFER_CHAIN_UNSUPPORTED',
    [[2, chainHashOf('testnet')], issuer],
    [[2, chainHashOf('bitcoin')], issuer],
  ],
])

refuses('OR5', [
  ['a price without description', 'OFFER_AMOUNT_WITHOUT_DESCRIPTION', [[8, 1n], issuer], [[8, 1n], tea, issuer]],
])

refuses('OR6', [['a price of 0', 'OFFER_AMOUNT_ZERO', [[8, 0n], tea, issuer], [[8, 1n], tea, issuer]]])

refuses('M6', [
  ['a price above all bitcoin', 'AMOUNT_ABOVE_SUPPLY', [[8, MAX_MSAT + 1n], tea, issuer], [[8, MAX_MSAT], tea, issuer]],
])

refuses('OR7', [
  [
    'a currency without amount',
    'OFFER_CURRENCY_WITHOUT_AMOUNT',
    [[6, 'EUR'], issuer],
    [[6, 'EUR'], [8, 1n], tea, issuer],
  ],
])

refuses('OR8', [['an offer of nobody', 'OFFER_UNREACHABLE', [tea], [tea, [16, pathsBytes(1)]]]])

refuses('OR9', [
  ['a path without hops', 'OFFER_PATH_WITHOUT_HOPS', [[16, pathsBytes(1, 0)]], [[16, pathsBytes(1, 1)]]],
  ['an empty list of paths', 'OFFER_PATHS_EMPTY', [[16, '']], [[16, pathsBytes(1)]]],
])

refuses('OR10', [['an expired offer', 'OFFER_EXPIRED', [[14, 1_699_999_999n], issuer], [[14, 1_700_000_000n], issuer]]])

describe('OR2: the stream', () => {
  test('an unknown even type is refused by the layer below the rules', { tags: ['OR2'] }, () => {
    expect(verdict(craft(issuer, [78, '']), OFFER_RULES)).toBe('TLV_UNKNOWN_EVEN')
    expect(verdict(craft(issuer, [77, '']), OFFER_RULES)).toBe('accepted')
    const { rules } = inspectOffer(craft(issuer, [78, '']), CONTEXT)
    expect(rules.filter(({ verdict }) => verdict === 'failed').map(({ rule }) => rule.id)).toEqual(['OR2'])
  })
})

describe('OR3: features', () => {
  const bits = (hex: string, features?: Record<string, readonly number[]>) =>
    inspectOffer(craft([12, `hex:${hex}`], issuer), { ...CONTEXT, ...(features && { features }) }).issues

  test('the message names the bits', { tags: ['OR3'] }, () => {
    expect(bits('1005')[0]?.message).toBe('unknown even feature bit 0, 2, 12')
    expect(bits(`04${'00'.repeat(15)}`)[0]?.message).toBe('unknown even feature bit 122')
  })

  test('odd bits are ignored, and even ones that the reader knows', { tags: ['OR3'] }, () => {
    expect(bits('aaaa')).toEqual([])
    expect(bits('1005', { offer_features: [0, 2, 12] })).toEqual([])
    expect(bits('1005', { offer_features: [0, 12] })[0]?.message).toBe('unknown even feature bit 2')
  })

  test('leading zero bytes are no features', { tags: ['OR3'] }, () => {
    expect(bits('000002')).toEqual([])
  })

  test('a bitmap of 60 000 bytes names the first bits only', () => {
    const { issues } = inspectOffer(craft([12, new Uint8Array(60_000).fill(255)], issuer), CONTEXT)
    expect(issues[0]?.message.length).toBeLessThan(80)
  })
})

describe('OR4: chains', () => {
  const accepted = (listed: Value | undefined, ours: readonly Uint8Array[]) =>
    verdict(craft(...(listed === undefined ? [] : [[2, listed] as const]), issuer), OFFER_RULES, {
      ...CONTEXT,
      chains: ours,
    })
  const [bitcoin, testnet] = [chainHashOf('bitcoin'), chainHashOf('testnet')]

  test('no list means bitcoin', { tags: ['OR4'] }, () => {
    expect(accepted(undefined, [bitcoin])).toBe('accepted')
    expect(accepted(undefined, [testnet])).toBe('OFFER_CHAIN_UNSUPPORTED')
  })

  test('one chain in common is enough', { tags: ['OR4'] }, () => {
    const both = new Uint8Array([...testnet, ...bitcoin])
    expect(accepted(both, [bitcoin])).toBe('accepted')
    expect(accepted(both, [chainHashOf('signet')])).toBe('OFFER_CHAIN_UNSUPPORTED')
  })

  test('an empty list is refused by form, whoever reads', { tags: ['OR4', 'T4'] }, () => {
    expect(codeOf(() => decodeOffer(craft([2, ''], issuer)))).toBe('OFFER_CHAINS_EMPTY')
    const others = OFFER_RULES.filter(({ id }) => id !== 'OR4')
    expect(verdict(craft([2, ''], issuer), others)).toBe('accepted')
  })

  test('an offer for another chain still decodes', { tags: ['OR4'] }, () => {
    expect(codeOf(() => decodeOffer(craft([2, testnet], issuer)))).toBe('accepted')
  })
})

test('an expired offer still decodes, and the second of expiry is in time', { tags: ['OR10'] }, () => {
  expect(codeOf(() => decodeOffer(craft([14, 1n], issuer)))).toBe('accepted')
  expect(inspectOffer(craft([14, 5n], issuer), { ...CONTEXT, now: 5n }).issues).toEqual([])
  expect(inspectOffer(craft([14, 5n], issuer), { ...CONTEXT, now: 6n }).issues[0]?.code).toBe('OFFER_EXPIRED')
  expect(inspectOffer(craft([14, 5n], issuer)).issues, 'without a clock nothing is expired').toEqual([])
})

test('a bound on bitcoin is none on other currencies', { tags: ['M6'] }, () => {
  const yen = craft([6, 'JPY'], [8, 2n ** 64n - 1n], tea, issuer)
  expect(verdict(yen, OFFER_RULES)).toBe('accepted')
})

test('any text is read as a currency', { tags: ['OR7'] }, () => {
  for (const currency of ['', 'eur', 'XXX', 'a long story']) {
    expect(verdict(craft([6, currency], [8, 1n], tea, issuer), OFFER_RULES)).toBe('accepted')
  }
})

test('points, truncated hops and other damage in paths are refused below the rules', { tags: ['OR9', 'T5'] }, () => {
  const good = pathsBytes(1)
  const damaged = (at: number, byte: number) => {
    const bytes = good.slice()
    bytes[at] = byte
    return codeOf(() => decodeOffer(craft([16, bytes])))
  }
  expect(damaged(0, 4)).toBe('BAD_SCIDDIR')
  expect(damaged(33, 4)).toBe('WIRE_BAD_POINT')
  expect(damaged(67, 4)).toBe('WIRE_BAD_POINT')
  expect(codeOf(() => decodeOffer(craft([16, good.subarray(0, -1)])))).toBe('WIRE_TRUNCATED')
})

describe('where requests go', () => {
  test('over a path to its last blinded node, and only without paths to the issuer', { tags: ['OR12'] }, () => {
    const path = pathOf(2)
    expect(destinationsOf({ offer_paths: [path], offer_issuer_id: ALICE.id })).toEqual([{ path, node_id: CAROL.id }])
    expect(destinationsOf({ offer_issuer_id: ALICE.id })).toEqual([{ node_id: ALICE.id }])
    expect(destinationsOf({ offer_paths: [pathOf(0)], offer_issuer_id: ALICE.id })).toEqual([])
    expect(destinationsOf({})).toEqual([])
  })

  test('every path is a chance', { tags: ['OR13'] }, () => {
    const paths = [pathOf(1), pathOf(2), pathOf(3)]
    expect(destinationsOf({ offer_paths: paths }).map(({ path }) => path)).toEqual(paths)
  })
})
