import { chainHashOf } from '../bolt12/chains.js'
import { issueJson } from '../bolt12/json.js'
import { fromPasted } from '../bolt12/pasted.js'
import { allCodes, findCode } from './all-codes.js'
import { type Context, defineCommand } from './frame/command.js'
import { cliError, EXIT, exitCodeOf } from './frame/exit.js'
import { nearest } from './frame/nearest.js'
import { columnsOf, oneLine, withString, wrap } from './frame/text.js'
import { formOf, type Given, type Seen } from './show/form.js'
import { AS, type Kind, readInput } from './show/input.js'
import { codesOfRule, type Judged, judgedRules, ruleIds, rulesOfCode, ruleText } from './show/rules.js'

type Run = Pick<Context, 'result' | 'next' | 'style' | 'width' | 'config' | 'io' | 'commands'>

/** A text that can only be a code or a rule: no string has an underscore, or is that short. */
function looksLikeName(text: string): boolean {
  return (
    /^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$/.test(text) ||
    /^[A-Z]{3,30}$/.test(text) ||
    /^[A-Za-z]{1,2}\d[\d.]{0,3}$/.test(text)
  )
}

function explainName(name: string, { result, next, style, width }: Run): void {
  const found = findCode(name)
  if (found) {
    const rules = rulesOfCode(name)
    const document = { code: name, ...found, exit_code: exitCodeOf(name), rules }
    result(document, () => {
      const lines = rules.map((id) => [id, ruleText(id)?.text ?? ''] as const)
      const parts = [
        `${style.bold(name)} (${found.folder}, exit code ${exitCodeOf(name)})`,
        '',
        wrap(found.meaning, width),
      ]
      parts.push(wrap(found.advice, width))
      if (lines.length > 0) parts.push('', columnsOf(lines, width, style.dim))
      return parts.join('\n')
    })
    next(rules[0] === undefined ? 'lno help' : `lno explain ${rules[0]}`)
    return
  }
  const rule = ruleText(name)
  if (rule) {
    const codes = codesOfRule(name)
    result({ rule: name, ...rule, codes }, () =>
      [`${style.bold(name)} (${rule.section})`, '', wrap(rule.text, width), ...codes].join('\n'),
    )
    next(codes[0] === undefined ? 'lno help explain' : `lno explain ${codes[0]}`)
    return
  }
  const near = nearest(name, [...allCodes(), ...ruleIds()])
  const hint = near === undefined ? '' : `, did you mean ${near}?`
  throw cliError('UNKNOWN_CODE', `no code and no rule is named ${name}${hint}`)
}

const VERDICTS = {
  failed: 'broken',
  ok: 'kept',
  not_applicable: 'not applicable',
  not_checked: 'not checked',
} as const

/** Text in lines of a column that begins at `at`. */
function column(text: string, at: number, width: number): string {
  return wrap(text, Math.max(width - at, 20)).replaceAll('\n', `\n${' '.repeat(at)}`)
}

/** The rule in a line or more: verdict, id, sentence, section; what is wrong below it. */
function ruleLines({ id, verdict, text, section, issues }: Judged, { style, width }: Run): string {
  const paint = verdict === 'failed' ? style.bad : verdict === 'ok' ? style.good : style.dim
  // Where there is no room for three columns, sentences go below.
  const at = width < 60 ? 2 : 21
  const head = `${paint(VERDICTS[verdict].padEnd(14))} ${id.padEnd(5)}`
  const sentence = `${text ?? ''}${section === undefined ? '' : ` [${section}]`}`
  const found = issues.map(({ code, message, field, tlvType, offset }) => {
    const where = [
      field,
      tlvType === undefined ? undefined : `type ${tlvType}`,
      offset === undefined ? undefined : `offset ${offset}`,
    ]
    const place = where.filter((part) => part !== undefined).join(', ')
    return `${oneLine(message)}${place === '' ? '' : ` (${place})`}: ${code}`
  })
  const below = found.map((line) => `\n${' '.repeat(at)}${column(line, at, width)}`).join('')
  if (sentence === '') return head.trimEnd() + below
  return `${head}${at === 2 ? '\n  ' : ' '}${column(sentence, at, width)}${below}`
}

function explainMessage(seen: Seen, text: string, run: Run): number {
  const rules = judgedRules(seen)
  const broken = rules.filter(({ verdict }) => verdict === 'failed')
  // Of what is broken nothing can be done anyway.
  const unpayable = seen.issues.length === 0 ? seen.unpayable : undefined
  const document = {
    kind: seen.kind ?? null,
    ...seen.originJson,
    ok: seen.issues.length === 0,
    rules: rules.map(({ issues, ...rule }) => ({ ...rule, issues: issues.map(issueJson) })),
    issues: seen.issues.map(issueJson),
    ...(unpayable && { payment: unpayable }),
  }
  const { result, next, style, commands, width } = run
  result(document, () => {
    const name = (seen.kind ?? 'something that is not BOLT 12').replace('_', ' ')
    const count = broken.length === 1 ? '1 rule is broken' : `${broken.length} rules are broken`
    const head = `${style.bold(name[0]!.toUpperCase() + name.slice(1))}: ${broken.length === 0 ? style.good('no rule is broken') : style.bad(count)}`
    const order = ['failed', 'ok', 'not_applicable', 'not_checked'] as const
    const sorted = order.flatMap((verdict) => rules.filter((rule) => rule.verdict === verdict))
    const origin = seen.origin === undefined ? '' : `\n${seen.origin}`
    const last = unpayable && `\n\n${wrap(`${unpayable.message} (${unpayable.code})`, width)}`
    return `${head}${origin}\n\n${sorted.map((rule) => ruleLines(rule, run)).join('\n')}${last ?? ''}`
  })
  const first = seen.issues[0]
  if (first) next(`lno explain ${first.code}`)
  else if (seen.fetchable && commands.some(({ name }) => name === 'fetch')) next(withString('lno fetch', text))
  else next(withString(seen.kind === 'invoice_error' ? 'lno decode --as invoice_error' : 'lno decode', text))
  return seen.issues.length === 0 ? EXIT.ok : EXIT.invalid
}

function look(text: string, as: Kind | undefined, { config, io }: Run): { seen: Seen; text: string } {
  const context = { now: BigInt(Math.floor(io.now() / 1000)), chains: [chainHashOf(config().network)] }
  if (as !== undefined || /^[0-9a-fA-F]+$/.test(text)) {
    const input = readInput(text, as)
    return { seen: formOf(input).inspect(input, context), text: input.text }
  }
  const found = fromPasted(text)
  const given: Given = { text: found }
  return { seen: formOf(given).inspect(given, context), text: found }
}

export const command = defineCommand({
  description:
    'Of a string: every rule that a reader checks, with its verdict, for the network and the time of now: those of the specification, or those of c-lightning v0.10.1 to v0.12.1 for what has the form of 2021. Rules that need the offer, the request or the path of arrival are listed as not checked. Of an error code: what it means and what to do. Of a rule, such as OR5 or L17: its sentence and its section. Exit code 1 says that a rule is broken.',
  args: { subject: { summary: 'a string of any kind (or hex with --as), an error code, or a rule', stdin: true } },
  options: { as: AS },
  examples: [
    'lno explain lno1…',
    'lno explain OFFER_AMOUNT_WITHOUT_DESCRIPTION',
    'lno explain OR5',
    'lno fetch lno1… | lno explain -',
  ],
  run: ({ args, options, ...run }) => {
    const subject = args.subject.trim()
    if (options.as === undefined && looksLikeName(subject)) {
      explainName(subject.toUpperCase(), run)
      return EXIT.ok
    }
    const { seen, text } = look(subject, options.as, run)
    return explainMessage(seen, text, run)
  },
})
