/** Milliseconds between two looks. */
const PAUSE_MS = 50

/**
 * Asks until there is an answer, for what a program tells only to who asks.
 * @throws Error the time is over, or the program is (`gone`); what the last look threw is its cause
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs: number,
  gone?: AbortSignal,
): Promise<T> {
  const end = Date.now() + timeoutMs
  let cause: unknown
  for (;;) {
    try {
      const found = await look()
      if (found !== undefined) return found
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (gone?.aborted) throw new Error(`${what}: the program has ended`, { cause })
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs / 1000} s`, { cause })
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}
