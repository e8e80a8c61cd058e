import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import type { ContainerOptions, ContainerRun, RunningContainer } from '../lib/containers.js'
import { type Engine, EngineError, isGone, labelled, RUN_LABEL, removeLabelled } from './engine.js'
import { type Gateway, openGateway } from './gateway.js'
import type { ImageTable, ServiceName } from './images.js'

/** Milliseconds until a health check must be content: an image's slowest start several times over. */
const START_MS = 300_000

/** Milliseconds that a container has to end by itself. */
const END_MS = 5_000

/** Lines of a container that are kept in memory. */
const LOG_LINES = 2_000

/** Looks after the removal; the engine takes a moment to let go of a network. */
const LOOKS = 20
const LOOK_AGAIN_MS = 250

const LOOPBACK = '127.0.0.1'

interface Kept {
  readonly running: RunningContainer
  readonly ip: string
  /** Address from this machine -> address from other containers. */
  readonly inside: ReadonlyMap<string, string>
}

/** Opens a run on this engine: a watcher that removes it in any case, and a network. */
export async function openRun(engine: Engine, table: ImageTable): Promise<ContainerRun> {
  // Its own reaper is an image that would have to be pulled, and would share the socket of the engine: ours is a process.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
  process.env.DOCKER_HOST ??= engine.host

  const id = `${process.pid}-${randomBytes(4).toString('hex')}`
  const reaper = await startReaper(id)
  const network = `lno-interop-${id}`
  const gateway = await createNetwork(engine, network, id)
  const kept = new Map<string, Kept>()
  const needed = new Map<ServiceName, Promise<RunningContainer>>()
  const gateways = new Map<string, Promise<Gateway | undefined>>()
  let closing: Promise<void> | undefined

  const startOne = async (service: ServiceName, options: ContainerOptions): Promise<RunningContainer> => {
    const { role = service, change = {} } = options
    const spec = { ...table[service], ...change }
    const image = options.image ?? `${spec.image}:${spec.tag}`
    if (kept.has(role)) throw new Error(`${role} is there already`)
    const lines: string[] = []
    const file =
      options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: 'a', mode: 0o600 })
    const { test, intervalMs, timeoutMs, retries, startMs } = spec.health
    const container = new GenericContainer(image)
      .withLabels({ [RUN_LABEL]: id })
      .withNetworkMode(network)
      // Names by files of hosts and not by aliases of the network: for those, testcontainers would put the container into
      // the engine's own network as well, and its ports on every interface.
      .withHostname(role)
      .withExtraHosts([...kept].map(([host, { ip }]) => ({ host, ipAddress: ip })))
      .withEnvironment({ ...spec.environment })
      .withCommand([...spec.command])
      .withExposedPorts(...Object.values(spec.ports))
      .withHealthCheck({
        test: [...test],
        interval: intervalMs,
        timeout: timeoutMs,
        retries,
        startPeriod: startMs,
      })
      .withWaitStrategy(Wait.forHealthCheck())
      .withStartupTimeout(START_MS)
      .withLogConsumer((stream) => {
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line)
          if (lines.length > LOG_LINES) lines.shift()
          file?.write(`${line}\n`)
        })
      })
    let started: StartedTestContainer
    try {
      started = await container.start()
    } catch (error) {
      file?.end()
      throw new Error(`${role} (${image}) did not start: ${(error as Error).message}\n${lines.slice(-20).join('\n')}`)
    }
    if (closing !== undefined) {
      await started.stop({ remove: true, removeVolumes: true })
      throw new Error(`${role} was not ready before the run was over`)
    }
    const ip = started.getIpAddress(network)
    // Ports are published on the loopback of the engine's machine, which is this one where it answers on a socket. Where this
    // machine looks like a container itself, testcontainers would name its gateway instead.
    const host = engine.host.startsWith('unix:') || started.getHost() === 'localhost' ? LOOPBACK : started.getHost()
    const at = (port: string) => {
      const inner = spec.ports[port]
      if (inner === undefined) throw new Error(`${service} has no port ${port}`)
      return { host, port: started.getMappedPort(inner) }
    }
    let stopping: Promise<void> | undefined
    const running: RunningContainer = {
      id: started.getId(),
      image,
      at,
      address: `${host}:${at('p2p').port}`,
      async exec(command) {
        const { exitCode, stdout, stderr } = await started.exec([...command])
        return { code: exitCode, stdout, stderr }
      },
      log: () => lines.join('\n'),
      stop() {
        stopping ??= (async () => {
          kept.delete(role)
          try {
            await started.stop({ timeout: END_MS, remove: true, removeVolumes: true })
          } finally {
            file?.end()
          }
        })()
        return stopping
      },
    }
    const inside = new Map(
      Object.entries(spec.ports).map(([name, port]) => [`${host}:${at(name).port}`, `${ip}:${port}`] as const),
    )
    kept.set(role, { running, ip, inside })
    for (const command of spec.once) {
      const { code, stdout, stderr } = await running.exec(command)
      if (code !== 0) throw new Error(`${role}: ${command.join(' ')} ended with ${code}: ${stderr || stdout}`)
    }
    return running
  }

  /** One of each service that others need, whoever asks first. */
  const need = (service: ServiceName): Promise<RunningContainer> => {
    const there = needed.get(service) ?? start(service, {})
    needed.set(service, there)
    return there
  }
  const start = async (service: ServiceName, options: ContainerOptions): Promise<RunningContainer> => {
    if (closing !== undefined) throw new Error('the run is over')
    for (const other of table[service].needs) await need(other)
    return startOne(service, options)
  }

  return {
    id,
    start: (service, options = {}) => start(service, options),
    async inside(address) {
      for (const { inside } of kept.values()) {
        const known = inside.get(address)
        if (known !== undefined) return known
      }
      const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? []
      if (host !== LOOPBACK && host !== 'localhost') return address
      let way = gateways.get(address)
      if (way === undefined) {
        way = openGateway(gateway, { host: LOOPBACK, port: Number(port) })
        gateways.set(address, way)
      }
      // Where the engine runs in a machine of its own, that one passes this name on to our loopback.
      return (await way)?.address ?? `host.docker.internal:${port}`
    },
    missing: (image) => pull(engine, image),
    close() {
      closing ??= (async () => {
        const stops = await Promise.allSettled([...kept.values()].map(({ running }) => running.stop()))
        await Promise.all([...gateways.values()].map(async (way) => (await way)?.close()))
        // What a failed start or stop has left, and the network.
        for (let look = 0; look < LOOKS; look++) {
          await removeLabelled(engine, id)
          if (isGone(await labelled(engine, id))) {
            await endReaper(reaper)
            return
          }
          await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
        }
        const failed = stops.find((stop) => stop.status === 'rejected')
        throw new Error(`containers of the run ${id} are left: docker ps --all --filter label=${RUN_LABEL}=${id}`, {
          cause: failed?.reason,
        })
      })()
      return closing
    },
  }
}

/** Creates the network of a run; the address that this machine has in it. */
async function createNetwork(engine: Engine, name: string, run: string): Promise<string> {
  await engine.json('POST', '/networks/create', {
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    Labels: { [RUN_LABEL]: run },
    // Published ports are for this machine alone: the RPC of CLN, for one, asks for no password.
    Options: { 'com.docker.network.bridge.host_binding_ipv4': LOOPBACK },
  })
  const { IPAM } = await engine.json<{
    readonly IPAM: { readonly Config: readonly { readonly Gateway?: string; readonly Subnet: string }[] }
  }>('GET', `/networks/${name}`)
  const first = IPAM.Config[0]
  return first?.Gateway ?? `${first?.Subnet}`.replace(/\.\d+\/\d+$/, '.1')
}

async function pull(engine: Engine, image: string): Promise<string | undefined> {
  try {
    await engine.json('GET', `/images/${image}/json`)
    return undefined
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== 404) throw error
  }
  const [, fromImage, tag] = /^(.*?)(?::([^:/]+))?$/.exec(image) ?? []
  const query = new URLSearchParams({ fromImage: `${fromImage}`, tag: tag ?? 'latest' })
  try {
    const said = await engine.text('POST', `/images/create?${query}`)
    return /"error":"((?:[^"\\]|\\.)*)"/.exec(said)?.[1]
  } catch (error) {
    return (error as Error).message
  }
}

/** Starts the watcher, and returns when it watches. */
async function startReaper(run: string): Promise<ChildProcess> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const program = fileURLToPath(new URL('reaper.ts', import.meta.url))
  const { PATH, HOME, DOCKER_HOST, XDG_RUNTIME_DIR } = process.env
  const child = spawn(process.execPath, ['--import', tsx, program, run], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH, HOME, ...(DOCKER_HOST && { DOCKER_HOST }), ...(XDG_RUNTIME_DIR && { XDG_RUNTIME_DIR }) },
  })
  child.stdin?.on('error', () => undefined)
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the watcher of the run ended with ${code}`)))
  })
  await ready
  // It must not keep the lab alive.
  child.unref()
  // Pipes of a child are sockets, which their types do not say.
  for (const pipe of [child.stdin, child.stdout]) (pipe as unknown as { unref(): void }).unref()
  return child
}

async function endReaper(reaper: ChildProcess): Promise<void> {
  if (reaper.exitCode !== null || reaper.signalCode !== null) return
  reaper.ref()
  const ended = once(reaper, 'exit')
  reaper.stdin?.end('done\n')
  await ended
}
