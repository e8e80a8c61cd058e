import { defineCommand } from './frame/command.js'
import { kebab } from './frame/declaration.js'
import { usage } from './frame/exit.js'
import { commandHelp, nounHelp, overview } from './frame/help.js'
import { nearest } from './frame/nearest.js'
import { widthOf } from './frame/text.js'

export const command = defineCommand({
  args: { command: { summary: 'the command to show', optional: true, many: true, completes: 'command' } },
  options: {},
  examples: ['lno help', 'lno help decode', 'lno help path unblind'],
  run: async ({ args, commands, io, style, result }) => {
    const width = widthOf(io.stdout.columns, 80)
    const name = args.command.join(' ')
    if (name === '') {
      const table = commands.map((entry) => ({ name: entry.name, group: entry.group, summary: entry.summary }))
      result({ commands: table }, () => overview(commands, style, width))
      return
    }
    const entry = commands.find((candidate) => candidate.name === name)
    if (entry === undefined) {
      const verbs = commands.filter((candidate) => candidate.name.startsWith(`${name} `))
      if (verbs.length === 0) {
        const near = nearest(name, [
          ...new Set(commands.flatMap((candidate) => [candidate.name, candidate.name.split(' ')[0]!])),
        ])
        const hint = near === undefined ? '' : `, did you mean lno help ${near}?`
        throw usage(`no command ${JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name)}${hint}`)
      }
      const table = verbs.map(({ name, group, summary }) => ({ name, group, summary }))
      result({ commands: table }, () => nounHelp(name, commands, style, width))
      return
    }
    const { command } = await entry.load()
    const described = {
      name: entry.name,
      group: entry.group,
      summary: entry.summary,
      description: command.description,
      arguments: Object.entries(command.args).map(([name, argument]) => ({ name, ...argument })),
      options: Object.entries(command.options).map(([name, { parse: _, ...option }]) => ({
        flag: `--${kebab(name)}`,
        ...option,
      })),
      examples: command.examples,
    }
    result(described, () => commandHelp(entry, command, style, width))
  },
})
