import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Driver, FetchOutcome, LabPeer, SeenOnion } from '../../interop/driver.js'
import { play } from '../../interop/run/play.js'
import type { Cell } from '../../interop/run/result.js'
import { runCells } from '../../interop/run/runner.js'
import type { Scenario } from '../../interop/scenarios/scenario.js'
import { encodeString } from '../../src/bolt12/string.js'
import { createTestNetwork } from '../../src/testing/index.js'

/** Playing scenarios, with peers that say what a test wants them to say. */

const dir = mkdtempSync(join(tmpdir(), 'lno-play-'))
let offer = ''
let good: FetchOutcome
let issuer = ''
beforeAll(async () => {
  const network = createTestNetwork()
  const [payer, shop] = [await network.addNode('payer'), await network.addNode('shop')]
  await network.connect(payer, shop)
  const { text } = await shop.createOffer({ description: 'A cup of coffee', amountMsat: 5n })
  const { invoice } = await payer.fetchInvoice(text)
  offer = text
  issuer = shop.id
  good = { kind: 'invoice', invoice: encodeString('lni', invoice.bytes), amountMsat: 5n }
  await network.close()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const direct: Scenario = {
  id: 'test.direct',
  title: 't',
  action: 'fetch',
  path: 'direct',
  links: [['payer', 'payee']],
  shape: { amountMsat: 5n, paths: [] },
  expect: { kinds: ['invoice'], amountMsat: 5n },
  timeoutMs: 1000,
  why: 'w',
  reach: 'pairs',
}
const relayed: Scenario = {
  ...direct,
  links: [
    ['payer', 'relay1'],
    ['relay1', 'payee'],
  ],
}

const idOf = (role: string) => (role === 'payee' ? issuer : role)
const to = (role: string): SeenOnion => ({ dir: 'out', peer: idOf(role), type: 513, packet: 1366 })
const from = (role: string): SeenOnion => ({ dir: 'in', peer: idOf(role), type: 513, packet: 1366 })

function fake(role: string, more: Partial<LabPeer> = {}): LabPeer {
  return {
    role,
    driver: 'fake',
    nodeId: idOf(role),
    address: '',
    connect: async () => undefined,
    peers: async () => ['payer', 'relay1', issuer],
    createOffer: async () => ({ text: offer }),
    disableOffer: async () => undefined,
    fetch: async () => good,
    files: [],
    log: () => '',
    stop: async () => undefined,
    ...more,
  }
}

const noChannel = () => Promise.reject(new Error('no channel here'))
const played = (scenario: Scenario, ...peers: readonly LabPeer[]) =>
  play(scenario, Object.fromEntries(peers.map((peer) => [peer.role, peer])), noChannel, Date.now)

describe('play', () => {
  test('an invoice is an invoice', async () => {
    expect(await played(direct, fake('payer'), fake('payee'))).toMatchObject({ kind: 'invoice', broken: [] })
  })

  test('a scenario without an invoice is played with nothing wrong first', async () => {
    const disabled: Scenario = { ...direct, shape: { ...direct.shape, disabled: true }, control: true }
    const error: FetchOutcome = { kind: 'invoice_error', message: 'gone' }
    let off = false
    const payee = fake('payee', {
      disableOffer: async () => {
        off = true
      },
    })
    const sound = fake('payer', { fetch: async () => (off ? error : good) })
    expect(await played(disabled, sound, payee)).toMatchObject({ kind: 'invoice_error', broken: [] })
    const deaf = fake('payer', { fetch: async () => error })
    expect((await played(disabled, deaf, payee)).broken).toEqual([expect.stringContaining('with nothing wrong')])
  })

  test('messages that went another way, and a connection that was lost, are told', async () => {
    const sight = (lost: number, ...onions: readonly SeenOnion[]) => ({ sight: async () => ({ onions, lost }) })
    const peers = [fake('relay1'), fake('payee')]
    const over = fake('payer', sight(0, to('relay1'), from('relay1')))
    expect((await played(relayed, over, ...peers)).broken).toEqual([])
    const past = fake('payer', sight(0, to('payee'), from('payee')))
    expect((await played(relayed, past, ...peers)).broken).toContain(
      'an onion message went between payer and payee directly',
    )
    const lost = fake('payer', sight(1, to('relay1'), from('relay1')))
    expect((await played(relayed, lost, ...peers)).broken).toEqual(['payer lost a connection 1 times'])
  })

  test('a relay passes on request and answer', async () => {
    const counting = (step: number) => {
      let count = 0
      return fake('relay1', {
        forwarded: async () => {
          count += step
          return count
        },
      })
    }
    const checked: Scenario = { ...relayed, checks: ['relays forwarded'] }
    expect((await played(checked, fake('payer'), counting(2), fake('payee'))).broken).toEqual([])
    expect((await played(checked, fake('payer'), counting(1), fake('payee'))).broken).toEqual([
      'relay1 says that it passed on 1 of 2 messages',
    ])
  })

  test('a relay that is said to drop says so', async () => {
    const checked: Scenario = { ...relayed, checks: ['relay refused'] }
    const refusing = (...counts: number[]) => fake('relay1', { refusedToRelay: async () => counts.shift() ?? 0 })
    expect((await played(checked, fake('payer'), refusing(3, 4), fake('payee'))).broken).toEqual([])
    expect((await played(checked, fake('payer'), refusing(3, 3), fake('payee'))).broken).toEqual([
      'no relay says that it dropped anything',
    ])
  })

  test('two requests, two promises', async () => {
    const checked: Scenario = { ...direct, checks: ['one invoice'] }
    const twice = fake('payer', {
      sight: async () => ({ onions: [to('payee'), to('payee'), from('payee')], lost: 0 }),
    })
    expect((await played(checked, twice, fake('payee', { promised: async () => 1 }))).broken).toEqual([])
    expect((await played(checked, twice, fake('payee', { promised: async () => 2 }))).broken).toEqual([
      'the payee has 2 open invoices for one request',
    ])
  })
})

describe('runCells', () => {
  const silence: FetchOutcome = { kind: 'silence' }
  /** Answers of the payer, one a run. */
  function driver(...answers: FetchOutcome[]): Driver {
    return {
      name: 'fake',
      cannot: {},
      prepare: async () => ({ ok: true, version: '1', how: 'own' }),
      start: async ({ role, dir: home }) => {
        const path = join(home, 'log')
        const answer = role === 'payer' ? answers.shift() : undefined
        writeFileSync(path, `${role} ${answer?.kind}`)
        return fake(role, { files: [{ name: 'log', path }], ...(answer && { fetch: async () => answer }) })
      },
    }
  }
  const run = (name: string, fakes: Driver, signal = new AbortController().signal) =>
    runCells([{ scenario: direct, cast: { payer: 'fake', payee: 'fake' } }], {
      drivers: [fakes],
      filesDir: join(dir, name),
      keepAll: false,
      jobs: 1,
      signal,
      onCell: () => undefined,
      now: Date.now,
    })
  const texts = (name: string, cells: readonly Cell[]) =>
    cells.flatMap(({ files }) =>
      files.map(({ name: file, path }) => [file, readFileSync(join(dir, name, path), 'utf8')]),
    )

  test('nothing is kept of what passes', async () => {
    expect(await run('pass', driver(good))).toMatchObject([{ outcome: 'pass', runs: 1, files: [] }])
    expect(existsSync(join(dir, 'pass'))).toBe(false)
  })

  test('what passes the second time keeps what its first run left, of each node', async () => {
    const cells = await run('flaky', driver(silence, good))
    expect(cells).toMatchObject([{ outcome: 'flaky', runs: 2 }])
    expect(texts('flaky', cells)).toEqual([
      ['payer-log', 'payer silence'],
      ['payee-log', 'payee undefined'],
    ])
  })

  test('the next cell begins when a peer that lasts has seen the others go', async () => {
    const told: string[] = []
    let looks = 0
    const lasting: Driver = {
      ...driver(),
      name: 'lasting',
      costly: true,
      start: async ({ role }) =>
        fake(role, {
          peers: async () => {
            // It sees late that they are gone.
            const there = told.at(-1)?.startsWith('started') || ++looks % 3 !== 0
            if (!there) told.push('gone')
            return there ? ['payer', issuer] : []
          },
        }),
    }
    const others: Driver = {
      ...driver(),
      start: async ({ role }) => {
        told.push(`started ${role}`)
        return fake(role, {
          stop: async () => {
            told.push('stopped')
          },
        })
      },
    }
    const cast = { payer: 'fake', relay1: 'lasting', payee: 'fake' }
    await runCells(
      [relayed, relayed].map((scenario) => ({ scenario, cast })),
      {
        drivers: [lasting, others],
        filesDir: join(dir, 'lasting'),
        keepAll: false,
        jobs: 2,
        signal: new AbortController().signal,
        onCell: () => undefined,
        now: Date.now,
      },
    )
    const cell = ['started payer', 'started payee', 'stopped', 'stopped', 'gone']
    expect(told).toEqual([...cell, ...cell])
  })

  test('what is ended in the middle is no cell, and leaves nothing', async () => {
    const abort = new AbortController()
    vi.stubEnv('TMPDIR', dir)
    const ending: Driver = {
      ...driver(),
      start: async ({ role }) =>
        fake(role, {
          fetch: async () => {
            abort.abort()
            return silence
          },
        }),
    }
    expect(await run('ended', ending, abort.signal)).toEqual([])
    expect(existsSync(join(dir, 'ended'))).toBe(false)
    // Folders of its peers hold keys.
    expect(readdirSync(dir).filter((name) => name.startsWith('lno-interop-'))).toEqual([])
    vi.unstubAllEnvs()
  })
})
