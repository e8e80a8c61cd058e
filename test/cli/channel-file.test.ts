import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportState } from '../../src/payments/hosted/export.js'
import { reverse, signRemote } from '../../src/payments/hosted/state.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { CLIENT, HOST, UNSIGNED } from '../support/hosted-state.js'
import { tempDir } from '../support/temp-dir.js'
import { fakeNode } from './fake-node.js'
import { lno, problemWith } from './run.js'

const file = (hostKey: Uint8Array) =>
  exportState({
    chainHash: chainHashOf('regtest'),
    nodeId: CLIENT.id,
    peerNodeId: HOST.id,
    state: {
      ...UNSIGNED,
      localSigOfRemote: signRemote(UNSIGNED, CLIENT.secret),
      remoteSigOfLocal: signRemote(reverse(UNSIGNED), hostKey),
    },
  })
const GOOD = file(HOST.secret)
const BAD = file(CLIENT.secret)

test('a saved state is checked without a node, and says who owes whom, what is under way counted', async () => {
  const path = join(tempDir(), 'channel.state')
  writeFileSync(path, GOOD)
  const { code, stdout, stderr } = await lno(['channel', 'verify', path, '--data-dir', '/nonexistent'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Hosted channel: valid: both sides have signed it\n/)
  expect(stdout).toMatch(/^owed +the host owes the client 400 sat: trust, not bitcoin$/m)
  expect(stdout).toMatch(/^network +regtest$/m)
  expect(stdout).toMatch(/^in flight +250 000 msat \(250 sat\) from the client, number 4, .*until block 800$/m)
  expect(stderr).toBe('That no later state was signed, a file cannot tell.\n')
  const json = (await lno(['channel', 'verify', '-', '--json'], { stdin: GOOD })).json()
  expect(json).toMatchObject({ ok: true, client_msat: '150000', host_updates: 7, htlcs: [{ offered_by: 'client' }] })
})

test('one that the host has not signed is shown and refused', async () => {
  const { code, stdout, stderr } = await lno(['channel', 'verify', '-'], { stdin: BAD })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^Hosted channel: not valid\n/)
  expect(stderr).toMatch(/^lno: HOSTED_SIGNATURE: the signature is not the host's; lno explain HOSTED_SIGNATURE\n$/)
  expect((await lno(['channel', 'verify', '-', '--json'], { stdin: BAD })).json()).toMatchObject({
    ok: false,
    issues: [{ code: 'HOSTED_SIGNATURE' }],
  })
})

test.each([
  ['nothing', '', 2, /NO_INPUT/],
  ['something else', '{}', 1, /EXPORT_MALFORMED/],
  ['half of it', GOOD.slice(0, 300), 1, /EXPORT_MALFORMED/],
])('%s is no such file', async (_, stdin, code, text) => {
  const outcome = await lno(['channel', 'verify', '-'], { stdin })
  expect(problemWith(outcome)).toBeUndefined()
  expect(outcome).toMatchObject({ code, stderr: expect.stringMatching(text) })
})

test('a file that is not there, a folder, or one that is far too large', async () => {
  const large = join(tempDir(), 'large')
  writeFileSync(large, new Uint8Array((1 << 20) + 1))
  for (const [path, text] of [
    ['/nonexistent/file', /FILE_UNREADABLE: cannot read \/nonexistent\/file \(ENOENT\)/],
    [tempDir(), /FILE_UNREADABLE.*EISDIR/],
    [large, /INPUT_TOO_LARGE/],
  ] as const) {
    const outcome = await lno(['channel', 'verify', path])
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringMatching(text) })
  }
})

test('export prints the file as it is, with --json too, and it goes into verify', async () => {
  const fake = await fakeNode({ 'channel.export': { file: GOOD } })
  const out = await lno(['channel', 'export', '02', ...fake.flags])
  expect(out.stdout).toBe(GOOD)
  expect(out.stderr).toMatch(/^What 02 has signed; it holds no secret\.\nNext: lno channel verify FILE/)
  const json = await lno(['channel', 'export', '02', '--json', ...fake.flags])
  expect((await lno(['channel', 'verify', '-'], { stdin: json.stdout })).code).toBe(0)
})
