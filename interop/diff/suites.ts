import type { Outcome, Suite } from './asking.js'
import { builtMessages, peeled } from './letters.js'
import { built, damaged, read } from './messages.js'
import type { Kind } from './oracle.js'
import { builtPaths, codedPaths, walkedPaths } from './paths.js'

const KINDS: readonly Kind[] = ['offer', 'invoice_request', 'invoice', 'refund']

const SUITES: readonly (readonly [name: string, run: (suite: Suite) => Promise<Outcome | undefined>])[] = [
  ...KINDS.flatMap((kind) => [
    [`${kind}: ours`, (suite: Suite) => read(kind, suite)] as const,
    [`${kind}: theirs`, (suite: Suite) => built(kind, suite)] as const,
    [`${kind}: mutated`, (suite: Suite) => damaged(kind, suite)] as const,
  ]),
  ['blinded path: coded', codedPaths],
  ['blinded path: walked', walkedPaths],
  ['blinded path: theirs', builtPaths],
  ['onion message: peeled', peeled],
  ['onion message: theirs', builtMessages],
]

/** All suites whose name holds the text, one after the other. */
export async function* suites(suite: Suite, part = ''): AsyncGenerator<Outcome> {
  for (const [name, run] of SUITES) {
    const outcome = name.includes(part) ? await run(suite) : undefined
    if (outcome !== undefined) yield outcome
  }
}
