import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CLI_PAGE, cliPage } from '../../scripts/lib/cli-page.js'
import { COMMANDS } from '../../src/cli/commands.js'
import { defineCommand } from '../../src/cli/frame/command.js'
import { kebab } from '../../src/cli/frame/declaration.js'
import { GLOBAL_OPTIONS } from '../../src/cli/frame/help.js'
import { lno } from './run.js'

const all = await Promise.all(COMMANDS.map(async ({ name, load }) => [name, (await load()).command] as const))

test('docs/cli.md is what the table of commands says (npm run docs:cli)', async () => {
  expect(readFileSync(CLI_PAGE, 'utf8')).toBe(await cliPage(COMMANDS))
})

test('a page has every command with what it takes, and escapes what a table would not keep', async () => {
  const command = defineCommand({
    description: 'More of it.',
    args: { some: { summary: 'a | b', stdin: true } },
    options: { size: { value: 'SIZE', summary: 'how <large>', choices: ['big', 'small'], setting: true } },
    examples: ['lno thing do 1'],
    run: () => 0,
  })
  const entry = { name: 'thing do', group: 'Node', summary: 'Do it', load: async () => ({ command }) } as const
  const page = await cliPage([entry])
  for (const part of [
    '- Node: [thing do](#lno-thing-do)',
    '### lno thing do\n\nDo it.\n\n```\nlno thing do SOME [options]\n```\n\nMore of it.\n',
    '| `SOME` | a \\| b; `-` reads standard input |',
    '| `--size <big\\|small>` | how &lt;large> (LNO_SIZE) |',
    '```sh\nlno thing do 1\n```',
    '| 4 | the other side answered with an invoice_error |',
  ])
    expect(page).toContain(part)
})

describe.each(all)('lno %s', (name, command) => {
  test('says what it is for, in words that go together', () => {
    const { summary } = COMMANDS.find((entry) => entry.name === name)!
    expect(summary).toMatch(/^[A-Z][^\n]*[^.\s]$/)
    if (command.description !== undefined) expect(command.description).toMatch(/^[A-Z][\s\S]*\.$/)
    for (const { summary } of [...Object.values(command.args), ...Object.values(command.options)]) {
      expect(summary).toMatch(/^[^\n]*[^.\s]$/)
    }
  })

  test('has examples, which are its own and have only options that it knows', () => {
    expect(command.examples.length).toBeGreaterThan(0)
    expect(command.examples.some((example) => example.includes(`lno ${name}`))).toBe(true)
    for (const example of command.examples) {
      const own = example.split('|').find((part) => part.includes(`lno ${name}`)) ?? ''
      for (const [, flag] of own.matchAll(/\s(--[a-z-]+)/g)) {
        expect(
          [...Object.keys(command.options), ...Object.keys(GLOBAL_OPTIONS)].map((key) => `--${kebab(key)}`),
        ).toContain(flag)
      }
    }
  })

  test('has help that fits a narrow terminal and carries no colours where none belong', async () => {
    const { code, stdout, stderr } = await lno([...name.split(' '), '--help'], { columns: 40, env: { NO_COLOR: '1' } })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain('\u001b')
    const [beforeExamples] = stdout.split('\nExamples\n')
    const tooLong = beforeExamples!.split('\n').filter((line) => line.length > 40 && /\S\s/.test(line.trim()))
    // A line is longer only where it is one word, or a flag with its value.
    expect(tooLong.filter((line) => !/^\s*(-\w, )?--\S+ <\S+>$/.test(line))).toEqual([])
  })
})
