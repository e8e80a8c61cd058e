import { bashScript } from './completion/bash.js'
import { fishScript } from './completion/fish.js'
import { wordsOf } from './completion/words.js'
import { zshScript } from './completion/zsh.js'
import { defineCommand } from './frame/command.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** How to have it in every new shell. */
const INSTALL: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `echo 'eval "$(lno completion bash)"' >> ~/.bashrc`,
  zsh: `echo 'source <(lno completion zsh)' >> ~/.zshrc`,
  fish: 'lno completion fish > ~/.config/fish/completions/lno.fish',
}

export const command = defineCommand({
  description:
    'Prints a script that makes the shell complete the names of commands, their options and the values of those. It calls nothing while you type. In zsh the line belongs behind compinit.',
  args: { shell: { summary: 'bash, zsh or fish', choices: SHELLS } },
  options: {},
  examples: ['eval "$(lno completion bash)"', ...Object.values(INSTALL)],
  run: async ({ args, commands, io, result, next }) => {
    const script = SCRIPTS[args.shell](await wordsOf(commands))
    result({ shell: args.shell, script }, () => script)
    // A start-up file that evaluates the script says nothing at each start.
    if (io.stdout.isTTY) next(INSTALL[args.shell])
  },
})
