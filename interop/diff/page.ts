import { KNOWN, type KnownDifference } from '../scenarios/known.js'
import type { Explained } from './explained.js'
import type { Example, Examples } from './session.js'

/** `docs/interop-differences.md`, from the table and the bytes that runs found. */

const NAMES = { ldk: 'LDK 0.2.7', kmp: 'lightning-kmp 1.8.4' } as const

const HEAD = `# Where implementations differ

<!-- Written by \`npm run interop:diff -- --write\` from interop/diff/explained.ts and interop/diff/examples.jsonl. -->

\`npm run interop:diff\` makes messages, paths and onion messages at random, valid and damaged, and asks LDK and lightning-kmp
what they read in them; and has both build some, which we read. Where they and we part, the difference stands here, with
whose it is, or the run fails. \`ours\` are those that we keep on purpose.

lightning-kmp counts as a second opinion on what is valid. It accepts much that nobody may (mixed case, characters outside
bech32, invalid UTF-8, empty lists), so that only its refusals are looked at, and it is not asked about invoice_error.

`

const anchor = (id: string) => `[${id}](#${id})`

function inputOf({ question }: Example): string {
  const { item } = question
  const text = 'text' in item && typeof item.text === 'string' ? item.text : undefined
  const hex = 'hex' in item && typeof item.hex === 'string' ? item.hex : undefined
  const shown = question.method === 'decode' ? (text ?? hex) : question.method === 'path' ? hex : undefined
  // What is asked may break the page: anything but plain characters is escaped.
  return shown !== undefined && /^[\x21-\x7e]*$/.test(shown)
    ? shown
    : JSON.stringify(item, undefined, 1).replace(/[^\x20-\x7e\n]/g, escaped)
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

const cell = (text: string) => text.replaceAll('|', '\\|').replace(/[^\x20-\x7e…]/g, escaped)

function exampleText(example: Example): string {
  const { oracle, question, origin, what, ours, theirs } = example
  const kind = 'kind' in question.item ? ` ${question.item.kind as string}` : ''
  return `${NAMES[oracle]}, \`${question.method}\`${kind}, ${what} (${cell(origin)}):

| | |
|---|---|
| we | ${cell(ours)} |
| they | ${cell(theirs)} |

\`\`\`
${inputOf(example)}
\`\`\`
`
}

function knownText({ id, whose, reason, bytes = [], link }: KnownDifference): string {
  const shown = bytes.map(({ what, hex }) => `${what}:\n\n\`\`\`\n${hex}\n\`\`\`\n`).join('\n')
  const more = link?.startsWith('http') ? `Discussed at <${link}>.\n` : ''
  return `### ${id}\n\n${reason} Whose: ${whose}.\n\n${shown}${more}`
}

/** @param known what live nodes do otherwise: the lab's own table, whose cells are \`known\` in its matrix */
export function differencesPage(
  table: readonly Explained[],
  examples: Examples,
  known: readonly KnownDifference[] = KNOWN,
): string {
  const rows = table.map(({ id, fault, title }) => `| ${anchor(id)} | ${fault} | ${title} |`)
  const sections = table.map(
    ({ id, fault, title, text }) => `## ${id}

${title}. Whose: ${fault}.

${text}

${(examples[id] ?? []).map(exampleText).join('\n')}`,
  )
  const live = `## Between live nodes

What \`npm run interop\` meets; cells that show it are marked as known in [interop.md](interop.md).

${known.map(knownText).join('\n')}
`
  return `${HEAD}| | whose | |\n|---|---|---|\n${rows.join('\n')}\n\n${live}${sections.join('\n')}`
}
