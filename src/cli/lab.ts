import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Context } from './frame/command.js'
import { cliError, EXIT } from './frame/exit.js'

/** The lab of a clone; the package has none. */
const LAB = new URL('../../interop/', import.meta.url)

/** What runs the lab, of the clone itself: by its bare name Node would look for it in the folder that the command is called in. */
function tsx(): string {
  try {
    return import.meta.resolve('tsx')
  } catch (error) {
    throw cliError('LAB_NOT_HERE', 'what runs the lab is not installed: npm ci brings it', { cause: error })
  }
}

/**
 * Runs a program of the lab, which is TypeScript and runs as it is, on the streams of this process.
 * @param program in `interop/`
 * @returns its exit code, also when it was ended by a signal that this process passed on
 * @throws LnoError `LAB_NOT_HERE`
 */
export async function runLab(
  program: string,
  words: readonly string[],
  { io, signal }: Pick<Context, 'io' | 'signal'>,
): Promise<number> {
  const path = fileURLToPath(new URL(program, LAB))
  if (!existsSync(path)) throw cliError('LAB_NOT_HERE', 'the interop lab is not part of the package')
  // The channel tells the lab that we are gone, however we went.
  const child = spawn(process.execPath, ['--import', tsx(), path, ...words], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: io.env,
  })
  const forward = () => child.kill(signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT')
  signal.addEventListener('abort', forward, { once: true })
  return new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(cliError('LAB_NOT_HERE', error.message, { cause: error })))
    child.once('close', (code) => resolve(code ?? EXIT.invalid))
  })
}
