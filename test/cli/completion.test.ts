import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.js'
import { kebab } from '../../src/cli/frame/declaration.js'
import { GLOBAL_OPTIONS } from '../../src/cli/frame/help.js'
import { tempDir } from '../support/temp-dir.js'
import { lno, problemWith } from './run.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

const installed = (shell: Shell): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0
/** A start of a shell takes long on a busy machine. */
const TIMEOUT = 60_000

async function scriptOf(shell: Shell): Promise<string> {
  const { code, stdout, stderr } = await lno(['completion', shell])
  expect(code).toBe(0)
  // It is evaluated by start-up files, which must stay silent.
  expect(stderr).toBe('')
  return stdout
}

/** How each shell is asked what may stand in the place of the last word; the answer is a line of words. */
const ASK: Readonly<Record<Shell, string>> = {
  bash: `ask() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _lno; echo "\${COMPREPLY[*]}"; }`,
  // Outside of an interactive zsh its own functions are not there: these print what they would be asked to offer.
  zsh: `compdef() { :; }
compset() { PREFIX=\${PREFIX#*=}; }
_describe() { local each; for each in "\${(@P)2}"; do [[ $each == \${PREFIX}* ]] && print -rn -- "\${each%%:*} "; done; print; }
_files() { if [[ $1 == -/ ]]; then print -r -- \${PREFIX}*(/N); else print -r -- \${PREFIX}*(N); fi; }
ask() { words=("$@"); CURRENT=$#; PREFIX=\${@[-1]}; _lno || print; }`,
  fish: `function ask
    set -l line (string join ' ' -- $argv)
    echo (complete -C $line | string replace -r '\\t.*' '')
end`,
}

/** Words as the shell has them; bash cuts at the equals sign. */
function asWords(shell: Shell, line: string): readonly string[] {
  return line.split(' ').flatMap((word) => (shell === 'bash' ? word.split(/(?<==)|(?==)/) : [word]))
}

async function answers(shell: Shell, lines: readonly string[]): Promise<readonly (readonly string[])[]> {
  const folder = tempDir()
  const script = join(tempDir(), `lno.${shell}`)
  mkdirSync(join(folder, 'dir-a'))
  writeFileSync(join(folder, 'file-a'), '')
  const questions = lines.map(
    (line) =>
      `ask ${asWords(shell, line)
        .map((word) => `'${word}'`)
        .join(' ')}`,
  )
  const [before, after] = shell === 'fish' ? ['', ASK[shell]] : [ASK[shell], '']
  writeFileSync(script, [before, await scriptOf(shell), after, ...questions, ''].join('\n'))
  const bare = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'] }[shell]
  const env = { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C' }
  const { stdout, stderr } = spawnSync(shell, [...bare, script], { cwd: folder, env, encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout
    .replace(/\n$/, '')
    .split('\n')
    .map((line) =>
      line
        .split(' ')
        .filter((word) => word !== '')
        .sort(),
    )
}

const first = [...new Set(COMMANDS.map(({ name }) => name.split(' ')[0]!))].sort()
const verbs = (noun: string) =>
  [
    ...new Set(
      COMMANDS.flatMap(({ name }) => (name.startsWith(`${noun} `) ? [name.slice(noun.length + 1).split(' ')[0]!] : [])),
    ),
  ].sort()
const networks = ['bitcoin', 'regtest', 'signet', 'testnet']
const kinds = ['invoice', 'invoice_error', 'invoice_request', 'offer', 'payer_proof']

/** Lines, the last word being typed, and what may stand there. */
const CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['lno ', first],
  ['lno expl', ['explain']],
  ['lno path ', verbs('path')],
  ['lno path ins', ['inspect']],
  ['lno channel ', verbs('channel')],
  ['lno channel override ', ['accept', 'propose']],
  ['lno help channel override ', ['accept', 'propose']],
  ['lno interop ', ['node']],
  ['lno interop node --emulate v0', ['v0.10.2', 'v0.11']],
  ['lno --network ', networks],
  ['lno --network sig', ['signet']],
  ['lno --network signet path ', verbs('path')],
  ['lno --network=signet path ', verbs('path')],
  ['lno -q path ', verbs('path')],
  ['lno decode --as ', kinds],
  ['lno decode lno1qq --as inv', ['invoice', 'invoice_error', 'invoice_request']],
  ['lno help ', first],
  ['lno help path ', verbs('path')],
  ['lno completion ', [...SHELLS].sort()],
  ['lno completion bash ', []],
  ['lno help completion ', []],
  ['lno nothing ', []],
  ['lno path unblind --key-file file', ['file-a']],
  ['lno path unblind --path-key ', []],
]

describe.each(SHELLS)('completion of %s', (shell) => {
  test.runIf(installed(shell))('offers what may stand there', { timeout: TIMEOUT }, async () => {
    const given = await answers(
      shell,
      CASES.map(([line]) => line),
    )
    expect(CASES.map(([line], i) => [line, given[i]])).toEqual(CASES)
  })

  test.runIf(installed(shell))('offers the options of the command and of all', { timeout: TIMEOUT }, async () => {
    const commands = await Promise.all(COMMANDS.map(async ({ name, load }) => ({ name, ...(await load()).command })))
    const given = await answers(
      shell,
      commands.map(({ name }) => `lno ${name} --`),
    )
    const long = (options: object) => Object.keys(options).map((name) => `--${kebab(name)}`)
    const expected = commands.map(({ name, options }) => [name, [...long(GLOBAL_OPTIONS), ...long(options)].sort()])
    expect(commands.map(({ name }, i) => [name, given[i]!.filter((word) => word.startsWith('--'))])).toEqual(expected)
  })

  test.runIf(installed(shell))('offers folders where a folder is needed', { timeout: TIMEOUT }, async () => {
    const [folders] = await answers(shell, ['lno --data-dir '])
    expect(folders!.map((word) => word.replace(/\/$/, ''))).toEqual(['dir-a'])
  })

  test('names every command, option and choice', async () => {
    const script = await scriptOf(shell)
    for (const { name, load } of COMMANDS) {
      expect(script).toContain(name)
      for (const [option, { choices }] of Object.entries((await load()).command.options)) {
        expect(script).toContain(kebab(option))
        for (const choice of choices ?? []) expect(script).toContain(choice)
      }
    }
    expect(script).toContain('signet')
  })

  test('says in a terminal how to have it in every shell', async () => {
    const { stderr } = await lno(['completion', shell], { columns: 80 })
    expect(stderr).toMatch(/^Next: .*lno completion [^\n]*\n$/)
    expect((await lno(['completion', shell, '--json'])).json()).toEqual({ shell, script: await scriptOf(shell) })
  })
})

test('another shell is a usage error', async () => {
  const outcome = await lno(['completion', 'tcsh'])
  expect(outcome.code).toBe(2)
  expect(problemWith(outcome)).toBeUndefined()
  expect(outcome.stderr).toContain('SHELL: "tcsh" is not one of bash, zsh, fish')
  expect((await lno(['completion'])).code).toBe(2)
})
