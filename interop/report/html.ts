import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import rules from '../../conformance/rules.json' with { type: 'json' }
import { jsonText } from '../../src/cli/frame/json.js'
import type { Cell, Outcome, PeerInfo, Report } from '../run/result.js'
import { arrange, type Block, type Column, type Placed } from './arrange.js'
import { MAX_PAGE, sentence } from './bounds.js'
import type { Evidence } from './evidence.js'
import { paletteCss } from './palette.js'
import { cellIds, countOutcomes, durationText, lineup, OUTCOME, OUTCOMES, rerunCommand } from './words.js'

const part = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8')
const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Text of anybody in HTML: printable and bounded, nothing in it is markup. */
function text(value: string): string {
  return sentence(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A JSON document inside of a script element: nothing in it ends the element. */
function embedded(id: string, document: string): string {
  const json = document.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
  return `<script type="application/json" id="${id}">${json}</script>`
}

/** The address of a cell on the page, and of a selection of cells. */
const linkTo = (members: Readonly<Record<string, string>>): string => text(`#${new URLSearchParams(members)}`)

/**
 * The page of a report: one document that needs nothing else, runs no script but its own (by its hash) and loads nothing.
 * @param evidence one a cell, in the same order
 */
export function htmlPage(report: Report, evidence: readonly Evidence[]): string {
  const css = paletteCss() + part('page.css')
  const js = part('page.js')
  const policy = [
    "default-src 'none'",
    `script-src ${sha256(js)}`,
    `style-src ${sha256(css)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const blocks = arrange(report)
  const before = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<title>BOLT 12 interop: ${text(titleCounts(report))}</title>`,
    `<style>${css}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#matrix">To the matrix</a>',
    header(report),
    '<main>',
    peersPart(report),
    filtersPart(report),
    failuresPart(report, blocks),
    matrixPart(blocks),
    reasonsPart(report, blocks),
    '</main>',
    DIALOG,
    // Ids of cells are no sentences: characters that hide or move are escaped in JSON's own way.
    embedded('cells', jsonText(cellsJson(report), 0)),
  ].join('\n')
  const after = `<script>${js}</script>\n</body>\n</html>\n`
  const room = MAX_PAGE - Buffer.byteLength(before) - Buffer.byteLength(after)
  return [before, ...evidenceParts(report.cells, evidence, room), after].join('\n')
}

function titleCounts({ cells }: Report): string {
  const counts = countOutcomes(cells)
  return `${counts.fail} failed of ${cells.length}`
}

function header({ lno, started, durationMs, host, selection, cells }: Report): string {
  const commit = `${lno.commit.slice(0, 12)}${lno.modified ? ', with changes' : ''}`
  const facts = [
    `lno ${lno.version} (${commit})`,
    started,
    durationText(durationMs),
    `Node ${host.node}, ${host.platform}, ${host.cpus} CPUs`,
    `scenarios: ${selection}`,
  ]
  return [
    '<header>',
    '<h1>BOLT 12 interop</h1>',
    `<p class="quiet">${facts.map(text).join(' · ')}</p>`,
    `<p>${cells.length} cells: each is one scenario played by stated implementations.</p>`,
    '</header>',
  ].join('\n')
}

/** Who took part in which cells. */
function playedBy(cells: readonly Cell[], name: string): readonly Cell[] {
  return cells.filter(({ payer, payee, relays }) => payer === name || payee === name || relays.includes(name))
}

const HOW: Readonly<Record<NonNullable<PeerInfo['how']>, string>> = {
  built: 'built from its registry',
  binary: 'binary of the user',
  container: 'container',
  own: 'this project',
}

function mark(outcome: Outcome): string {
  return `<span class="mark" aria-hidden="true">${OUTCOME[outcome].mark}</span>`
}

function peersPart({ peers, cells }: Report): string {
  const ran = peers.filter(({ version }) => version !== undefined)
  const absent = peers.filter(({ version }) => version === undefined)
  const head = OUTCOMES.map((outcome) => `<th scope="col">${mark(outcome)} ${OUTCOME[outcome].word}</th>`).join('')
  const rows = ran.map(({ driver, version, how }) => {
    const counts = countOutcomes(playedBy(cells, driver))
    const links = OUTCOMES.map((outcome) => {
      const count = counts[outcome]
      const label = `${driver}: ${count} ${OUTCOME[outcome].word}`
      const link = `<a class="${outcome}" href="${linkTo({ impl: driver, out: outcome })}" aria-label="${text(label)}">${count}</a>`
      return `<td class="number">${count === 0 ? '<span class="quiet zero">0</span>' : link}</td>`
    })
    const name = `<a href="${linkTo({ impl: driver })}">${text(driver)}</a>`
    return `<tr><th scope="row">${name}<small>${text(version ?? '')}${how ? `, ${text(HOW[how] ?? how)}` : ''}</small></th>${links.join('')}</tr>`
  })
  return [
    '<section aria-labelledby="peers">',
    '<h2 id="peers">Implementations</h2>',
    `<div class="scroll"><table class="peers"><thead><tr><th scope="col">played by</th>${head}</tr></thead>`,
    `<tbody>${rows.join('\n')}</tbody></table></div>`,
    ...(absent.length === 0
      ? []
      : [
          '<p>Never ran live in this run:</p><ul>',
          ...absent.map(
            ({ driver, reason }) => `<li><b>${text(driver)}</b>: ${text(reason ?? 'no reason given')}</li>`,
          ),
          '</ul>',
        ]),
    '</section>',
  ].join('\n')
}

function select(id: string, label: string, all: string, values: readonly string[]): string {
  const options = values.map((value) => `<option value="${text(value)}">${text(value)}</option>`)
  return `<label>${label} <select id="${id}"><option value="">${all}</option>${options.join('')}</select></label>`
}

function filtersPart({ cells, scenarios }: Report): string {
  const names = [...new Set(cells.flatMap(({ payer, payee, relays }) => [payer, payee, ...relays]))].sort()
  const counts = countOutcomes(cells)
  const outcomes = OUTCOMES.map((outcome) => {
    const { word, meaning } = OUTCOME[outcome]
    return [
      `<label class="outcome ${outcome}" title="${text(meaning)}">`,
      `<input type="checkbox" name="out" value="${outcome}" checked> ${mark(outcome)} ${word} `,
      `<span class="count">${counts[outcome]}</span></label>`,
    ].join('')
  })
  return [
    '<section aria-labelledby="filters-head">',
    '<h2 id="filters-head">Show</h2>',
    '<form id="filters" role="search" autocomplete="off">',
    select('impl', 'Implementation', 'any', names),
    select('role', 'as', 'anything', ['payer', 'relay', 'payee']),
    select('action', 'Action', 'any', [...new Set(scenarios.map(({ action }) => action))]),
    select('path', 'Path', 'any', [...new Set(scenarios.map(({ path }) => path))]),
    '<label>Words <input id="words" type="search" placeholder="rule, shape, reason …"></label>',
    `<fieldset><legend>Outcome</legend>${outcomes.join('\n')}</fieldset>`,
    '<button type="reset">Show all</button>',
    `<output id="shown" aria-live="polite">${cells.length} cells</output>`,
    '</form>',
    '<details class="legend"><summary>What the marks mean</summary><ul>',
    ...OUTCOMES.map((outcome) => `<li>${badge(outcome)} ${text(OUTCOME[outcome].meaning)}</li>`),
    '</ul></details>',
    '<noscript><p>Without scripts the matrix stands, but cannot be filtered, and cells do not open.</p></noscript>',
    '</section>',
  ].join('\n')
}

function badge(outcome: Outcome): string {
  return `<span class="badge ${outcome}">${mark(outcome)} ${OUTCOME[outcome].word}</span>`
}

/** All cells in the order in which the page shows them. */
function inOrder(blocks: readonly Block[]): readonly (Placed & { readonly title: string })[] {
  return blocks.flatMap(({ rows }) =>
    rows.flatMap(({ scenario, cells }) => cells.flat().map((placed) => ({ ...placed, title: scenario.title }))),
  )
}

/** Failures that are listed without being asked for. */
const MOST_OPEN = 30

function failuresPart(report: Report, blocks: readonly Block[]): string {
  const red = inOrder(blocks)
    .filter(({ cell }) => cell.outcome === 'fail' || cell.outcome === 'flaky')
    .sort((a, b) => OUTCOMES.indexOf(a.cell.outcome) - OUTCOMES.indexOf(b.cell.outcome))
  const items = red.map(({ cell, id, index, title }) => {
    const head = `${badge(cell.outcome)} <a href="${linkTo({ cell: id })}" data-cell="${index}">${text(title)}</a>`
    return `<li data-of="${index}">${head} <span class="lineup">${text(lineup(cell))}</span><p>${text(cell.observed)}</p></li>`
  })
  const { fail, flaky } = countOutcomes(report.cells)
  return [
    '<section aria-labelledby="failures" id="failures-part">',
    `<h2 id="failures">Failures <small>${fail} failed, ${flaky} flaky</small></h2>`,
    // A run in which everything fails must not push its matrix out of sight.
    `<details${items.length > MOST_OPEN ? '' : ' open'}><summary>What was observed</summary>`,
    `<ul class="failures">${items.join('\n')}</ul></details>`,
    `<p class="empty"${items.length > 0 ? ' hidden' : ''}>None among the cells shown.</p>`,
    '</section>',
  ].join('\n')
}

function columnHead({ payer, relays, payee }: Column): string {
  const line = (name: string, before: string) => `<span>${before}${text(name)}</span>`
  return [line(payer, ''), ...[...relays, payee].map((name) => line(name, '→ '))].join(' ')
}

function cellLink({ cell, id, index }: Placed): string {
  const { outcome } = cell
  return [
    `<a class="${outcome}" href="${linkTo({ cell: id })}" data-cell="${index}" tabindex="-1">`,
    `${mark(outcome)} <span class="sr">${OUTCOME[outcome].word}</span> <span class="lineup">${text(lineup(cell))}</span></a>`,
  ].join('')
}

function blockPart({ path, columns, rows }: Block, index: number): string {
  const id = `block-${index}`
  const count = rows.reduce((sum, { cells }) => sum + cells.flat().length, 0)
  const head = columns.map((column) => `<th role="columnheader" scope="col">${columnHead(column)}</th>`)
  const body = rows.map(({ scenario, cells }) => {
    const about = [scenario.action, scenario.shape].filter((each) => each !== '').join(', ')
    const name = `<b>${text(scenario.title)}</b><small>${text(scenario.id)}${about === '' ? '' : ` · ${text(about)}`}</small>`
    const slots = cells.map((placed) => `<td role="gridcell">${placed.map(cellLink).join('')}</td>`)
    return `<tr role="row"><th role="rowheader" scope="row">${name}</th>${slots.join('')}</tr>`
  })
  return [
    `<section class="block" aria-labelledby="${id}">`,
    `<h3 id="${id}">${text(path)} <small>${count} ${count === 1 ? 'cell' : 'cells'}</small></h3>`,
    '<div class="scroll">',
    `<table class="matrix" role="grid" aria-readonly="true" aria-labelledby="${id}" aria-describedby="keys">`,
    `<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col"><span>payer</span> <span>→ relays</span> <span>→ payee</span></th>${head.join('')}</tr></thead>`,
    `<tbody role="rowgroup">\n${body.join('\n')}\n</tbody></table>`,
    '</div>',
    '</section>',
  ].join('\n')
}

function matrixPart(blocks: readonly Block[]): string {
  return [
    '<section aria-labelledby="matrix" id="matrix-part">',
    '<h2 id="matrix" tabindex="-1">Matrix</h2>',
    '<p class="quiet" id="keys">Arrow keys, Home and End move between cells; Enter opens one, Esc closes it.</p>',
    ...blocks.map(blockPart),
    '<p class="empty" hidden>No cell is like that.</p>',
    '</section>',
  ].join('\n')
}

/** Cells that are no news, by their reason. */
function reasonsPart(report: Report, blocks: readonly Block[]): string {
  const counts = countOutcomes(report.cells)
  if (counts.known + counts.cannot === 0) return ''
  const groups = new Map<string, Placed[]>()
  for (const placed of inOrder(blocks)) {
    const { outcome, reason, link } = placed.cell
    if (outcome !== 'known' && outcome !== 'cannot') continue
    const key = `${outcome === 'known' ? 0 : 1}\n${reason ?? 'no reason given'}\n${link ?? ''}`
    const group = groups.get(key)
    if (group) group.push(placed)
    else groups.set(key, [placed])
  }
  const items = [...groups].sort().map(([, placed]) => {
    const { outcome, reason, link } = placed[0]!.cell
    const cells = placed.map(
      ({ cell, id, index }) =>
        `<li data-of="${index}"><a href="${linkTo({ cell: id })}" data-cell="${index}">${text(cell.scenario)}</a> <span class="lineup">${text(lineup(cell))}</span></li>`,
    )
    const many = `${placed.length} ${placed.length === 1 ? 'cell' : 'cells'}`
    return [
      `<li class="reason">${badge(outcome)} ${text(reason ?? 'no reason given')} ${link === undefined ? '' : pageLink(link)}`,
      `<details><summary>${many}</summary><ul>${cells.join('\n')}</ul></details></li>`,
    ].join('\n')
  })
  return [
    '<section aria-labelledby="reasons" id="reasons-part">',
    `<h2 id="reasons">Reasons <small>${counts.known} known differences, ${counts.cannot} that cannot be played</small></h2>`,
    `<ul class="reasons">${items.join('\n')}</ul>`,
    '</section>',
  ].join('\n')
}

/** A page that says more. Only one on the web is a link: others belong to a clone, and the page may lie anywhere. */
function pageLink(link: string): string {
  if (!isWebLink(link)) return `<span class="quiet">(${text(link)})</span>`
  return `<a href="${text(link)}" rel="noreferrer noopener">${text(link)}</a>`
}

const isWebLink = (link: string): boolean => /^https?:\/\/[^\s"'<>\\]+$/i.test(link)

const DIALOG = `<dialog id="cell" aria-labelledby="cell-title">
<div class="bar"><button type="button" id="before">← before</button><button type="button" id="after">after →</button><button type="button" id="close">Close <kbd>Esc</kbd></button></div>
<div id="cell-body"></div>
</dialog>`

/** The sentence of each rule; `**M**` in one is short for must. */
const RULES: ReadonlyMap<string, string> = new Map(
  rules.map(({ id, rule }) => [id, rule.replaceAll('**M**', 'must').replaceAll('**S**', 'should')]),
)

/** What filters and the dialog need of each cell; its evidence stands apart, and is parsed when it is looked at. */
function cellsJson(report: Report) {
  const ids = cellIds(report.cells)
  const scenarios = new Map(report.scenarios.map((scenario) => [scenario.id, scenario]))
  return report.cells.map((cell, i) => {
    const scenario = scenarios.get(cell.scenario)
    const rule = cell.rule ?? scenario?.rule
    const ruleText = rule === undefined ? undefined : RULES.get(rule)
    const { outcome, expected, why, observed, reason, link, durationMs, runs, files } = cell
    const sentences = { expected, why, observed, reason, rule, ruleText, link }
    return {
      id: ids[i],
      outcome,
      word: OUTCOME[outcome].word,
      mark: OUTCOME[outcome].mark,
      scenario: sentence(cell.scenario, 100),
      title: sentence(scenario?.title ?? cell.scenario, 200),
      action: sentence(scenario?.action ?? ''),
      path: sentence(scenario?.path ?? ''),
      shape: sentence(scenario?.shape ?? '', 200),
      // As the choices of the filters have them.
      payer: sentence(cell.payer),
      payee: sentence(cell.payee),
      relays: cell.relays.map((name) => sentence(name)),
      lineup: sentence(lineup(cell), 200),
      ...Object.fromEntries(
        Object.entries(sentences).flatMap(([name, value]) => (value === undefined ? [] : [[name, sentence(value)]])),
      ),
      web: link !== undefined && isWebLink(link),
      took: durationText(durationMs),
      runs,
      rerun: sentence(rerunCommand(cell)),
      files: files.map(({ name, path }) => ({
        name: sentence(name, 100),
        href: `./${path.split(/[\\/]/).map(encodeURIComponent).join('/')}`,
      })),
    }
  })
}

/**
 * The evidence of each cell as an element of its own, as long as there is room: what failed first, and where all of a
 * cell's does not fit, its messages without its logs.
 */
function evidenceParts(cells: readonly Cell[], evidence: readonly Evidence[], room: number): readonly string[] {
  const order = cells
    .map((_, i) => i)
    .sort((a, b) => OUTCOMES.indexOf(cells[a]!.outcome) - OUTCOMES.indexOf(cells[b]!.outcome))
  const parts: string[] = []
  for (const i of order) {
    const { story, logs = [], problems = [] } = evidence[i] ?? {}
    if (story === undefined && logs.length === 0 && problems.length === 0) continue
    const noLogs = logs.length === 0 ? [] : ['the logs are left out here: the page would be too large']
    const choices = [
      { story, logs, problems },
      { story, logs: [], problems: [...problems, ...noLogs] },
      { logs: [], problems: ['messages and logs are left out here: the page would be too large'] },
    ]
    for (const choice of choices) {
      const part = embedded(`evidence-${i}`, JSON.stringify(choice))
      const size = Buffer.byteLength(part) + 1
      if (size > room) continue
      room -= size
      parts.push(part)
      break
    }
  }
  return parts
}
