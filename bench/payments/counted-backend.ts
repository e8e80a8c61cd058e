import { useBackend } from '../../src/crypto/backend.js'
import { nobleBackend } from '../../src/crypto/noble.js'
import { nobleEcdsa } from '../../src/crypto/noble-ecdsa.js'
import type { Backend, Ecdsa } from '../../src/crypto/primitives.js'

/** The operations on points and their scalars: what a signature, a key agreement or a check of a key costs. */
const PUBLIC_KEY = [
  'mulPoint',
  'mulBase',
  'isPoint',
  'mulScalar',
  'addScalar',
  'ecdsaSign',
  'ecdsaVerify',
  'schnorrSign',
  'schnorrVerify',
] as const satisfies readonly (keyof Backend)[]

export type PublicKeyOperation = (typeof PUBLIC_KEY)[number]

/** How often an operation ran, and for how long in all. */
export interface Spent {
  readonly operation: PublicKeyOperation
  readonly calls: number
  readonly milliseconds: number
}

type Operation = (...args: Uint8Array[]) => unknown

const own: Backend & Ecdsa = { ...nobleBackend, ...nobleEcdsa }
const backend: Record<string, unknown> = { ...own }
useBackend(backend as unknown as Backend)

/**
 * Counts and times from now on. Before and after, the operations are noble's own, so that other measurements pay nothing for it.
 * @returns ends it and says what was spent
 */
export function countPublicKeyOperations(): () => readonly Spent[] {
  const spent = PUBLIC_KEY.map((operation) => ({ operation, calls: 0, milliseconds: 0 }))
  for (const entry of spent) {
    const bare: Operation = own[entry.operation] as Operation
    backend[entry.operation] = (...args: Uint8Array[]) => {
      const start = performance.now()
      try {
        return bare(...args)
      } finally {
        entry.milliseconds += performance.now() - start
        entry.calls++
      }
    }
  }
  return () => {
    Object.assign(backend, own)
    return spent
  }
}
