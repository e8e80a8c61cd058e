import { LnoError } from '../base/error.js'
import { nobleBackend } from './noble.js'
import type { Backend } from './primitives.js'

let backend: Backend = nobleBackend
let used = false
let replaced = false

/**
 * Replaces the backend, at most once and before its first use, so that no value made by one backend ever meets another.
 * @throws LnoError `BACKEND_IN_USE`
 */
export function useBackend(replacement: Backend): void {
  if (used || replaced) {
    throw new LnoError('BACKEND_IN_USE', 'the crypto backend can be set once, before anything has used it')
  }
  backend = replacement
  replaced = true
}

/** The backend in force; asking for it fixes it. */
export function active(): Backend {
  used = true
  return backend
}
