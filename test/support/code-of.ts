import { isLnoError } from '../../src/base/error.js'

/** The code that `run` is refused with, or `accepted`. Anything but a coded error is thrown on. */
export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isLnoError(error)) return error.code
    throw error
  }
  return 'accepted'
}
