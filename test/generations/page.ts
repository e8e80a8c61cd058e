import type { Cell } from './matrix.js'
import { PARTIES, type Party } from './parties.js'

/** A cell as text: the types of the copies that said something there, and where it was no invoice, what came of them. */
export function cellText({ copies, end }: Cell): string {
  const said = copies
    .filter(({ fate }) => fate !== 'lost')
    .map(({ type, fate }) => {
      if (fate !== 'answered') return `${type} ${fate}`
      return end === 'invoice' ? String(type) : `${type} invoice refused`
    })
  return said.length === 0 ? '–' : said.join(' + ')
}

function table(cells: readonly Cell[]): string {
  const text = (requester: Party, responder: Party) => {
    const cell = cells.find((each) => each.requester === requester && each.responder === responder)
    return cell === undefined ? '' : cellText(cell)
  }
  return [
    ['asks \\ answers', ...PARTIES.map(({ name }) => name)],
    ['---', ...PARTIES.map(() => '---')],
    ...PARTIES.map((requester) => [`**${requester.name}**`, ...PARTIES.map((responder) => text(requester, responder))]),
  ]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

/** All cells that were played. */
export interface Played {
  readonly direct: readonly Cell[]
  readonly regtest: readonly Cell[]
  readonly over: readonly { readonly relay: Party; readonly cells: readonly Cell[] }[]
}

/** `docs/generations.md`. */
export function generationsPage({ direct, regtest, over }: Played): string {
  const count = [direct, regtest, ...over.map(({ cells }) => cells)].flat().length
  const sections = over.map(
    ({ relay, cells }) => `### Over ${relay.name === 'lno' ? 'a node of ours' : relay.name}\n\n${table(cells)}`,
  )
  return `# Who reaches whom: the wire forms of onion messages

Made by \`npm run docs:generations\` from ${count} requests between nodes in one process; do not edit.

Onion messages changed their form on the wire three times while people ran them. Nothing that a node advertises tells which of
them it speaks, and nobody translates: a relay passes a message on in the form in which it came, and an answer goes back in the
form of its request.

| name here | type | spoken by | told apart by |
| --- | --- | --- | --- |
| \`obs\` | 385 | c-lightning v0.9.3 to v0.10.2 | its type |
| \`obs2\` | 387 | c-lightning v0.10.2 to v0.12.1 | its type |
| \`modern-uncounted\` | 513 | c-lightning v0.11.0 to v0.12.1, Eclair v0.7.0 and v0.8.0 | a reply path without the number of its hops |
| \`modern\` | 513 | Core Lightning since v22.11, Eclair since v0.9.0, LDK, LND; BOLT 4 | a reply path with it |

A node of ours takes, passes on and answers all of them. What it sends follows from what it asks: an offer in today's form goes to a
node that speaks \`modern\`, so one message is enough; an offer of 2021 goes to a node that speaks 387, or 385, or both, so both are
sent, the newer one first, each with secrets of its own. The first good answer counts. What worked is remembered, and from then on
one message is sent. \`lno fetch --generation\` sends what you name, \`lno node start --generations\` speaks no more than you name.

## How to read the tables

A row asks, a column answers. \`obs\`, \`obs2\`, \`modern-uncounted\` and \`modern\` are nodes of ours that speak that form alone; those
without \`modern\` make offers of 2021 (no release spoke \`modern-uncounted\` alone, and \`lno\` sends it only when you say so). Where
the issuer can make both forms of offers, it made the one that goes with what the other side speaks. \`v0.10.2\`, \`v0.11\` and
\`v22.11\` are nodes of ours that behave as these releases did (\`lno interop node --emulate\`); \`lno\` is a node of ours as it is.

Every request had two attempts, the second with a reply path that begins elsewhere where there is a choice: v22.11 leads none that
begins at itself.

- \`387 + 385\`: copies of these types were sent, came, and brought an invoice; the payer takes one, the issuer made one.
- \`ignored\`: the copy came, and what it asked for was passed over in silence; \`refused\`: an invoice_error came back;
  \`invoice refused\`: an invoice came that the one who asked could not take.
- \`–\`: no copy came to the issuer, or none that it could read.

## Directly

On bitcoin, which the old objects need not name.

${table(direct)}

## Directly, on regtest

c-lightning v0.10.2 named the chain in two fields, one of which v0.11 does not know any more: on every other chain than bitcoin the
two refuse each other's requests and invoices.

${table(regtest)}

## Over one relay

On bitcoin, the two ends not connected to each other. A copy gets through when the relay speaks its type; to a relay both forms of
513 are the same.

${sections.join('\n\n')}
`
}
