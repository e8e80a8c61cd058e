import { PROFILES } from '../../interop/profiles/index.js'
import { disguise, type Profile } from '../../interop/profiles/profile.js'
import type { Random } from '../../src/base/effects.js'
import type { LnoNode, NodeOptions } from '../../src/node/node.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'

/** A node of the matrix. */
export interface Party {
  readonly name: string
  /** The form of offers that goes with what it speaks, and the only one that a release could read; absent: both. */
  readonly reads?: 'modern' | '2021'
  /** For one node. */
  make(random: Random): { readonly options: Partial<NodeOptions>; attach(node: LnoNode): void }
}

function ours(name: string, options: Partial<NodeOptions>, reads?: Party['reads']): Party {
  return { name, ...(reads && { reads }), make: () => ({ options, attach: () => undefined }) }
}

function emulated(profile: Profile): Party {
  const reads = profile.node.dialect === undefined ? 'modern' : '2021'
  return { name: profile.name, reads, make: (random) => disguise(profile, random) }
}

/** Nodes of ours that speak one form each, the oldest first. */
export const SINGLE: readonly Party[] = [...GENERATIONS]
  .reverse()
  .map((generation) =>
    ours(generation.name, { generations: [generation] }, generation.name === 'modern' ? 'modern' : '2021'),
  )

/** Releases of Core Lightning, as the lab emulates them. */
export const EMULATED: readonly Party[] = Object.values(PROFILES).map(emulated)

/** A node of ours as it is. */
export const LNO: Party = ours('lno', {})

export const PARTIES: readonly Party[] = [...SINGLE, ...EMULATED, LNO]

export function party(name: string): Party {
  const found = PARTIES.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no party ${name}`)
  return found
}
