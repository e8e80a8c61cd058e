import { fileURLToPath } from 'node:url'
import type { Cell, Outcome, PeerInfo, Report, ScenarioInfo } from '../run/result.js'
import { arrange, type Placed } from './arrange.js'
import { sentence } from './bounds.js'
import { countOutcomes, countsText, durationText, lineup, OUTCOME, OUTCOMES, rerunCommand } from './words.js'

/** The page that `npm run interop:doc` writes. */
export const INTEROP_PAGE = fileURLToPath(new URL('../../docs/interop.md', import.meta.url))

/** Text of anybody in Markdown: one printable line in which nothing is markup, and no address becomes a link. */
function md(text: string): string {
  return sentence(text, 400)
    .replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[\\`*_[\]|~!]/g, '\\$&')
    .replace(/:\/\//g, ':&#47;/')
}

/** The same as code. */
const code = (text: string): string => `\`${sentence(text, 400).replaceAll('`', "'").replaceAll('|', '\\|')}\``

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line), '']
}

const named = (outcome: Outcome): string => `${OUTCOME[outcome].mark} ${OUTCOME[outcome].word}`

const HOW: Readonly<Record<NonNullable<PeerInfo['how']>, string>> = {
  built: 'built from published sources',
  binary: 'a binary',
  container: 'a container',
  own: 'this project',
}

/** A page on the web, or one of this project's, as seen from `docs/`. */
function pageLink(link: string): string {
  if (/^https?:\/\/[^\s()<>"'`|]+$/i.test(link)) return ` ([more](${link}))`
  const own = /^docs\/([\w./-]+\.md(#[\w-]+)?)$/.exec(link)
  return own === null || link.includes('..') ? ` (${md(link)})` : ` ([more](${own[1]}))`
}

/** The text of `docs/interop.md`: what a report says, and nothing else. Without a report, that there is none. */
export function interopPage(report: Report | undefined): string {
  const head = [
    '# Interoperability',
    '',
    'Written by `npm run interop:doc` from `interop/results/last.json`, the last full run of the lab ([interop/](../interop/README.md)).',
    '',
  ]
  const body = report === undefined ? ['No full run has been recorded yet.', ''] : reportParts(report)
  return [...head, ...body].join('\n').replace(/\n+$/, '\n')
}

function reportParts(report: Report): readonly string[] {
  const { lno, started, durationMs, host, selection, cells } = report
  const commit = `${lno.commit.slice(0, 12)}${lno.modified ? ', with changes that were not committed' : ''}`
  return [
    `lno ${md(lno.version)} (${code(commit)}), ${md(started)}, in ${durationText(durationMs)}, on Node ${md(host.node)}, ${md(host.platform)}, ${host.cpus} CPUs. Scenarios: ${md(selection)}.`,
    '',
    `**${cells.length} cells: ${countsText(cells)}.** A cell is one scenario played by stated implementations, from the payer over`,
    'relays of onion messages to the payee.',
    '',
    ...OUTCOMES.map((outcome) => `- ${named(outcome)}: ${OUTCOME[outcome].meaning}`),
    '',
    ...peersPart(report),
    ...pairsPart(report),
    ...notRunPart(report),
    ...failuresPart(report),
    ...knownPart(report),
    ...scenariosPart(report),
  ]
}

function peersPart({ peers, cells }: Report): readonly string[] {
  const rows = peers.flatMap(({ driver, version, how }) => {
    if (version === undefined) return []
    const own = cells.filter(
      ({ payer, payee, relays, outcome }) =>
        outcome !== 'cannot' && (payer === driver || payee === driver || relays.includes(driver)),
    )
    return [[md(driver), md(version), how === undefined ? '' : HOW[how], String(own.length), countsText(own)]]
  })
  return ['## Who took part', '', ...table(['implementation', 'version', 'came as', 'cells played', 'of them'], rows)]
}

function pairsPart({ cells }: Report): readonly string[] {
  const payers = [...new Set(cells.map(({ payer }) => payer))]
  const payees = [...new Set(cells.map(({ payee }) => payee))]
  const rows = payers.map((payer) => [
    md(payer),
    ...payees.map((payee) => {
      const own = cells.filter((cell) => cell.payer === payer && cell.payee === payee)
      const counts = countOutcomes(own)
      const shown = OUTCOMES.filter((outcome) => counts[outcome] > 0)
      return shown.map((outcome) => `${counts[outcome]} ${OUTCOME[outcome].mark}`).join(', ')
    }),
  ])
  return ['## Payer and payee', '', ...table(['payer \\ payee', ...payees.map(md)], rows)]
}

/** Why there is less here than there could be. */
function notRunPart({ peers, cells, scenarios, selection }: Report): readonly string[] {
  const absent = peers.filter(({ version }) => version === undefined)
  const unplayed = scenarios.filter(({ id }) => !cells.some(({ scenario }) => scenario === id))
  const idle = peers.filter(
    ({ driver, version }) =>
      version !== undefined &&
      !cells.some(
        ({ payer, payee, relays, outcome }) =>
          outcome !== 'cannot' && (payer === driver || payee === driver || relays.includes(driver)),
      ),
  )
  const cannot = byReason(cells.filter(({ outcome }) => outcome === 'cannot'))
  return [
    '## What was not run',
    '',
    ...(selection === 'all' ? [] : [`Not all scenarios were asked for: ${md(selection)}.`, '']),
    ...(absent.length === 0
      ? ['Every implementation that the lab knows ran live.', '']
      : [
          'Never ran live, so that nothing on this page says anything of them:',
          '',
          ...absent.map(({ driver, reason }) => `- ${md(driver)}: ${md(reason ?? 'no reason given')}`),
          '',
        ]),
    ...(idle.length === 0
      ? []
      : [`Was there, and played no cell: ${idle.map(({ driver }) => md(driver)).join(', ')}.`, '']),
    ...(unplayed.length === 0
      ? []
      : ['Scenarios that nobody played:', '', ...unplayed.map(({ id, title }) => `- ${code(id)}: ${md(title)}`), '']),
    ...(cannot.length === 0
      ? []
      : [
          'Cells that one side cannot play:',
          '',
          ...cannot.map(({ reason, link, cells: own }) => `- ${own.length} × ${md(reason)}${pageLinkOf(link)}`),
          '',
        ]),
  ]
}

const pageLinkOf = (link: string | undefined): string => (link === undefined ? '' : pageLink(link))

function byReason(cells: readonly Cell[]) {
  const groups = new Map<string, { reason: string; link: string | undefined; cells: Cell[] }>()
  for (const cell of cells) {
    const { reason = 'no reason given', link } = cell
    const key = `${reason}\n${link}`
    const group = groups.get(key)
    if (group) group.cells.push(cell)
    else groups.set(key, { reason, link, cells: [cell] })
  }
  return [...groups.values()].sort((a, b) => b.cells.length - a.cells.length)
}

function failuresPart({ cells }: Report): readonly string[] {
  const red = (['fail', 'flaky'] as const).flatMap((wanted) => cells.filter(({ outcome }) => outcome === wanted))
  if (red.length === 0) return ['## Failures', '', 'None.', '']
  const items = red.map((cell) => {
    const rule = cell.rule === undefined ? '' : ` (rule ${md(cell.rule)})`
    return [
      `- ${named(cell.outcome)} ${code(cell.scenario)}, ${md(lineup(cell))}. Expected: ${md(cell.expected)}, because ${md(cell.why)}${rule}.`,
      `  Observed: ${md(cell.observed)}. Again: ${code(rerunCommand(cell))}`,
    ].join('\n')
  })
  return ['## Failures', '', ...items, '']
}

function knownPart({ cells }: Report): readonly string[] {
  const groups = byReason(cells.filter(({ outcome }) => outcome === 'known'))
  if (groups.length === 0) return []
  const items = groups.map(({ reason, link, cells: own }) => {
    const where = [...new Set(own.map(lineup))].map(md).join('; ')
    return `- ${own.length} × ${md(reason)}${pageLinkOf(link)}: ${where}`
  })
  return ['## Known differences', '', ...items, '']
}

function scenariosPart(report: Report): readonly string[] {
  return [
    '## By scenario',
    '',
    ...arrange(report).flatMap(({ path, rows }) => [
      `### ${md(path)}`,
      '',
      ...rows.flatMap(({ scenario, cells }) => scenarioPart(scenario, cells.flat())),
    ]),
  ]
}

function scenarioPart({ id, title, shape, why, rule }: ScenarioInfo, placed: readonly Placed[]): readonly string[] {
  const because = [why === '' ? '' : md(why), rule === undefined ? '' : `Rule ${md(rule)}.`].filter(
    (text) => text !== '',
  )
  const about = [shape === '' ? '' : md(shape), because.join(' ')].filter((text) => text !== '').join('. ')
  const lines = OUTCOMES.flatMap((outcome) => {
    const own = placed.filter(({ cell }) => cell.outcome === outcome)
    return own.length === 0
      ? []
      : [`- ${named(outcome)} (${own.length}): ${own.map(({ cell }) => md(lineup(cell))).join('; ')}`]
  })
  return [`**${md(title)}** (${code(id)})${about === '' ? '' : `: ${about}`}`, '', ...lines, '']
}
