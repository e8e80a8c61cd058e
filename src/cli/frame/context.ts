import type { Context, Entry } from './command.js'
import { exitCodeOf } from './exit.js'
import type { Io } from './io.js'
import { jsonText } from './json.js'
import { asLnoError, errorLine } from './report.js'
import { styleFor, usesColor } from './style.js'
import { oneLine, widthOf } from './text.js'

/** Commands of other groups that ask the node where there is one. */
const ASKS_NODE = new Set(['fetch', 'pay', 'receive', 'payment list', 'payment show', 'proof create'])

/** True for a line to type whose command talks to a node: it must be the one that this command talked to. */
function asksNode(line: string, commands: readonly Entry[]): boolean {
  return commands.some(
    ({ name, group }) => (group === 'Node' || ASKS_NODE.has(name)) && `${line} `.startsWith(`lno ${name} `),
  )
}

/** Global switches, as the frame read them. */
export interface Globals {
  readonly json: boolean
  readonly quiet: boolean
  readonly noColor: boolean
}

export function makeContext(
  io: Io,
  globals: Globals,
  command: string,
  {
    where,
    ...given
  }: Pick<Context, 'args' | 'options' | 'config' | 'commands' | 'words'> & {
    /** The options by which the user named a node, as typed: ` --network regtest`; empty when none was. */
    readonly where: string
  },
): Context {
  const note = (text: string) => {
    if (!globals.quiet) io.stderr.write(`${oneLine(text)}\n`)
  }
  const line = (text: string) => io.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  return {
    ...given,
    io,
    json: globals.json,
    style: styleFor(usesColor(io.stdout, io.env, globals.noColor)),
    width: widthOf(io.stdout.columns),
    signal: io.signal,
    result: (document, human) => line(globals.json ? jsonText(document) : human()),
    event: (document, human) => line(globals.json ? jsonText(document, 0) : human()),
    note,
    warn: (text) => io.stderr.write(`lno: ${oneLine(text)}\n`),
    fail: (thrown) => {
      const error = asLnoError(thrown)
      io.stderr.write(`${errorLine(error, command)}\n`)
      return exitCodeOf(error.code)
    },
    next: (line) => {
      if (!globals.json) note(`Next: ${line}${asksNode(line, given.commands) ? where : ''}`)
    },
  }
}
