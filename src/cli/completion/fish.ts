import { type Flag, flagsWithValue, namesOf, quoted as shQuoted, spellings, type Value, type Words } from './words.js'

/** In single quotes; fish knows two escapes there. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function valueFlags(value: Value | undefined): string {
  if (value === undefined) return ''
  switch (value.kind) {
    case 'choices':
      return ` -x -a ${quoted(value.choices.join(' '))}`
    case 'file':
      return ' -r -F'
    case 'folder':
      return " -x -a '(__fish_complete_directories)'"
    case 'text':
      return ' -x'
  }
}

function flagLine({ long, short, summary, value }: Flag, condition: string): string {
  const letter = short === undefined ? '' : ` -s ${short.slice(1)}`
  return `complete -c lno${condition} -l ${long.slice(2)}${letter}${valueFlags(value)} -d ${quoted(summary)}`
}

/** The script for fish. */
export function fishScript(words: Words): string {
  const withValue = flagsWithValue(words).filter(({ command }) => command === '')
  const helpers = words.commands.filter(({ takesCommand }) => takesCommand).map(({ name }) => quoted(name))
  const at = (name: string) => ` -n ${quoted(`__lno_at ${shQuoted(name)}`)}`
  const running = (name: string) => ` -n ${quoted(`__lno_runs ${shQuoted(name)}`)}`
  return `# Completion of lno for fish, made by \`lno completion fish\`.
# lno completion fish > ~/.config/fish/completions/lno.fish

# Three lines: the command that is only talked about, the name so far, how many arguments stand behind it.
function __lno_line
    set -l about
    set -l name
    set -l args 0
    set -l skip no
    set -l tokens (commandline -opc)
    for token in $tokens[2..]
        if test $skip = yes
            set skip no
            continue
        end
        switch $token
            case ${withValue.flatMap((flag) => spellings(flag)).join(' ')}
                set skip yes
            case '-?*'
            case '*'
                switch (string trim -- "$name $token")
                    case ${helpers.join(' ') || "''"}
                        set about $token
                    case ${namesOf(words).map(quoted).join(' ')}
                        set name (string trim -- "$name $token")
                    case '*'
                        set args (math $args + 1)
                end
        end
    end
    printf '%s\\n' "$about" "$name" $args
end

function __lno_at
    set -l line (__lno_line)
    test "$line[2]" = "$argv[1]" -a "$line[3]" = 0
end

function __lno_runs
    set -l line (__lno_line)
    test -z "$line[1]" -a "$line[2]" = "$argv[1]"
end

complete -c lno -f
${words.globals.map((flag) => flagLine(flag, '')).join('\n')}
${[...words.next]
  .flatMap(([name, next]) =>
    next.map((word) => `complete -c lno${at(name)} -a ${quoted(word.name)} -d ${quoted(word.summary)}`),
  )
  .join('\n')}
${words.commands
  .flatMap(({ name, flags, choices }) => [
    ...choices.map(
      (choice) =>
        `complete -c lno -n ${quoted(`__lno_runs ${shQuoted(name)}; and __lno_at ${shQuoted(name)}`)} -a ${quoted(choice)}`,
    ),
    ...flags.map((flag) => flagLine(flag, running(name))),
  ])
  .join('\n')}
`
}
