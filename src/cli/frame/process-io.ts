import { onEndSignal } from './end-signal.js'
import { cliError, exitCodeOf } from './exit.js'
import type { Io, Output } from './io.js'
import { errorLine } from './report.js'

function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text)
    },
    get isTTY() {
      return stream.isTTY === true
    },
    get columns() {
      return stream.isTTY === true ? stream.columns : undefined
    },
  }
}

/**
 * The real process as `Io`. Installs what belongs to a process: a reader that goes away (`lno decode … | head -1`) ends
 * it quietly, the first SIGINT or SIGTERM aborts `signal`, a second one ends the process at once.
 */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
      // Notes that find no room, on a disk that is full, must not end a node; a result that finds none is a failure.
      if (stream !== process.stdout) return
      const failed = cliError('FILE_UNREADABLE', `cannot write to standard output (${error.code ?? error.message})`)
      process.stderr.write(`${errorLine(failed, '')}\n`)
      process.exit(exitCodeOf(failed.code))
    })
  }
  const abort = new AbortController()
  onEndSignal((name) => abort.abort(name))
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    stdin: { isTTY: process.stdin.isTTY === true, read: () => process.stdin },
    env: process.env,
    signal: abort.signal,
    now: () => Date.now(),
  }
}
