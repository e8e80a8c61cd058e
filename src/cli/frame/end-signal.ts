/** A signal that asks a program to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM'

/**
 * Milliseconds in which a signal that comes again is the same one: at Ctrl-C a terminal tells everybody in the foreground,
 * and who started us (npm, a shell script) passes on what it heard.
 */
const SAME_MS = 500

/** Hears the first SIGINT or SIGTERM; another one after it ends the process at once. */
export function onEndSignal(first: (name: EndSignal) => void): void {
  let heard: number | undefined
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (heard === undefined) {
        heard = performance.now()
        first(name)
      } else if (performance.now() - heard > SAME_MS) process.exit(name === 'SIGINT' ? 130 : 143)
    })
  }
}
