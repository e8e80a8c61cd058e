import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { composeFile } from '../../interop/containers/compose.js'
import { containerDrivers } from '../../interop/containers/drivers.js'
import { openGateway } from '../../interop/containers/gateway.js'
import { ECLAIR_PASSWORD, IMAGES } from '../../interop/containers/images.js'
import type { ContainerOptions, ContainerRun, RunningContainer } from '../../interop/lib/containers.js'
import { tempDir } from '../support/temp-dir.js'
import { fakeEclair } from './support/fake-eclair.js'
import { fakeLightningRpc } from './support/fake-rpc.js'

const ME = '033845802d25b4e074ccfd7cd8b339a41dc75bf9978a034800444b51d42b07799a'
const RELAY = {
  nodeId: '03cecbfdc68544cc596223b68ce0710c9e5d2c9cb317ee07822d95079acc703d31',
  address: '127.0.0.1:30005',
}

interface FakeRun extends ContainerRun {
  readonly started: (readonly [string, ContainerOptions])[]
  readonly ended: string[]
}

/** A run whose containers are the fakes on this machine. */
function fakeRun(api: { readonly host: string; readonly port: number }, missing?: string): FakeRun {
  const started: (readonly [string, ContainerOptions])[] = []
  const ended: string[] = []
  return {
    id: 'fake',
    started,
    ended,
    async start(service, options = {}): Promise<RunningContainer> {
      started.push([service, options])
      return {
        id: 'c0',
        image: `${options.image}`,
        at: () => api,
        address: '127.0.0.1:32768',
        exec: async () => ({ code: 0, stdout: '', stderr: '' }),
        log: () => 'a line',
        stop: async () => void ended.push(`${options.role}`),
      }
    },
    inside: async (address) => (address === RELAY.address ? '172.18.0.1:41000' : address),
    missing: async (image) => (image === missing ? 'no such host' : undefined),
    close: async () => void ended.push('run'),
  }
}

const at = () => ({ role: 'payee', dir: tempDir(), signal: new AbortController().signal })

test('the compose file is what the table says', () => {
  expect(readFileSync(new URL('../../interop/containers/compose.yaml', import.meta.url), 'utf8')).toBe(composeFile())
})

test('the table: every service is of this machine alone, is judged by Docker, and needs what the table has', () => {
  for (const [name, spec] of Object.entries(IMAGES)) {
    expect(spec.health.test[0], name).toBe('CMD')
    for (const needed of spec.needs) expect(IMAGES, name).toHaveProperty(needed)
    // One line of a shell is made of them.
    for (const word of spec.once.flat()) expect(word, name).not.toContain("'")
  }
  const published = [...composeFile().matchAll(/^ {6}- "(\S+)::\d+"$/gm)].map(([, address]) => address)
  expect(published).toHaveLength(Object.values(IMAGES).flatMap(({ ports }) => Object.keys(ports)).length)
  expect(new Set(published)).toEqual(new Set(['127.0.0.1']))
})

test('Core Lightning in a container: its image, its role, addresses as it sees them', async () => {
  const rpc = await fakeLightningRpc({ getinfo: () => ({ id: ME }), connect: () => ({}) })
  const run = fakeRun({ host: '127.0.0.1', port: rpc.port })
  const [cln] = containerDrivers({ open: async () => run })
  expect(await cln!.prepare(() => undefined)).toEqual({
    ok: true,
    version: `elementsproject/lightningd:${IMAGES.cln.tag}`,
    how: 'container',
  })
  expect(cln!.neverLive).toMatch(/hand-made/)
  const peer = await cln!.start(at())
  expect(peer).toMatchObject({ nodeId: ME, address: '127.0.0.1:32768', driver: 'cln' })
  expect(run.started).toMatchObject([['cln', { role: 'payee' }]])
  expect(run.started[0]![1].change!.command).toEqual([...IMAGES.cln.command, '--disable-plugin=cln-grpc'])
  await peer.connect(RELAY)
  expect(rpc.asked.at(-1)).toEqual(['connect', { id: RELAY.nodeId, host: '172.18.0.1', port: 41000 }])
  await peer.stop()
  await cln!.close!()
  expect(run.ended).toEqual(['payee', 'run'])
})

test('an old release by its tag: no flag that it does not know', async () => {
  const rpc = await fakeLightningRpc({ getinfo: () => ({ id: ME }) })
  const run = fakeRun({ host: '127.0.0.1', port: rpc.port })
  const [cln] = containerDrivers({ open: async () => run, images: { cln: 'v0.10.2' } })
  expect(cln!.cannot).toHaveProperty('refund')
  await cln!.start(at())
  expect(run.started[0]![1].image).toBe('elementsproject/lightningd:v0.10.2')
  const command = run.started[0]![1].change!.command!
  expect(command).toContain('--experimental-offers')
  expect(command.filter((word) => word.startsWith('--dev'))).toEqual([])
})

test('Eclair in a container', async () => {
  const server = await fakeEclair({ getinfo: () => ({ json: { nodeId: ME } }) }, ECLAIR_PASSWORD)
  const run = fakeRun({ host: server.host, port: server.port })
  const [, eclair] = containerDrivers({ open: async () => run, images: { eclair: 'someone/eclair:0.14.1' } })
  const peer = await eclair!.start(at())
  expect(peer).toMatchObject({ nodeId: ME, driver: 'eclair' })
  expect(run.started).toMatchObject([['eclair', { role: 'payee', image: 'someone/eclair:0.14.1' }]])
})

test('a container whose node does not answer is removed', async () => {
  const run = fakeRun({ host: '127.0.0.1', port: 1 })
  const [cln] = containerDrivers({ open: async () => run })
  await expect(cln!.start(at())).rejects.toThrow(/ECONNREFUSED/)
  expect(run.ended).toEqual(['payee'])
})

test('no engine, or no image of the node or of what it needs, is a reason', async () => {
  const reason = 'no Docker engine answers here'
  const [none] = containerDrivers({ open: async () => ({ reason }) })
  expect(await none!.prepare(() => undefined)).toEqual({ ok: false, reason })
  await none!.close!()
  const bitcoind = `${IMAGES.bitcoind.image}:${IMAGES.bitcoind.tag}`
  const [cln] = containerDrivers({ open: async () => fakeRun({ host: '127.0.0.1', port: 1 }, bitcoind) })
  expect(await cln!.prepare(() => undefined)).toEqual({ ok: false, reason: `no image ${bitcoind}: no such host` })
  const [broken] = containerDrivers({
    open: async () => {
      throw new Error('the engine is full')
    },
  })
  expect(await broken!.prepare(() => undefined)).toEqual({ ok: false, reason: 'no containers: the engine is full' })
})

test('a way from containers to a listener of this machine, and where it cannot be', async () => {
  const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void echo.close())
  const gateway = await openGateway('127.0.0.1', { host: '127.0.0.1', port: (echo.address() as AddressInfo).port })
  const [host, port] = gateway!.address.split(':')
  const socket = connect(Number(port), host)
  socket.write('there and back')
  expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toBe('there and back')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  await gateway!.close()
  await closed
  // An address of documentation, which no machine has.
  expect(await openGateway('192.0.2.1', { host: '127.0.0.1', port: 1 })).toBeUndefined()
})
