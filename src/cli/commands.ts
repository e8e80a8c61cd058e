import type { Entry } from './frame/command.js'

/**
 * Every command, in the order of `lno help`. Help, completion and docs are made from this table and from what the
 * commands' files declare. A file is loaded when its command runs: what `decode` does not need, it does not pay for.
 */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'help',
    group: 'Everyday',
    summary: 'List the commands, or show one of them',
    load: () => import('./help.js'),
  },
]
