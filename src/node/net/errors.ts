import type { CancelSignal } from '../../base/effects.js'
import { LnoError } from '../../base/error.js'
import { nodeError } from '../codes.js'

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EADDRNOTAVAIL: 'the address is not available here',
  EADDRINUSE: 'another program listens there',
  EACCES: 'the system does not allow it',
  ECONNRESET: 'the other side cut the connection',
  EPIPE: 'the other side has closed the connection',
  ETIMEDOUT: 'the other side stopped answering',
}

/** What the system says, in plain words. */
export function plainWords(cause: unknown): string {
  // Several addresses of one name were tried: the first failure speaks for all.
  const error = cause instanceof AggregateError ? cause.errors[0] : cause
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return WORDS[code] ?? error.message
}

/** The error of a dial that failed. */
export function dialError(to: string, cause: unknown): LnoError {
  if (cause instanceof LnoError) return cause
  const timedOut = cause instanceof Error && 'code' in cause && cause.code === 'ETIMEDOUT'
  return nodeError(timedOut ? 'CONNECT_TIMEOUT' : 'CONNECT_REFUSED', `cannot connect to ${to}: ${plainWords(cause)}`, {
    cause,
  })
}

/** The error of a dial that took too long. */
export function dialTimeout(to: string, timeoutMs: number): LnoError {
  return nodeError('CONNECT_TIMEOUT', `no answer from ${to} within ${timeoutMs / 1000} s`)
}

/** The error of a connection that broke off. */
export function lost(remote: string, cause: unknown): LnoError {
  return nodeError('CONNECTION_LOST', `connection with ${remote} lost: ${plainWords(cause)}`, { cause })
}

/** The caller does not want the connection any more. */
export function dialGivenUp(to: string): LnoError {
  return nodeError('CONNECT_TIMEOUT', `${to}: the call was given up`)
}

/** Calls `giveUp` when the signal says so; the function it returns forgets that. */
export function whenGivenUp(signal: CancelSignal | undefined, giveUp: () => void): () => void {
  // Not at once: the caller has not set up yet what `giveUp` needs.
  if (signal?.aborted) queueMicrotask(giveUp)
  signal?.addEventListener('abort', giveUp, { once: true })
  return () => signal?.removeEventListener('abort', giveUp)
}
