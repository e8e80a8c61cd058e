import { type Flag, flagsWithValue, namesOf, quoted, spellings, type Value, type Words } from './words.js'

/** Assignments by which the script remembers what follows. */
function setting(value: Value): string {
  switch (value.kind) {
    case 'choices':
      return `words=${quoted(value.choices.join(' '))}`
    case 'file':
      return 'files=-f'
    case 'folder':
      return 'files=-d'
    case 'text':
      return ':'
  }
}

const long = (flags: readonly Flag[]): string => flags.map((flag) => flag.long).join(' ')

/** The script for bash, from 3.2 on (that of macOS): no associative arrays, `compopt` only where there is one. */
export function bashScript(words: Words): string {
  const values = flagsWithValue(words).map((flag) => {
    const patterns = spellings(flag).map((flagged) =>
      flag.command === '' ? `*${quoted(` ${flagged}`)}` : quoted(`${flag.command} ${flagged}`),
    )
    return `    ${patterns.join(' | ')}) ${setting(flag.value)} ;;`
  })
  const flags = words.commands.flatMap((command) =>
    command.flags.length === 0 ? [] : [`    ${quoted(command.name)}) words="${long(command.flags)} $words" ;;`],
  )
  const following = [...words.next].map(
    ([name, next]) => `    *:${quoted(name)}:0) words=${quoted(next.map((word) => word.name).join(' '))} ;;`,
  )
  const choices = words.commands.flatMap(({ name, choices }) =>
    choices.length === 0 ? [] : [`    :${quoted(name)}:0) words=${quoted(choices.join(' '))} ;;`],
  )
  const helpers = words.commands.filter(({ takesCommand }) => takesCommand).map(({ name }) => quoted(name))
  return `# Completion of lno for bash, made by \`lno completion bash\`. In ~/.bashrc: eval "$(lno completion bash)"

# What follows option $2 of command $1; fails where the option takes no value.
_lno_value() {
  case "$1 $2" in
${values.join('\n')}
    *) return 1 ;;
  esac
}

# The options of command $1.
_lno_flags() {
  words=${quoted(long(words.globals))}
  case "$1" in
${flags.join('\n')}
  esac
}

# What may stand behind command $2 and $3 arguments; $1 is set while a command is only talked about.
_lno_words() {
  case "$1:$2:$3" in
${[...following, ...choices].join('\n')}
  esac
}

_lno() {
  local cur=\${COMP_WORDS[COMP_CWORD]} name= about= words= files= value= args=0 i=1 word IFS=$' \\t\\n'
  COMPREPLY=()
  while [ "$i" -lt "$COMP_CWORD" ]; do
    word=\${COMP_WORDS[i]}
    i=$((i + 1))
    case "$word" in
      --) return ;;
      -?*)
        if _lno_value "$name" "$word"; then
          # --option=value comes as three words.
          if [ "\${COMP_WORDS[i]}" = '=' ]; then i=$((i + 1)); fi
          if [ "$i" -lt "$COMP_CWORD" ]; then words= files= i=$((i + 1)); else value=1; fi
        fi
        ;;
      *)
        case "\${name:+$name }$word" in
          ${helpers.join(' | ') || "''"}) about="$word" ;;
          ${namesOf(words).map(quoted).join(' | ')}) name="\${name:+$name }$word" ;;
          *) args=$((args + 1)) ;;
        esac
        ;;
    esac
  done
  if [ -n "$value" ]; then
    if [ "$cur" = '=' ]; then cur=; fi
  else
    case "$cur" in
      -*) _lno_flags "\${about:-$name}" ;;
      *) _lno_words "$about" "$name" "$args" ;;
    esac
  fi
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    IFS=$'\\n'
    COMPREPLY=($(compgen "$files" -- "$cur"))
  elif [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}

complete -F _lno lno
`
}
