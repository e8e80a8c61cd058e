import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import { exportState, verifyExport } from '../../../src/payments/hosted/export.js'
import { type HostedState, NO_SIGNATURE, reverse, signRemote, toMessage } from '../../../src/payments/hosted/state.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { codeOf } from '../../support/code-of.js'
import { CLIENT, HOST, UNSIGNED } from '../../support/hosted-state.js'
import { node } from '../../support/keys.js'

// On noble: what is checked here is checked for other programs' eyes.
const CHAIN = chainHashOf('regtest')

function signed(state: HostedState): HostedState {
  const localSigOfRemote = signRemote(state, CLIENT.secret)
  return { ...state, localSigOfRemote, remoteSigOfLocal: signRemote(reverse(state), HOST.secret) }
}

const STATE = signed(UNSIGNED)
const FILE = exportState({ chainHash: CHAIN, nodeId: CLIENT.id, peerNodeId: HOST.id, state: STATE })

/** The file with members changed, or taken out. */
function changed(members: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...JSON.parse(FILE), ...members })
}
const withState = (state: HostedState) => changed({ last_cross_signed_state: toHex(toMessage(state)) })
const issuesOf = (text: string) => verifyExport(text).signed.issues.map(({ code, message }) => `${code}: ${message}`)

describe('an exported state', () => {
  test('says who owes whom, and that both have signed it', () => {
    expect(verifyExport(FILE)).toEqual({
      chainHash: CHAIN,
      host: HOST.id,
      client: CLIENT.id,
      exportedBy: 'client',
      blockDay: 6000,
      balances: { capacity: 1_000_000n, host: 600_000n, client: 150_000n },
      counters: { host: 7, client: 4 },
      htlcs: [
        {
          offeredBy: 'client',
          id: 4n,
          amountMsat: 250_000n,
          paymentHash: new Uint8Array(32).fill(9),
          cltvExpiry: 800,
        },
      ],
      signed: { ok: true, issues: [] },
    })
  })

  test('says the same when the host exports it', () => {
    const file = exportState({ chainHash: CHAIN, nodeId: HOST.id, peerNodeId: CLIENT.id, state: reverse(STATE) })
    expect(verifyExport(file)).toEqual({ ...verifyExport(FILE), exportedBy: 'host' })
  })

  test('is JSON with these members', () => {
    expect(JSON.parse(FILE)).toEqual({
      format: 'lno hosted channel state',
      version: 1,
      chain_hash: toHex(CHAIN),
      host_node_id: toHex(HOST.id),
      client_node_id: toHex(CLIENT.id),
      last_cross_signed_state: toHex(toMessage(STATE)),
    })
  })

  test('may have more members than are known', () => {
    expect(verifyExport(changed({ note: 'kept in the safe' })).signed.ok).toBe(true)
  })
})

describe('signatures of an exported state', () => {
  const host = "HOSTED_SIGNATURE: the signature is not the host's"
  const client = "HOSTED_SIGNATURE: the signature is not the client's"
  const state = 'HOSTED_STATE: '

  test.each<[string, string, readonly string[]]>([
    ['nobody has signed', withState(UNSIGNED), [host, client]],
    ['the host has not signed', withState({ ...STATE, remoteSigOfLocal: NO_SIGNATURE }), [host]],
    ['the client has not signed', withState({ ...STATE, localSigOfRemote: NO_SIGNATURE }), [client]],
    [
      'the balances were altered',
      withState({ ...STATE, localBalanceMsat: 150_001n, remoteBalanceMsat: 599_999n }),
      [host, client],
    ],
    ['the roles were swapped', withState({ ...STATE, isHost: true }), [host, client]],
    ['another host is named', changed({ host_node_id: toHex(node(0x43).id) }), [host, state]],
    ['another client is named', changed({ client_node_id: toHex(node(0x43).id) }), [client, state]],
    ['both signed what cannot be', withState(signed({ ...UNSIGNED, localBalanceMsat: 150_001n })), [state]],
  ])('%s: that is an issue', (_, text, expected) => {
    const issues = issuesOf(text)
    expect(issues.map((issue, i) => issue.slice(0, expected[i]?.length))).toEqual(expected)
    expect(verifyExport(text).signed.ok).toBe(false)
  })
})

describe('what is no exported state', () => {
  const lcss = JSON.parse(FILE).last_cross_signed_state as string

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a number', '1'],
    ['null', 'null'],
    ['a list', '[]'],
    ['lists in lists', '['.repeat(100_000)],
    ['a file without a format', changed({ format: undefined })],
    ['another format', changed({ format: 'lno backup' })],
    ['no version', changed({ version: undefined })],
    ['version 0', changed({ version: 0 })],
    ['a version in words', changed({ version: '1' })],
    ['a chain hash that is too short', changed({ chain_hash: '00' })],
    ['a node id that is no point', changed({ host_node_id: '05'.repeat(33) })],
    ['a node id without its last byte', changed({ client_node_id: toHex(CLIENT.id.subarray(1)) })],
    ['a state that is no text', changed({ last_cross_signed_state: 7 })],
    ['a state that is no hex', changed({ last_cross_signed_state: 'zz' })],
    ['more than any state has', changed({ note: 'x'.repeat(140_000) })],
  ])('%s is refused', (_, text) => {
    expect(codeOf(() => verifyExport(text))).toBe('EXPORT_MALFORMED')
  })

  test.each([
    ['a later version', changed({ version: 2 }), 'EXPORT_VERSION'],
    ['no bytes', changed({ last_cross_signed_state: '' }), 'MESSAGE_TOO_SHORT'],
    ['another message', changed({ last_cross_signed_state: `fff9${lcss.slice(4)}` }), 'MESSAGE_WRONG_TYPE'],
    ['a state that was cut off', changed({ last_cross_signed_state: lcss.slice(0, -2) }), 'MESSAGE_TOO_SHORT'],
  ])('%s has a code of its own', (_, text, code) => {
    expect(codeOf(() => verifyExport(text))).toBe(code)
  })

  test('says where in the state something is wrong', () => {
    const bytes = toMessage(STATE)
    bytes.fill(0xff, 3, 5) // the length of the script
    try {
      verifyExport(changed({ last_cross_signed_state: toHex(bytes) }))
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ path: ['last_cross_signed_state', 'last_refund_scriptpubkey'], offset: 5 })
    }
  })

  test('or is one with a character changed: a code or issues, never silence', () => {
    const at = fc.nat(FILE.length - 1)
    const character = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))
    fc.assert(
      fc.property(at, fc.oneof(fc.constantFrom('0', 'f', '"', '{', ' '), character), (i, c) => {
        const text = FILE.slice(0, i) + c + FILE.slice(i + 1)
        codeOf(() => verifyExport(text))
      }),
      { numRuns: 60 },
    )
    // A nibble inside what is signed.
    const start = FILE.indexOf(lcss)
    for (const i of [10, 100, 200, 300, 3000, lcss.length - 1]) {
      const digit = FILE[start + i] === '0' ? '1' : '0'
      const text = FILE.slice(0, start + i) + digit + FILE.slice(start + i + 1)
      const code = codeOf(() => {
        if (verifyExport(text).signed.ok) throw new Error(`digit ${i} does not matter`)
      })
      expect(code).toMatch(/^[A-Z_]+$|^accepted$/)
    }
  })
})
