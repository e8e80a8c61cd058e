import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Driver } from '../../interop/driver.js'
import { startBitcoind } from '../../interop/drivers/bitcoind.js'
import { clnDriver } from '../../interop/drivers/cln.js'
import { eclairDriver } from '../../interop/drivers/eclair.js'
import { userBinary } from '../../interop/drivers/user-binary.js'
import { until } from '../../interop/lib/until.js'
import { tempDir } from '../support/temp-dir.js'

const fake = (name: string) => fileURLToPath(new URL(`support/fakes/${name}.cjs`, import.meta.url))

const CLN_CHAIN = { bitcoinCli: '/opt/bitcoin-cli', bitcoinDir: '/opt/chain' }
const ECLAIR_CHAIN = {
  rpc: { host: '127.0.0.1', port: 18443, user: 'lab', password: 'a "quoted" password', wallet: 'eclair' },
  zmq: { block: 'tcp://127.0.0.1:1', tx: 'tcp://127.0.0.1:2' },
}

/** A folder with a lightningd of this version. */
function installed(version: string): string {
  const dir = tempDir()
  mkdirSync(join(dir, 'bin'))
  copyFileSync(fake('lightningd'), join(dir, 'bin', 'lightningd'))
  chmodSync(join(dir, 'bin', 'lightningd'), 0o755)
  writeFileSync(join(dir, 'bin', 'version'), `${version}\n`)
  return dir
}

function installedEclair(folder: string): string {
  const dir = join(tempDir(), folder)
  mkdirSync(join(dir, 'bin'), { recursive: true })
  writeFileSync(
    join(dir, 'bin', 'eclair-node.sh'),
    `#!/bin/sh\nexec "${process.execPath}" "${fake('eclair-node')}" "$@"\n`,
    {
      mode: 0o755,
    },
  )
  return dir
}

/** A JAVA_HOME whose java says that it is of this release. */
function java(release: string): void {
  const home = tempDir()
  mkdirSync(join(home, 'bin'))
  writeFileSync(join(home, 'bin', 'java'), `#!/bin/sh\necho 'openjdk version "${release}" 2025-01-21' >&2\n`, {
    mode: 0o755,
  })
  vi.stubEnv('JAVA_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
}

const start = async (driver: Driver, dir = tempDir()) => {
  const peer = await driver.start({ role: 'payee', dir, signal: new AbortController().signal })
  onTestFinished(() => peer.stop())
  return { peer, dir }
}

/** The first line that a fake prints. */
const said = (log: string) => JSON.parse(log.split('\n')[0]!) as { argv: string[]; env: string[] }

test('a lightningd that the user has: its version, its flags, its end', async () => {
  const driver = clnDriver({
    path: installed('v26.06.6'),
    chain: async () => CLN_CHAIN,
    flags: ['--dev-force-features=-44'],
  })
  expect(driver.name).toBe('cln')
  expect(driver.neverLive).toMatch(/hand-made/)
  expect(await driver.prepare(() => undefined)).toEqual({ ok: true, version: 'v26.06.6', how: 'binary' })
  const { peer, dir } = await start(driver)
  expect(peer).toMatchObject({ role: 'payee', driver: 'cln', nodeId: `02${'ab'.repeat(32)}` })
  const { argv, env } = said(peer.log())
  expect(argv).toEqual([
    `--lightning-dir=${dir}`,
    '--network=regtest',
    `--rpc-file=${dir}/regtest/lightning-rpc`,
    `--bind-addr=${peer.address}`,
    '--bitcoin-cli=/opt/bitcoin-cli',
    '--bitcoin-datadir=/opt/chain',
    '--log-level=debug',
    '--disable-dns',
    '--disable-plugin=cln-grpc',
    '--developer',
    '--dev-fast-gossip',
    '--dev-bitcoind-poll=1',
    '--dev-force-features=-44',
  ])
  expect(env.filter((name) => !['_', 'PWD', 'SHLVL', 'OLDPWD'].includes(name))).toEqual(['HOME', 'PATH'])
  await peer.stop()
  expect(peer.log()).toMatch(/told to end$/)
  expect(readFileSync(peer.files[0]!.path, 'utf8')).toContain('told to end')
})

test('two versions side by side', async () => {
  const [old, now] = ['v0.10.2', 'v25.12'].map((label) =>
    clnDriver({ path: join(installed(label), 'bin', 'lightningd'), label, chain: async () => CLN_CHAIN }),
  )
  expect([old!.name, now!.name]).toEqual(['cln-v0.10.2', 'cln-v25.12'])
  expect(old!.cannot).toHaveProperty('refund')
  expect(now!.cannot).not.toHaveProperty('refund')
  expect([old!.form, now!.form]).toEqual(['2021', undefined])
  await Promise.all([old!.prepare(() => undefined), now!.prepare(() => undefined)])
  const [one, other] = await Promise.all([start(old!), start(now!)])
  expect(one.peer.address).not.toBe(other.peer.address)
  expect(said(one.peer.log()).argv).toContain('--experimental-offers')
  expect(said(other.peer.log()).argv).not.toContain('--experimental-offers')
})

test('what the program says of itself counts, whatever the user calls it', async () => {
  const driver = clnDriver({ path: installed('v0.10.2'), chain: async () => CLN_CHAIN })
  expect(driver.cannot).not.toHaveProperty('refund')
  await driver.prepare(() => undefined)
  expect(driver.cannot).toHaveProperty('refund')
})

test('a folder too deep for a socket', async () => {
  const deep = join(tempDir(), 'x'.repeat(100))
  mkdirSync(deep)
  const driver = clnDriver({ path: installed('v26.06.6'), chain: async () => CLN_CHAIN })
  const { peer } = await start(driver, deep)
  expect(said(peer.log()).argv[2]).toMatch(/^--rpc-file=.{1,103}$/)
})

test('a lightningd that ends at once fails with its words', async () => {
  const driver = clnDriver({ path: installed('v26.06.6'), chain: async () => CLN_CHAIN, flags: ['--fail'] })
  await expect(start(driver)).rejects.toThrow(/lightningd ended: .*unrecognized option '--fail'/)
})

test('a run that is over before a node answers starts none, and ends one that starts', async () => {
  const driver = clnDriver({ path: installed('v26.06.6'), chain: async () => CLN_CHAIN })
  const dir = tempDir()
  const options = { role: 'payee', dir, signal: AbortSignal.abort(new Error('the run is over')) }
  await expect(driver.start(options)).rejects.toThrow('the run is over')
  expect(readdirSync(dir)).toEqual([])
  const controller = new AbortController()
  const starting = driver.start({ ...options, signal: controller.signal })
  controller.abort(new Error('the run is over'))
  await expect(starting).rejects.toThrow('the run is over')
  // Its log is written last.
  await until('its log', async () => (existsSync(join(dir, 'payee.log')) ? true : undefined), 5_000)
})

test('how a user names a program', () => {
  expect(userBinary('/opt/cln')).toEqual({ path: '/opt/cln' })
  expect(userBinary('v0.10.2=/opt/old')).toEqual({ path: '/opt/old', label: 'v0.10.2' })
  expect(userBinary('0.14.1=/opt/a=b')).toEqual({ path: '/opt/a=b', label: '0.14.1' })
  expect(userBinary('/opt/a=b')).toEqual({ path: '/opt/a=b' })
})

test.for([
  ['no program', { path: '/nowhere', chain: async () => CLN_CHAIN }, /no lightningd at \/nowhere/],
  [
    'a program that is another',
    { path: '/bin/false', chain: async () => CLN_CHAIN },
    /\/bin\/false --version ended with 1/,
  ],
] as const)('no lightningd: %s', async ([, options, reason]) => {
  expect(await clnDriver(options).prepare(() => undefined)).toEqual({
    ok: false,
    reason: expect.stringMatching(reason),
  })
})

test('no chain is a reason', async () => {
  const none = async () => {
    throw new Error('btcd is not built')
  }
  expect(await clnDriver({ path: installed('v26.06.6'), chain: none }).prepare(() => undefined)).toEqual({
    ok: false,
    reason: 'Core Lightning needs a chain: btcd is not built',
  })
  java('21.0.6')
  expect(await eclairDriver({ path: installedEclair('eclair'), chain: none }).prepare(() => undefined)).toEqual({
    ok: false,
    reason: 'Eclair needs Bitcoin Core: btcd is not built',
  })
})

test('an Eclair that the user has: settings in a file of its own, passwords in no argument', async () => {
  java('21.0.6')
  const driver = eclairDriver({ path: installedEclair('eclair-node-0.14.1-0123abc'), chain: async () => ECLAIR_CHAIN })
  expect(driver.neverLive).toMatch(/hand-made/)
  expect(await driver.prepare(() => undefined)).toEqual({ ok: true, version: '0.14.1', how: 'binary' })
  const { peer, dir } = await start(driver)
  expect(peer.nodeId).toBe(`03${'cd'.repeat(32)}`)
  const conf = readFileSync(join(dir, 'eclair.conf'), 'utf8')
  expect(statSync(join(dir, 'eclair.conf')).mode & 0o777).toBe(0o600)
  expect(conf).toContain('eclair.bitcoind.rpcpassword = "a \\"quoted\\" password"')
  expect(conf).toContain('eclair.onion-messages.relay-policy = "relay-all"')
  const password = /api[.]password = "(.*)"/.exec(conf)![1]!
  expect(password).toMatch(/^[0-9a-f]{32}$/)
  expect(said(peer.log()).argv).toEqual([
    `-Declair.datadir=${dir}`,
    '-Declair.allow-unsafe-startup=true',
    '-Declair.printToConsole=true',
  ])
  await peer.stop()
  expect(peer.log()).toMatch(/told to end$/)
})

test('a later Eclair is not told of a policy that it does not know; one of no release is not trusted to relay', async () => {
  java('21.0.6')
  const later = eclairDriver({ path: installedEclair('eclair'), label: '0.15.0', chain: async () => ECLAIR_CHAIN })
  expect(later.name).toBe('eclair-0.15.0')
  expect(later.cannot).not.toHaveProperty('relay')
  const { dir } = await start(later)
  expect(readFileSync(join(dir, 'eclair.conf'), 'utf8')).not.toContain('relay-policy')
  const unknown = eclairDriver({ path: installedEclair('eclair'), chain: async () => ECLAIR_CHAIN })
  expect(unknown.cannot).toHaveProperty('relay')
})

test('no Eclair, or a Java that is too old', async () => {
  java('17.0.2')
  const chain = async () => ECLAIR_CHAIN
  expect(await eclairDriver({ path: '/nowhere', chain }).prepare(() => undefined)).toMatchObject({
    reason: 'there is no eclair-node.sh at /nowhere',
  })
  expect(await eclairDriver({ path: installedEclair('eclair'), chain }).prepare(() => undefined)).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/^Eclair needs Java 21 or newer: openjdk version "17/),
  })
})

test('a bitcoind that the user has: a wallet and a block, passwords in no argument', async () => {
  const dir = join(tempDir(), 'chain')
  const bitcoind = await startBitcoind({ path: fake('bitcoind'), dir })
  onTestFinished(() => bitcoind.stop())
  expect(said(bitcoind.log()).argv).toEqual([`-datadir=${dir}`, '-printtoconsole'])
  expect(statSync(join(dir, 'bitcoin.conf')).mode & 0o777).toBe(0o600)
  await until('its log', async () => (/generatetoaddress/.test(bitcoind.log()) ? true : undefined), 5_000)
  expect(bitcoind.log().split('\n').slice(-4)).toEqual([
    'asked getblockchaininfo []',
    'asked createwallet ["eclair"]',
    'asked getnewaddress []',
    'asked generatetoaddress [1,"bcrt1q"]',
  ])
  expect(bitcoind).toMatchObject({ bitcoinCli: 'bitcoin-cli', bitcoinDir: dir, rpc: { wallet: 'eclair' } })
  await expect(bitcoind.call('nothing')).rejects.toThrow('bitcoind: nothing: Method not found')
})
