import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LnoError } from '../../src/base/error.js'
import { accountCsv, accountLines } from '../../src/cli/daemon/account-text.js'
import { owesText } from '../../src/cli/daemon/channel-text.js'
import { eventText } from '../../src/cli/daemon/event-text.js'
import { formatSat } from '../../src/cli/daemon/text.js'
import { csvText } from '../../src/cli/show/csv.js'
import type { ChannelView } from '../../src/node/methods/channel-methods.js'
import type { EntryView } from '../../src/node/payments/account.js'
import { tempDir } from '../support/temp-dir.js'
import { fakeNode } from './fake-node.js'
import { lno, problemWith } from './run.js'

const HOST = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const SECRET = 'a1'.repeat(32)

const asClient: ChannelView = {
  peer: HOST,
  role: 'client',
  status: 'up',
  capacity_msat: '100000',
  local_msat: '12000',
  remote_msat: '85500',
  in_flight_in_msat: '0',
  in_flight_out_msat: '2500',
  sendable_msat: '12000',
  receivable_msat: '85500',
  owes: { who: 'them', msat: '14500' },
}
const asHost: ChannelView = { ...asClient, role: 'host', in_flight_out_msat: '0', owes: { who: 'us', msat: '7000' } }

const entry = (more: Partial<EntryView>): EntryView => ({
  seq: '1',
  at: '2026-03-01T12:00:00.000Z',
  kind: 'received',
  peer: HOST,
  amount_msat: '1500',
  fee_msat: '0',
  ...more,
})

describe('who owes whom', () => {
  test.each([
    [asClient, 'the host owes you 14.5 sat: trust, not bitcoin'],
    [asHost, 'you owe the client 7 sat: trust, not bitcoin'],
    [{ ...asClient, owes: { who: 'nobody', msat: '0' } } as const, 'neither you nor the host owes the other anything'],
  ])('%#', (channel, text) => expect(owesText(channel)).toBe(text))

  test('amounts in sat', () => {
    expect([0n, 1n, 999n, 1000n, 1_234_567_890n, -1500n].map(formatSat)).toEqual([
      '0 sat',
      '0.001 sat',
      '0.999 sat',
      '1 sat',
      '1 234 567.89 sat',
      '-1.5 sat',
    ])
  })
})

describe('lno channel', () => {
  test('list: state, debt and room of each, and the sums', async () => {
    const node = await fakeNode({ 'channel.list': { channels: [asClient, asHost] } })
    const { stdout, stderr } = await lno(['channel', 'list', ...node.flags])
    expect(stdout).toBe(
      [
        HOST,
        '  up, hosted by the peer; the host owes you 14.5 sat: trust, not bitcoin; can send 12 sat, receive 85.5 sat',
        HOST,
        '  up, hosted by you; you owe the client 7 sat: trust, not bitcoin; can send 12 sat, receive 85.5 sat',
        'Others owe you 14.5 sat, and you owe others 7 sat: trust, not bitcoin.',
        '',
      ].join('\n'),
    )
    expect(stderr).toMatch(/^Next: lno channel show 0279be/)
    const narrow = await lno(['channel', 'list', ...node.flags], { columns: 40, env: { NO_COLOR: '1' } })
    expect(narrow.stdout.split('\n').filter((line) => line.length > 40 && line !== HOST)).toEqual([])
    expect((await lno(['channel', 'list', '--json', ...node.flags])).json()).toEqual({ channels: [asClient, asHost] })
  })

  test('none: says how to have one', async () => {
    const node = await fakeNode({ 'channel.list': { channels: [] } })
    const { stdout, stderr } = await lno(['channel', 'list', ...node.flags])
    expect([stdout, stderr]).toEqual(['No channels.\n', expect.stringMatching(/^Next: lno channel open PUBKEY@HOST/)])
  })

  test('show: all of it; of an errored one what its side can do', async () => {
    const node = await fakeNode({
      'channel.show': ({ peer }) => ({ ...(peer === '02' ? asClient : asHost), status: 'errored' }),
    })
    const client = await lno(['channel', 'show', '02', ...node.flags])
    expect(client.stdout).toMatch(/^owed +the host owes you 14\.5 sat: trust, not bitcoin$/m)
    expect(client.stdout).toMatch(/^in flight +2 500 msat from you$/m)
    expect(client.stdout).toMatch(/^state +errored: nothing goes through until the host proposes/m)
    expect(client.stderr).toMatch(/^Next: lno channel export 02/)
    expect(client.stdout).not.toMatch(/^(why|proposed) /m)
    expect((await lno(['channel', 'show', '03', ...node.flags])).stderr).toMatch(
      /^Next: lno channel override propose 02/,
    )
  })

  test('show: why a channel is errored, and what is proposed, before anybody accepts it', async () => {
    const trouble = { by: 'them', code: 'HOSTED_PEER_ERROR', why: 'no\u0007' }
    const errored = { ...asClient, status: 'errored', trouble, override_msat: '13000' }
    const node = await fakeNode({ 'channel.show': errored })
    const { stdout, stderr } = await lno(['channel', 'show', '02', ...node.flags])
    expect(stderr).toMatch(/^Next: lno channel override accept 0279\S+ --balance 13000 /)
    expect(stdout).toMatch(/^why +HOSTED_PEER_ERROR: no\\u\{7\} \(said by the peer\)$/m)
    expect(stdout).toMatch(/^proposed +an override, by which the host owes you 13 sat: trust, not bitcoin$/m)
  })

  test('open: connects first where an address is given, and says who owes whom', async () => {
    const node = await fakeNode({ 'peer.connect': {}, 'channel.open': asClient })
    const file = join(tempDir(), 'grant')
    writeFileSync(file, `${SECRET}\n`, { mode: 0o600 })
    const words = ['--secret-file', file, '--min-capacity', '50sat']
    const opened = await lno(['channel', 'open', `${HOST}@127.0.0.1:9747`, ...words, ...node.flags])
    expect(opened.code).toBe(0)
    expect(opened.stderr).toMatch(/^Now the host owes you 14\.5 sat: trust, not bitcoin\.\nNext: lno pay lno1… /)
    expect(node.calls).toEqual([
      { method: 'peer.connect', params: { node_id: HOST, address: '127.0.0.1:9747' } },
      { method: 'channel.open', params: { peer: HOST, secret: SECRET, min_capacity_msat: '50000' } },
    ])
    expect(`${opened.stdout}${opened.stderr}`).not.toContain(SECRET)
  })

  test('open: the secret from a pipe, from a question, from the command line with a warning, or none', async () => {
    const node = await fakeNode({ 'channel.open': asClient })
    const open = ['channel', 'open', HOST, ...node.flags]
    await lno([...open, '--secret', '-'], { stdin: `${SECRET}\n` })
    const asked = await lno([...open, '--secret', '-'], { typed: `${SECRET}\n`, columns: 80 })
    expect(asked.stderr).toMatch(/^Secret of the grant: /)
    const seen = await lno([...open, '--secret', SECRET])
    expect(seen.stderr).toMatch(/^lno: other users of this machine may have seen the secret/)
    await lno(open)
    const secret = { peer: HOST, secret: SECRET }
    expect(node.calls.map(({ params }) => params)).toEqual([secret, secret, secret, { peer: HOST }])
  })

  test.each([
    [['channel', 'open', HOST, '--secret', 'abc'], /BAD_GRANT_SECRET: --secret does not hold 64 hex digits/],
    [['channel', 'open', HOST, '--secret', 'ab'], /BAD_GRANT_SECRET: --secret holds 1 bytes, not 32/],
    [['channel', 'open', HOST, '--secret', SECRET, '--secret-file', 'x'], /not both/],
    [['channel', 'open', 'somebody'], /no node id/],
    [['channel', 'override', 'propose', HOST, '--balance', 'all'], /no amount/],
    [['channel', 'override'], /: channel override what\? One of: /],
    [['host', 'grant'], /--capacity/],
    [['host', 'grant', '--capacity', '0'], /carries nothing/],
    [['host', 'grant', '--capacity', '5', '--balance', '6'], /--balance cannot be more than --capacity/],
    [['account', 'list', '--csv', '--json'], /not both/],
  ])('%j is a usage error', async (words, text) => {
    const outcome = await lno([...words, '--data-dir', tempDir()])
    if (!words.includes('--json')) expect(problemWith(outcome)).toBeUndefined()
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(text) })
  })

  test('close and override', async () => {
    const node = await fakeNode({
      'channel.close': { ...asClient, status: 'closed' },
      'channel.override_propose': asHost,
      'channel.override_accept': asClient,
    })
    expect((await lno(['channel', 'close', '02', ...node.flags])).stdout).toBe(
      'The channel with 0279be66…1798 is closed: nobody owes anything in it.\n',
    )
    const propose = ['channel', 'override', 'propose', '02']
    expect((await lno([...propose, '--balance', '1sat', ...node.flags])).stderr).toMatch(/^The override is proposed/)
    await lno([...propose, ...node.flags])
    expect((await lno(['channel', 'override', 'accept', '02', '--balance', '2sat', ...node.flags])).stderr).toMatch(
      /^Now the host owes you/,
    )
    expect(node.calls.map(({ params }) => params)).toEqual([
      { peer: '02' },
      { peer: '02', local_msat: '1000' },
      { peer: '02' },
      { peer: '02', local_msat: '2000' },
    ])
  })
})

describe('lno host', () => {
  test('grant prints the secret once, and says what is owed', async () => {
    const node = await fakeNode({
      'host.grant': { secret: SECRET, grant_id: 'b2'.repeat(32), balance_msat: '5000' },
      'node.info': { node_id: HOST, addresses: ['127.0.0.1:9747'] },
    })
    const words = ['host', 'grant', '--capacity', '100000sat', '--balance', '5sat', '--label', 'till']
    const made = await lno([...words, ...node.flags])
    expect(made.stdout).toBe(`secret  ${SECRET}\n`)
    expect(made.stderr).toMatch(
      /^For one channel of 100 000 sat, one time; it is not shown again\. From its opening on /,
    )
    expect(made.stderr).toContain(`The client types: lno channel open ${HOST}@127.0.0.1:9747 --secret -\n`)
    expect(made.stderr).toContain('you owe the client 5 sat: trust, not bitcoin.')
    expect(node.calls[0]?.params).toEqual({ capacity_msat: '100000000', balance_msat: '5000', label: 'till' })
    expect((await lno([...words, '--json', ...node.flags])).json()).toMatchObject({
      secret: SECRET,
      balance_msat: '5000',
    })
  })

  test('grants and revoke', async () => {
    const grant = { grant_id: 'b2'.repeat(32), capacity_msat: '9000', balance_msat: '1', label: 'a\u0007' }
    const node = await fakeNode({ 'host.grants': { grants: [grant] }, 'host.revoke': grant })
    const list = await lno(['host', 'grants', ...node.flags])
    expect(list.stdout).toBe("b2b2b2b2b2b2b2b2  capacity 9 sat, client's balance 0.001 sat  a\\u{7}\n")
    expect(list.stderr).toMatch(/^Next: lno host revoke b2b2b2b2b2b2b2b2 /)
    const gone = await lno(['host', 'revoke', 'b2b2', ...node.flags])
    expect(gone.stdout).toBe('Grant b2b2b2b2…b2b2 is taken back: its secret opens nothing.\n')
    expect(node.calls.at(-1)).toEqual({ method: 'host.revoke', params: { grant: 'b2b2' } })
  })
})

describe('lno account list', () => {
  const sums = { in_flight_msat: '0', sendable_msat: '2997', receivable_msat: '0', more: false }
  const entries = [
    entry({ kind: 'grant', amount_msat: '5000' }),
    entry({ seq: '2', kind: 'sent', amount_msat: '-2003', fee_msat: '3', description: 'tea', payer_note: 'hot\u0007' }),
  ]

  test('people see each change with the sum up to it, and who owes whom in the end', async () => {
    const node = await fakeNode({ 'account.list': { entries, total_msat: '2997', ...sums } })
    const { stdout } = await lno(['account', 'list', ...node.flags])
    expect(stdout.split('\n')).toEqual([
      '2026-03-01 12:00:00 UTC  granted                 +5 sat           5 sat  0279be66…1798',
      '2026-03-01 12:00:00 UTC  sent                -2.003 sat       2.997 sat  0279be66…1798  tea "hot\\u{7}"',
      'Over all, others owe you 2.997 sat: trust, not bitcoin.',
      '',
    ])
    expect(accountLines([], 0n)).toBe('No money has moved.')
    expect(accountLines([entry({})], -2n)).toMatch(/\nOver all, you owe others 0\.002 sat: trust, not bitcoin\.$/)
    expect(accountLines([entry({})], 0n)).toMatch(/\nOver all, nobody owes anybody anything\.$/)
  })

  test('a long account comes in pieces', async () => {
    const node = await fakeNode({
      'account.list': ({ from }) =>
        from === undefined
          ? { ...sums, entries: entries.slice(0, 1), total_msat: '5000', more: true }
          : { ...sums, entries: entries.slice(1), total_msat: '2997' },
    })
    const { json } = await lno(['account', 'list', '--json', ...node.flags])
    const { more: _, ...rest } = sums
    expect(json()).toEqual({ ...rest, entries, total_msat: '2997' })
    expect(node.calls.map(({ params }) => params)).toEqual([{}, { from: '2' }])
  })

  test('CSV: lines end with CR LF, quotes are doubled, no text is a formula, no control character is left', async () => {
    const node = await fakeNode({ 'account.list': { entries, total_msat: '2997', ...sums } })
    const { stdout, stderr } = await lno(['account', 'list', '--csv', ...node.flags])
    expect(stderr).toBe('')
    expect(stdout.endsWith('\r\n')).toBe(true)
    expect(stdout.split('\r\n')[2]).toBe(`2,2026-03-01T12:00:00.000Z,sent,-2003,3,${HOST},,,,,tea,hot\\u{7},,,`)
    const noted = (payer_note: string) =>
      accountCsv([entry({ payer_note })])
        .split('\r\n')[1]
        ?.split(',')
        .slice(11)
        .join(',')
    expect(noted('a "b", c')).toBe('"a ""b"", c",,,')
    expect(noted('two\r\nlines')).toBe('two\\u{d}\\u{a}lines,,,')
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '  =1', '|x', '%x', '＝1', '＠x'])
      expect(noted(text)).toBe(`'${text},,,`)
    expect(noted('=HYPERLINK("x","y")')).toBe(`"'=HYPERLINK(""x"",""y"")",,,`)
    // Where cells end at semicolons, and where wide characters are what they look like.
    expect(noted("tea;=cmd|'/c calc'!A1")).toBe(`"tea;'=cmd|'/c calc'!A1",,,`)
    expect(noted('a; b;  -1')).toBe(`"a; b;'  -1",,,`)
    expect(noted('a;"=1"')).toBe(`"a;'""=1""",,,`)
    for (const text of ['＝1', '＋1', '－1', '＠x']) expect(noted(text)).toBe(`'${text},,,`)
    expect(noted('1-1')).toBe('1-1,,,')
    // Half of Europe separates by it.
    expect(noted('a;=1+1')).toBe(`"a;'=1+1",,,`)
    expect(csvText(['a', 'b'], [[undefined, { plain: '-1' }]])).toBe('a,b\r\n,-1\r\n')
  })
})

describe('lno receive', () => {
  const offer = {
    offer_id: 'c3'.repeat(32),
    active: true,
    form: 'modern',
    single_use: false,
    paths: [],
    open_invoices: 0,
    bolt12: 'lno1zcss9mk8y3wkklfvevcrszlmu23kfrxh49px20665dqwmn4p72pksese',
    warnings: [],
  }

  test('makes an offer over every host, with its code in a terminal', async () => {
    const down = { ...asClient, peer: '03'.repeat(33), status: 'down' }
    const channels = { channels: [asClient, down, asHost] }
    const account = { entries: [], receivable_msat: '171000' }
    const node = await fakeNode({ 'account.list': account, 'channel.list': channels, 'offer.create': offer })
    const shown = await lno(['receive', '--amount', '10sat', '--description', 'tea', ...node.flags], { columns: 100 })
    expect(shown.code).toBe(0)
    expect(shown.stdout).toContain('█')
    const params = { amount_msat: '10000', description: 'tea', paths: [[HOST]] }
    expect(node.calls.at(-1)).toEqual({ method: 'offer.create', params })
    const piped = await lno(['receive', '--path', 'any', ...node.flags])
    expect(piped.code).toBe(2)
    const whole = await lno(['receive', ...node.flags])
    expect(whole.stdout).toMatch(/\nlno1zcss\S+\n$/)
    expect(whole.stderr).toMatch(/^Next: lno offer show c3c3c3c3c3c3c3c3 --network regtest/)
    expect((await lno(['receive', '--no-qr', ...node.flags], { columns: 100 })).stdout).not.toContain('█')
    expect((await lno(['receive', '--json', ...node.flags], { columns: 100 })).json()).toEqual(offer)
  })

  test('warns where nothing can come, or not so much', async () => {
    const none = await fakeNode({
      'account.list': { entries: [], receivable_msat: '0' },
      'channel.list': () => {
        throw new LnoError('NO_HOSTED_CHANNELS', 'another wallet')
      },
      'offer.create': offer,
    })
    expect((await lno(['receive', ...none.flags])).stderr).toMatch(
      /^lno: no channel is up over which anything could come/,
    )
    const some = await fakeNode({
      'account.list': { entries: [], receivable_msat: '85500' },
      'channel.list': { channels: [asClient] },
      'offer.create': offer,
    })
    const much = await lno(['receive', '--amount', '86sat', '--description', 'x', ...some.flags])
    expect(much.stderr).toMatch(/^lno: your channels can take 85\.5 sat now, which is less than the amount/)
  })
})

describe('what is told of channels', () => {
  const told = (event: object) => eventText({ at: '2026-03-01T00:00:00.000Z', peer_id: HOST, ...event }).slice(14)

  test('says who owes whom, and shows no control character of a peer', () => {
    const channel = { peer: HOST, we_are_host: false, local_msat: '50000', remote_msat: '0' }
    expect(told({ kind: 'channel_opened', channel })).toBe(
      'channel with 0279be66…1798 opened: the host owes you 50 sat: trust, not bitcoin',
    )
    expect(told({ kind: 'channel_up', channel: { ...channel, we_are_host: true } })).toBe(
      'channel with 0279be66…1798 is up: neither you nor the client owes the other anything',
    )
    expect(
      told({ kind: 'channel_overridden', channel: { ...channel, we_are_host: true, remote_msat: '1' } }),
    ).toContain('you owe the client 0.001 sat: trust, not bitcoin')
    expect(told({ kind: 'channel_errored', by_us: false, code: 'HOSTED_PEER_ERROR', why: 'a\u0007' })).toBe(
      'channel with 0279be66…1798 errored by the peer (HOSTED_PEER_ERROR: a\\u{7}); lno channel show says how it goes on',
    )
    expect(told({ kind: 'channel_override_proposed', by_us: true, local_msat: '1000' })).toContain(
      'proposed by us, the host: 1 000 msat (1 sat) of it ours',
    )
    expect(told({ kind: 'htlc_refused', code: 'X', why: 'y', rule: 'P9' })).toBe(
      'payment from 0279be66…1798 refused (X: y, rule P9)',
    )
    // A node of another version may tell it in another way.
    expect(told({ kind: 'channel_up' })).toContain('owes the other anything')
  })
})
