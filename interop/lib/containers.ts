import { findEngine } from '../containers/engine.js'
import { IMAGES, type ImageSpec, type ImageTable, type ServiceName } from '../containers/images.js'

/** Containers of one run in a network of its own. All of it is gone after `close`, and after this process in any case. */
export interface ContainerRun {
  /** Value of the label on all that belongs to it. */
  readonly id: string
  /** Pulls what is not there, starts it with what it needs, and returns when its health check is content. */
  start(service: ServiceName, options?: ContainerOptions): Promise<RunningContainer>
  /** The address under which containers of this run reach what `127.0.0.1:PORT` is on this machine. */
  inside(address: string): Promise<string>
  /** Whether the image is there or can be pulled: undefined, or why not. */
  missing(image: string): Promise<string | undefined>
  /** Ends and removes everything. Idempotent. @throws Error when something is left */
  close(): Promise<void>
}

export interface ContainerOptions {
  /** Its name in the network; the service's unless given. */
  readonly role?: string
  /** Another tag, or another image of the same service. */
  readonly image?: string
  /** What is different from the table. */
  readonly change?: Partial<Pick<ImageSpec, 'command' | 'environment' | 'health'>>
  /** All that it prints goes there, too. */
  readonly logFile?: string
}

export interface RunningContainer {
  readonly id: string
  readonly image: string
  /** Where this machine reaches a port of the table: `{ host: '127.0.0.1', port }`. */
  at(port: string): { readonly host: string; readonly port: number }
  /** `HOST:PORT` of its Lightning port, from this machine. */
  readonly address: string
  exec(command: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
  /** The last lines that it printed. */
  log(): string
  /** Ends and removes it. Idempotent. */
  stop(): Promise<void>
}

/** The only file that imports testcontainers. A computed name: who has not installed it can load and check the rest. */
const RUN = new URL('../containers/run.ts', import.meta.url).href

/** Opens a run where an engine answers and testcontainers is installed, or says in one sentence what is missing. */
export async function openContainers(table: ImageTable = IMAGES): Promise<ContainerRun | { readonly reason: string }> {
  const engine = await findEngine()
  if ('reason' in engine) return engine
  try {
    const { openRun } = (await import(/* @vite-ignore */ RUN)) as {
      openRun(of: typeof engine, by: ImageTable): Promise<ContainerRun>
    }
    return await openRun(engine, table)
  } catch (error) {
    if (!/testcontainers/.test((error as Error).message)) throw error
    return { reason: 'container mode needs testcontainers: npm ci --prefix interop' }
  }
}
