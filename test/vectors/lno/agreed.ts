import { readFileSync } from 'node:fs'
import { defineReplay } from '../replay.js'

interface Agreement {
  readonly implementation: string
  readonly version: string
  readonly vectors: { readonly [file: string]: { readonly [description: string]: string } }
}

/** Not vectors, but who agreed with them: nobody agrees with a vector that is not there. */
export default defineReplay('lno/agreed.json', (json) => [
  {
    name: 'every agreement names an implementation, its version, and vectors that are there',
    run: () => {
      for (const { implementation, version, vectors } of json as unknown as readonly Agreement[]) {
        if (!implementation || !version) throw new Error('an agreement of nobody')
        for (const [file, digests] of Object.entries(vectors)) {
          const text = readFileSync(new URL(`../../../vectors/lno/${file}`, import.meta.url), 'utf8')
          const there = new Set((JSON.parse(text) as { description: string }[]).map(({ description }) => description))
          for (const description of Object.keys(digests)) {
            if (!there.has(description)) throw new Error(`${file} has no vector ${JSON.stringify(description)}`)
          }
        }
      }
    },
  },
])
