import type { LineProcess } from '../lib/line-process.js'

/** Whose codec answers. */
export type OracleName = 'ldk' | 'kmp'

/** A message of BOLT 12 as it is asked about. A refund is an invoice_request that answers no offer. */
export type Kind = 'offer' | 'invoice_request' | 'invoice' | 'refund'

/** What can be asked of us and of another implementation alike. */
export type Question =
  /** What does this message say? */
  | { readonly method: 'decode'; readonly item: { readonly kind: Kind; readonly text?: string; readonly hex?: string } }
  /** What is this blinded path, and how is it written? */
  | { readonly method: 'path'; readonly item: { readonly hex: string } }
  /** What does each hop of a path, whose secrets these are, hand to the next? `channels`: node ids by scid. */
  | {
      readonly method: 'walk'
      readonly item: {
        readonly hex: string
        readonly secrets: readonly string[]
        readonly channels?: Readonly<Record<string, string>>
      }
    }
  /** What does the node of this secret make of an onion message (without its type)? */
  | { readonly method: 'peel'; readonly item: { readonly secret: string; readonly message: string } }

/** What is wanted of a builder; the members are those of `build`, `make_path` and `message` in `peers/`. */
export interface Order {
  readonly method: 'build' | 'make_path' | 'message'
  readonly item: Readonly<Record<string, unknown>>
}

/** A value, or why there is none: our code, or the other side's own words. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly codes?: readonly string[] }

/** Another implementation's codec. */
export interface Oracle {
  readonly name: OracleName
  /** As people call it: `LDK 0.2.7`. */
  readonly title: string
  /** Answers in the order of the questions, which all have the same method. */
  ask(all: readonly (Question | Order)[]): Promise<readonly Answer[]>
}

/** Items that go in one line: enough to amortise it, few enough that a large message does not block the pipe for long. */
const BATCH = 100

/** An oracle that is a program of ours in `peers/`. */
export async function oracleOf(name: OracleName, program: LineProcess): Promise<Oracle> {
  const version = await program.call<{ readonly name: string; readonly version: string }>('version')
  return {
    name,
    title: `${version.name} ${version.version}`,
    async ask(all) {
      const answers: Answer[] = []
      for (let at = 0; at < all.length; at += BATCH) {
        const batch = all.slice(at, at + BATCH)
        const items = batch.map(({ item }) => item)
        answers.push(...(await program.call<readonly Answer[]>(batch[0]!.method, { items }, 300_000)))
      }
      return answers
    },
  }
}
