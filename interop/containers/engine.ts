import { existsSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/**
 * As much of the Docker Engine API as the lab needs beside testcontainers: to find an engine, to make an image of a root
 * file system, and to remove by label whatever a run has left. No package stands below it, so that the program that
 * removes can run on its own.
 */
export interface Engine {
  /** As `DOCKER_HOST` writes it. */
  readonly host: string
  /** Of the engine, such as `20.10.24`. */
  readonly version: string
  /** `linux/amd64` */
  readonly platform: string
  /** @throws EngineError when it answers with an error */
  json<T>(method: string, path: string, body?: unknown): Promise<T>
  /** The text of an answer that is no JSON document, such as the lines that tell of a pull. */
  text(method: string, path: string): Promise<string>
  /** The same with a stream as its body, such as a tar. */
  send(method: string, path: string, body: Readable): Promise<string>
}

export class EngineError extends Error {
  /** HTTP status. */
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Every container, network, volume and image of the lab carries it; its value is the id of the run. */
export const RUN_LABEL = 'org.lno.interop.run'

/** The oldest version of the API that has all that is asked: Docker 20.10. */
const API = '/v1.41'

/** Milliseconds in which an engine on this machine says that it is there. */
const PING_MS = 5_000

type Where = { readonly socketPath: string } | { readonly host: string; readonly port: number }

/** Where an engine may be: where `DOCKER_HOST` says and nowhere else, or at the usual sockets. */
function candidates(env: NodeJS.ProcessEnv): readonly string[] {
  if (env.DOCKER_HOST) return [env.DOCKER_HOST]
  return [
    '/var/run/docker.sock',
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []),
    join(homedir(), '.docker', 'run', 'docker.sock'),
  ]
    .filter((path) => existsSync(path))
    .map((path) => `unix://${path}`)
}

function whereOf(host: string): Where | undefined {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  if (!URL.canParse(host)) return undefined
  const { protocol, hostname, port } = new URL(host)
  if (protocol !== 'tcp:' && protocol !== 'http:') return undefined
  return { host: hostname, port: Number(port || 2375) }
}

function call(
  where: Where,
  method: string,
  path: string,
  body: string | Readable | undefined,
  timeoutMs = 0,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'Content-Type': typeof body === 'string' ? 'application/json' : 'application/x-tar' }
    const outgoing = request({ ...where, method, path, headers, timeout: timeoutMs }, (answer: IncomingMessage) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.once('error', reject)
    })
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)))
    outgoing.once('error', reject)
    if (body === undefined || typeof body === 'string') outgoing.end(body)
    else body.once('error', (error) => outgoing.destroy(error)).pipe(outgoing)
  })
}

/** The engine of this machine, or one sentence that says why there is none. */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<Engine | { readonly reason: string }> {
  const tried: string[] = []
  for (const host of candidates(env)) {
    const where = whereOf(host)
    if (where === undefined) {
      tried.push(`${host} is of a kind that the lab does not speak`)
      continue
    }
    try {
      const { status, text } = await call(where, 'GET', '/version', undefined, PING_MS)
      const { Version, Os, Arch } = JSON.parse(text) as { Version?: string; Os?: string; Arch?: string }
      if (status !== 200 || Version === undefined) throw new Error(`it answers ${status}`)
      return engineAt(host, where, Version, `${Os}/${Arch}`)
    } catch (error) {
      tried.push(`${host}: ${(error as Error).message}`)
    }
  }
  return {
    reason: `no Docker engine answers here (${tried.join('; ') || 'no socket of one, and DOCKER_HOST is not set'})`,
  }
}

function engineAt(host: string, where: Where, version: string, platform: string): Engine {
  const judged = ({ status, text }: { readonly status: number; readonly text: string }) => {
    if (status < 400) return text
    let message = text.trim()
    try {
      message = (JSON.parse(text) as { message?: string }).message ?? message
    } catch {
      // Not every error is JSON.
    }
    throw new EngineError(status, message || `HTTP ${status}`)
  }
  return {
    host,
    version,
    platform,
    async json<T>(method: string, path: string, body?: unknown) {
      const sent = body === undefined ? undefined : JSON.stringify(body)
      const text = judged(await call(where, method, `${API}${path}`, sent))
      return (text === '' ? undefined : JSON.parse(text)) as T
    },
    text: async (method, path) => judged(await call(where, method, `${API}${path}`, undefined)),
    send: async (method, path, body) => judged(await call(where, method, `${API}${path}`, body)),
  }
}

/** What carries the label of a run. */
export interface Labelled {
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
}

const filtered = (path: string, run: string) =>
  `${path}filters=${encodeURIComponent(JSON.stringify({ label: [`${RUN_LABEL}=${run}`] }))}`

/** What of a run the engine still has. */
export async function labelled(engine: Engine, run: string): Promise<Labelled> {
  const [containers, networks, volumes] = await Promise.all([
    engine.json<readonly { readonly Id: string }[]>('GET', filtered('/containers/json?all=true&', run)),
    engine.json<readonly { readonly Id: string }[]>('GET', filtered('/networks?', run)),
    engine.json<{ readonly Volumes: readonly { readonly Name: string }[] | null }>('GET', filtered('/volumes?', run)),
  ])
  return {
    containers: containers.map(({ Id }) => Id),
    networks: networks.map(({ Id }) => Id),
    volumes: (volumes.Volumes ?? []).map(({ Name }) => Name),
  }
}

/** Nothing of it is there. */
export const isGone = ({ containers, networks, volumes }: Labelled): boolean =>
  containers.length + networks.length + volumes.length === 0

/** Removes all of a run: containers with their nameless volumes, then networks, then volumes. What is gone already is no error. */
export async function removeLabelled(engine: Engine, run: string): Promise<Labelled> {
  const found = await labelled(engine, run)
  const drop = async (path: string) => {
    try {
      await engine.json('DELETE', path)
    } catch (error) {
      // 409: somebody else is removing it right now. Whoever asks again will see.
      if (!(error instanceof EngineError) || (error.status !== 404 && error.status !== 409)) throw error
    }
  }
  await Promise.all(found.containers.map((id) => drop(`/containers/${id}?force=true&v=true`)))
  await Promise.all(found.networks.map((id) => drop(`/networks/${id}`)))
  await Promise.all(found.volumes.map((name) => drop(`/volumes/${encodeURIComponent(name)}?force=true`)))
  return found
}
