import { cliError } from './exit.js'

/** What was begun, or `INTERRUPTED` as soon as a signal comes: nobody stops the work itself. */
export function interruptible<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(cliError('INTERRUPTED', `stopped by ${String(signal.reason)}`))
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
