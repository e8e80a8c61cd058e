import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Engine, findEngine, isGone, labelled, RUN_LABEL } from '../../interop/containers/engine.js'
import { IMAGES } from '../../interop/containers/images.js'
import { startLnoContainer } from '../../interop/containers/lno.js'
import { makeImage } from '../../interop/containers/make-image.js'
import { type ContainerRun, openContainers } from '../../interop/lib/containers.js'
import { useLab } from '../support/e2e/lab.js'

const found = await findEngine()
const installed = existsSync(fileURLToPath(new URL('../../interop/node_modules/testcontainers', import.meta.url)))
const why =
  'reason' in found ? found.reason : installed ? '' : 'testcontainers is not installed: npm ci --prefix interop'
if (why !== '') console.warn(`containers are not tested: ${why}`)

const CHILD = fileURLToPath(new URL('support/container-run.ts', import.meta.url))

describe.skipIf(why !== '')('containers, where an engine answers', () => {
  const lab = useLab()
  const engine = found as Engine
  const image = { name: '' }
  let dir = ''

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'lno-containers-'))
    image.name = (await makeImage(engine, `test-${process.pid}`)).image
  })

  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true })
    if (image.name !== '') await engine.json('DELETE', `/images/${image.name}?force=true`)
  })

  const open = async (): Promise<ContainerRun> => {
    const run = await openContainers()
    if ('reason' in run) throw new Error(run.reason)
    return run
  }

  /** Names of the volumes of a run's containers: they have no label, and go with their container. */
  const volumesOf = async (run: string): Promise<readonly string[]> => {
    const { containers } = await labelled(engine, run)
    const all = await Promise.all(
      containers.map((id) =>
        engine.json<{ readonly Mounts: readonly { readonly Name: string }[] }>('GET', `/containers/${id}/json`),
      ),
    )
    return all.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name))
  }

  const left = async (run: string, volumes: readonly string[]) => {
    const { Volumes } = await engine.json<{ readonly Volumes: readonly { readonly Name: string }[] | null }>(
      'GET',
      '/volumes',
    )
    const there = new Set((Volumes ?? []).map(({ Name }) => Name))
    return { labelled: await labelled(engine, run), volumes: volumes.filter((name) => there.has(name)) }
  }
  const nothing = { labelled: { containers: [], networks: [], volumes: [] }, volumes: [] }

  test('a node outside and two inside: connected both ways, fetched over a relay, logged, and nothing is left', async () => {
    const run = await open()
    const [payee, relay] = await Promise.all(
      ['payee', 'relay'].map((role) => startLnoContainer(run, image.name, { role, dir })),
    )
    const outside = await lab.startNode('outside')
    const me = { nodeId: outside.id, address: `${outside.addresses[0]}` }

    // From one container to another, from a container to this machine, and from this machine into a container.
    await payee!.connect(relay!)
    await payee!.connect(me)
    const called = await outside.lno('peer', 'connect', `${relay!.nodeId}@${relay!.address}`)
    expect(called, called.stderr).toMatchObject({ code: 0 })
    const both = [payee!.nodeId, me.nodeId].sort()
    await vi.waitFor(async () => expect([...(await relay!.peers())].sort()).toEqual(both), { timeout: 15_000 })

    const { text } = await payee!.createOffer!({ description: 'Tea', amountMsat: 1000n, paths: [[relay!]] })
    const fetched = await outside.json('fetch', text)
    expect(fetched.bolt12).toMatch(/^lni1/)
    const theirs = await outside.json('offer', 'create', '--amount', '2000', '--description', 'Cake')
    expect(await payee!.fetch!({ offer: theirs.bolt12, over: [], timeoutMs: 15_000 })).toMatchObject({
      kind: 'invoice',
      amountMsat: 2000n,
    })

    expect(payee!.log()).toContain('"kind":"node_ready"')
    expect(readFileSync(payee!.files[0]!.path, 'utf8')).toContain('"kind":"node_ready"')

    const volumes = await volumesOf(run.id)
    const { containers, networks } = await labelled(engine, run.id)
    expect({ containers: containers.length, networks: networks.length, volumes: volumes.length }).toEqual({
      containers: 2,
      networks: 1,
      volumes: 2,
    })
    await run.close()
    expect(await left(run.id, volumes)).toEqual(nothing)
  })

  test('published ports are for this machine alone', async () => {
    const run = await open()
    try {
      const { id } = await run.start('lno', { image: image.name })
      const { NetworkSettings } = await engine.json<{
        readonly NetworkSettings: { readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string }[]>> }
      }>('GET', `/containers/${id}/json`)
      expect(NetworkSettings.Ports['9747/tcp']!.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1'])
    } finally {
      await run.close()
    }
  })

  test('what a service needs stands first, set up, and under its name', async () => {
    const [repository = '', tag = ''] = image.name.split(':')
    const ours = { ...IMAGES.lno, image: repository, tag }
    const node = (script: string) => ['/usr/local/bin/node', '-e', script]
    const find = node(
      "console.log('at', /^(\\S+)\\s+bitcoind$/m.exec(require('node:fs').readFileSync('/etc/hosts', 'utf8'))[1])",
    )
    const once = [find]
    const run = await openContainers({ ...IMAGES, bitcoind: { ...ours, once }, cln: { ...ours, needs: ['bitcoind'] } })
    if ('reason' in run) throw new Error(run.reason)
    try {
      const [one, other] = await Promise.all(['one', 'other'].map((role) => run.start('cln', { role })))
      // Both lead to the one that they share.
      const [first, second] = await Promise.all([one!.exec(find), other!.exec(find)])
      expect(first.stdout).toMatch(/^at 1\d+\.\d+\.\d+\.\d+\n$/)
      expect(second.stdout).toBe(first.stdout)
      expect((await labelled(engine, run.id)).containers).toHaveLength(3)
    } finally {
      await run.close()
    }
  })

  test('a set-up that fails is told, and nothing is left', async () => {
    const [repository = '', tag = ''] = image.name.split(':')
    const once = [['/usr/local/bin/node', '-e', 'throw new Error("no wallet")']]
    const run = await openContainers({ ...IMAGES, lno: { ...IMAGES.lno, image: repository, tag, once } })
    if ('reason' in run) throw new Error(run.reason)
    await expect(run.start('lno')).rejects.toThrow(/lno: .* ended with 1: [\s\S]*no wallet/)
    await run.close()
    expect(await left(run.id, [])).toEqual(nothing)
  })

  test('a container that never becomes ready fails with what it said, and nothing is left', async () => {
    const run = await open()
    // Late enough for the node to have said something on a busy machine.
    const health = {
      ...IMAGES.lno.health,
      test: ['CMD', '/nowhere'] as const,
      intervalMs: 200,
      retries: 30,
      startMs: 0,
    }
    await expect(run.start('lno', { image: image.name, change: { health } })).rejects.toThrow(
      /lno \(.*\) did not start: .*unhealthy[\s\S]*node_ready/,
    )
    await run.close()
    expect(await left(run.id, [])).toEqual(nothing)
  })

  test('an image that is not here and cannot be pulled is named with the reason', async () => {
    const run = await open()
    try {
      expect(await run.missing(image.name)).toBeUndefined()
      expect(await run.missing('127.0.0.1:1/nobody/nothing:never')).toMatch(/127\.0\.0\.1:1/)
    } finally {
      await run.close()
    }
  })

  test.for([
    ['Ctrl-C', 'SIGINT'],
    ['a kill that nobody can catch', 'SIGKILL'],
    ['a fault of the lab', undefined],
  ] as const)('after %s nothing is left', async ([, signal]) => {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, image.name, dir, signal ?? 'fail'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    const ended = once(child, 'exit')
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { run } = JSON.parse(line) as { readonly run: string }
    const volumes = await volumesOf(run)
    if (signal !== undefined) {
      expect(volumes).toHaveLength(2)
      // As a terminal does it: to the whole group.
      process.kill(-child.pid!, signal)
    }
    expect(await ended).toEqual(signal === undefined ? [1, null] : [null, signal])
    await vi.waitFor(async () => expect(await left(run, volumes)).toEqual(nothing), { timeout: 60_000, interval: 200 })
  })

  test('nothing of these tests is left', async () => {
    const all = await engine.json<readonly { readonly Labels: Readonly<Record<string, string>> }[]>(
      'GET',
      '/containers/json?all=true',
    )
    const mine = all.map(({ Labels }) => Labels[RUN_LABEL] ?? '').filter((run) => run.startsWith(`${process.pid}-`))
    expect(mine).toEqual([])
    expect(isGone(await labelled(engine, `test-${process.pid}`))).toBe(true)
  })
})
