import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cliError } from '../frame/exit.js'

/** Milliseconds for a node to be ready, or a command to end: ten times what a slow machine takes. */
const PATIENCE_MS = 30_000

/** Milliseconds that a node has to end by itself. */
const END_MS = 5_000

/** The program that runs now, as a file. */
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url))

/** A node of the demo. */
export interface DemoNode {
  readonly name: string
  /** Options that name its data folder and network, for the commands that talk to it. */
  readonly flags: readonly string[]
  readonly id: string
  readonly address: string
  readonly dataDir: string
}

/** The processes and files of one demo. */
export interface Stage {
  /** Starts a node; resolves when it says that it is ready. */
  start(name: string): Promise<DemoNode>
  /** Runs `lno` with these words; its standard output as JSON. @throws LnoError `DEMO_FAILED` with its own error line */
  lno(...words: readonly string[]): Promise<Readonly<Record<string, unknown>>>
  /** Writes a file that only we can read; its path. */
  write(name: string, text: string): Promise<string>
  /** Ends all processes and removes all files. Resolves when nothing is left. */
  clear(): Promise<void>
}

const failed = (message: string, cause?: unknown) => cliError('DEMO_FAILED', message, { cause })

/** Only what a node needs: settings of the user's own nodes must not reach these. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('LNO_') && name !== 'NODE_OPTIONS'),
  )
}

/** An empty stage in a folder of its own. */
export async function openStage(signal: AbortSignal): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'lno-demo-'))
  // No config file either.
  const env = { ...environment(), XDG_CONFIG_HOME: join(folder, 'config'), XDG_STATE_HOME: join(folder, 'state') }
  const children = new Set<ChildProcess>()

  function launch(words: readonly string[]): ChildProcess {
    // A group of its own: Ctrl-C reaches us alone, and we end them in order. The channel tells a node that we are gone,
    // however we went.
    const child = spawn(process.execPath, [MAIN, ...words], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }

  async function start(name: string): Promise<DemoNode> {
    const root = join(folder, name)
    const flags = ['--data-dir', root, '--network', 'regtest']
    const child = launch(['node', 'start', ...flags, '--listen', '127.0.0.1:0', '--json', '--log', 'none'])
    const line = await firstLine(child, name)
    const ready = JSON.parse(line) as { readonly node_id: string; readonly addresses: readonly string[] }
    return { name, flags, id: ready.node_id, address: ready.addresses[0] ?? '', dataDir: join(root, 'regtest') }
  }

  function lno(...words: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    return new Promise((resolve, reject) => {
      const options = { env, timeout: PATIENCE_MS, signal, maxBuffer: 1 << 24 }
      execFile(process.execPath, [MAIN, ...words, '--json'], options, (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout))
        else
          reject(failed(`lno ${words[0]} ${words[1]}: ${stderr.trim().replace(/^lno: /, '') || error.message}`, error))
      })
    })
  }

  async function write(name: string, text: string): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }

  async function clear(): Promise<void> {
    await Promise.all([...children].map(end))
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }

  return { start, lno, write, clear }
}

/** What a node says when it is ready. */
function firstLine(child: ChildProcess, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = ''
    let err = ''
    const timer = setTimeout(() => reject(failed(`the ${name} was not ready in time`)), PATIENCE_MS)
    child.stdout?.on('data', (chunk: Uint8Array) => {
      out += String(chunk)
      if (!out.includes('\n')) return
      clearTimeout(timer)
      resolve(out.slice(0, out.indexOf('\n')))
    })
    child.stderr?.on('data', (chunk: Uint8Array) => {
      err = (err + String(chunk)).slice(-2000)
    })
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(failed(`the ${name} could not be started: ${error.message}`, error))
    })
    child.once('exit', () => {
      clearTimeout(timer)
      reject(failed(`the ${name} ended: ${err.trim().replace(/^lno: /, '') || 'it said nothing'}`))
    })
  })
}

/** Ends a node in order; by force when it does not. */
function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve()
      return
    }
    const force = setTimeout(() => kill(child, 'SIGKILL'), END_MS)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    kill(child, 'SIGTERM')
  })
}

/** The whole group of a process, where the system has groups. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch {
    // It has just ended by itself.
  }
}
