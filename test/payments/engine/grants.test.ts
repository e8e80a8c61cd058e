import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import { addGrant, openGrants } from '../../../src/payments/engine/grants.js'
import type { HostTerms } from '../../../src/payments/step.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import { codeOf } from '../../support/code-of.js'

const TERMS: HostTerms = { capacityMsat: 1000n, htlcMinimumMsat: 1n, maxAcceptedHtlcs: 20, maxInFlightMsat: 1000n }
const granted = (change: Partial<HostTerms>, clientBalanceMsat = 0n, secret = 1) =>
  codeOf(() =>
    addGrant(openGrants(), {
      secretHash: new Uint8Array(32).fill(secret),
      terms: { ...TERMS, ...change },
      clientBalanceMsat,
    }),
  )

test.each<[string, Partial<HostTerms>, Partial<HostTerms>]>([
  ['a capacity', { capacityMsat: MAX_MSAT }, { capacityMsat: MAX_MSAT + 1n }],
  ['a channel', {}, { capacityMsat: 0n }],
  ['HTLCs at once', { maxAcceptedHtlcs: 20 }, { maxAcceptedHtlcs: 21 }],
])('%s that nothing can keep is not granted', (_, within, beyond) => {
  expect(granted(within)).toBe('accepted')
  expect(granted(beyond)).toBe('GRANT_REFUSED')
})

test('a client is given no more than the channel holds', () => {
  expect(granted({}, 1000n)).toBe('accepted')
  expect(granted({}, 1001n)).toBe('GRANT_REFUSED')
})

test('a secret is granted once', () => {
  const grants = openGrants()
  const grant = { secretHash: new Uint8Array(32), terms: TERMS, clientBalanceMsat: 0n }
  addGrant(grants, grant)
  expect(codeOf(() => addGrant(grants, grant))).toBe('GRANT_REFUSED')
})
