import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description: 'Checks x.',
  args: { file: { summary: 'a file that lno channel export made', stdin: true } },
  options: {},
  examples: ['lno channel verify channel.state', 'lno channel export 02… | lno channel verify -'],
  run: () => 1,
})
