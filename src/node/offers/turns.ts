import { offersError } from './codes.js'

/**
 * Requests that are worked on or wait for their turn. Each holds up to 32 kilobytes while the disk works; when the disk
 * hangs they would pile up as fast as strangers send them.
 */
export const MAX_REQUESTS_UNDER_WAY = 256

/**
 * One after the other: what is decided depends on what was promised before, and a promise is made while the disk works.
 * Two requests for a single-use offer in the same moment would otherwise both be served.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()
  #underWay = 0

  /**
   * Runs `run` when all that was given before under the same key is over, however it went.
   * @throws LnoError `REQUESTS_BUSY` when `MAX_REQUESTS_UNDER_WAY` wait already; what `run` throws
   */
  async take(key: string, run: () => Promise<void>): Promise<void> {
    if (this.#underWay >= MAX_REQUESTS_UNDER_WAY) {
      throw offersError('REQUESTS_BUSY', `${MAX_REQUESTS_UNDER_WAY} requests are worked on already`)
    }
    this.#underWay++
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(run)
    const over = mine.catch(() => undefined)
    this.#last.set(key, over)
    try {
      await mine
    } finally {
      this.#underWay--
      if (this.#last.get(key) === over) this.#last.delete(key)
    }
  }
}
