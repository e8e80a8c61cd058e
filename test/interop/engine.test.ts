import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import {
  type Engine,
  EngineError,
  findEngine,
  isGone,
  labelled,
  RUN_LABEL,
  removeLabelled,
} from '../../interop/containers/engine.js'
import { makeImage } from '../../interop/containers/make-image.js'
import { tempDir } from '../support/temp-dir.js'

interface FakeEngine {
  readonly host: string
  readonly asked: string[]
  /** id -> run */
  readonly has: Readonly<Record<'containers' | 'networks' | 'volumes', Map<string, string>>>
  busy: boolean
}

const bodyOf = async (request: IncomingMessage) => {
  let length = 0
  for await (const chunk of request) length += (chunk as Uint8Array).length
  return length
}

/** A socket that answers as a Docker engine does. */
async function fakeEngine(architecture = 'sparc'): Promise<FakeEngine> {
  const path = join(tempDir(), 'docker.sock')
  const fake: FakeEngine = {
    host: `unix://${path}`,
    asked: [],
    has: {
      containers: new Map([
        ['c1', 'mine'],
        ['c2', 'mine'],
        ['c3', 'theirs'],
      ]),
      networks: new Map([['n1', 'mine']]),
      volumes: new Map([
        ['v1', 'mine'],
        ['v2', 'theirs'],
      ]),
    },
    busy: false,
  }
  const server = createServer(async (request, response) => {
    const length = await bodyOf(request)
    const { pathname, searchParams } = new URL(`${request.url}`, 'http://engine')
    fake.asked.push(`${request.method} ${pathname}`)
    const say = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    const [, kind = '', name] = /^\/v1\.41\/(containers|networks|volumes)\/?([^/]*)/.exec(pathname) ?? []
    if (pathname === '/version') return say(200, { Version: '20.10.24', Os: 'linux', Arch: architecture })
    if (pathname === '/v1.41/images/create') return say(200, { status: `${length} bytes` })
    if (!(kind in fake.has)) return say(404, { message: 'page not found' })
    const all = fake.has[kind as keyof typeof fake.has]
    if (request.method === 'DELETE') {
      if (fake.busy) return say(409, { message: 'removal is already in progress' })
      all.delete(`${name}`)
      return response.writeHead(204).end()
    }
    const { label } = JSON.parse(`${searchParams.get('filters')}`) as { label: readonly string[] }
    const mine = [...all]
      .filter(([, run]) => label.includes(`${RUN_LABEL}=${run}`))
      .map(([id]) => ({ Id: id, Name: id }))
    return say(200, kind === 'volumes' ? { Volumes: mine.length === 0 ? null : mine } : mine)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return fake
}

const found = async (fake: FakeEngine) => (await findEngine({ DOCKER_HOST: fake.host })) as Engine

test('an engine is found where DOCKER_HOST says', async () => {
  const fake = await fakeEngine()
  expect(await found(fake)).toMatchObject({ host: fake.host, version: '20.10.24', platform: 'linux/sparc' })
})

test.for([
  ['unix:///nowhere/docker.sock', /^no Docker engine answers here \(unix:\/\/\/nowhere\/docker\.sock: .*ENOENT/],
  ['tcp://127.0.0.1:1', /^no Docker engine answers here \(tcp:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/],
  ['ssh://somebody@somewhere', /is of a kind that the lab does not speak/],
] as const)('no engine at %s, in one line', async ([host, reason]) => {
  const none = await findEngine({ DOCKER_HOST: host })
  expect(none).toEqual({ reason: expect.stringMatching(reason) })
  expect('reason' in none && none.reason).not.toContain('\n')
})

test('what carries the label of a run is removed: containers, then networks, then volumes; nothing else', async () => {
  const fake = await fakeEngine()
  const engine = await found(fake)
  const mine = { containers: ['c1', 'c2'], networks: ['n1'], volumes: ['v1'] }
  expect(await labelled(engine, 'mine')).toEqual(mine)
  expect(await removeLabelled(engine, 'mine')).toEqual(mine)
  expect(isGone(await labelled(engine, 'mine'))).toBe(true)
  const deleted = fake.asked.filter((line) => line.startsWith('DELETE'))
  expect(deleted.slice(0, 2).sort()).toEqual(['DELETE /v1.41/containers/c1', 'DELETE /v1.41/containers/c2'])
  expect(deleted.slice(2)).toEqual(['DELETE /v1.41/networks/n1', 'DELETE /v1.41/volumes/v1'])
  expect([...fake.has.containers.keys(), ...fake.has.volumes.keys()]).toEqual(['c3', 'v2'])
})

test('what somebody else is removing just now is not gone, and no error', async () => {
  const fake = await fakeEngine()
  fake.busy = true
  const engine = await found(fake)
  expect(isGone(await removeLabelled(engine, 'mine'))).toBe(false)
  expect(isGone(await labelled(engine, 'mine'))).toBe(false)
})

test('errors of an engine have its words', async () => {
  const engine = await found(await fakeEngine())
  const error = await engine.json('GET', '/nothing').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(EngineError)
  expect(error).toMatchObject({ status: 404, message: 'page not found' })
})

test('a stream is sent whole', async () => {
  const engine = await found(await fakeEngine())
  const sent = engine.send(
    'POST',
    '/images/create?fromSrc=-',
    Readable.from([new Uint8Array(70_000), new Uint8Array(3)]),
  )
  expect(await sent).toBe('{"status":"70003 bytes"}')
})

test("an image is not made of this machine's programs for an engine that cannot run them", async () => {
  await expect(makeImage(await found(await fakeEngine()))).rejects.toThrow(/and the engine runs linux\/sparc$/)
})
