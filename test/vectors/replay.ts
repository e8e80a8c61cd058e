import type { Json } from '../support/json.js'

/** One case of a vector file: `run` throws when we disagree with the file. */
export interface Case {
  readonly name: string
  readonly run: () => void
}

/** How one file of `vectors/` is replayed. Every file there has exactly one module beside this one that says so. */
export interface Replay {
  /** Path below `vectors/`. */
  readonly file: string
  readonly cases: (json: Json) => readonly Case[]
}

/** Declares the replay of a vector file; the default export of `test/vectors/<folder>/<file>.ts`. */
export function defineReplay(file: string, cases: Replay['cases']): Replay {
  return { file, cases }
}
