import { readFileSync } from 'node:fs'
import { type Json, parseJson } from '../support/json.js'

/** A part of a vector file: `vector('bolt04/onion-test.json', 'generate', 'hops', 0)`. */
export function vector(file: string, ...path: readonly (string | number)[]): Json {
  let at = parseJson(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), 'utf8'))
  for (const part of path) {
    const next = (at as Readonly<Record<string, Json>>)[part]
    if (next === undefined) throw new Error(`${file} has no ${path.join('.')}`)
    at = next
  }
  return at
}

/** The same for a text. */
export function vectorText(file: string, ...path: readonly (string | number)[]): string {
  const found = vector(file, ...path)
  if (typeof found !== 'string') throw new Error(`${file}: ${path.join('.')} is no text`)
  return found
}
