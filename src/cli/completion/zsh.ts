import {
  type Described,
  type Flag,
  flagsWithValue,
  namesOf,
  quoted,
  spellings,
  type Value,
  type Words,
} from './words.js'

/** A word and what it means, as `_describe` reads them. */
const item = (word: string, summary: string): string => quoted(`${word.replaceAll(':', '\\:')}:${summary}`)
const items = (words: readonly Described[]): string => words.map(({ name, summary }) => item(name, summary)).join(' ')
const flagItems = (flags: readonly Flag[]): string =>
  flags.flatMap((flag) => spellings(flag).map((flagged) => item(flagged, flag.summary))).join(' ')

function setting(value: Value): string {
  return value.kind === 'choices' ? `found=(${value.choices.map(quoted).join(' ')})` : `kind=${value.kind}`
}

/** The script for zsh: sourced, or put into a folder of `fpath`. */
export function zshScript(words: Words): string {
  const values = flagsWithValue(words).map((flag) => {
    const patterns = spellings(flag).map((flagged) =>
      flag.command === '' ? `*${quoted(` ${flagged}`)}` : quoted(`${flag.command} ${flagged}`),
    )
    return `    (${patterns.join('|')}) ${setting(flag.value)} ;;`
  })
  const flags = words.commands.flatMap(({ name, flags }) =>
    flags.length === 0 ? [] : [`    (${quoted(name)}) found+=(${flagItems(flags)}) ;;`],
  )
  const following = [...words.next].map(([name, next]) => `    (*:${quoted(name)}:0) found=(${items(next)}) ;;`)
  const choices = words.commands.flatMap(({ name, choices }) =>
    choices.length === 0 ? [] : [`    (:${quoted(name)}:0) found=(${choices.map(quoted).join(' ')}) ;;`],
  )
  const helpers = words.commands.filter(({ takesCommand }) => takesCommand).map(({ name }) => quoted(name))
  return `#compdef lno
# Completion of lno for zsh, made by \`lno completion zsh\`. In ~/.zshrc, after compinit: source <(lno completion zsh)

# What follows an option ("COMMAND --option"); fails where it takes no value.
_lno_value() {
  case "$1" in
${values.join('\n')}
    (*) return 1 ;;
  esac
}

_lno_flags() {
  found=(${flagItems(words.globals)})
  case "$1" in
${flags.join('\n')}
  esac
}

# What may stand behind a command and its arguments; the first word is set while a command is only talked about.
_lno_words() {
  case "$1" in
${[...following, ...choices].join('\n')}
  esac
}

_lno() {
  local name= about= kind= word
  local -a found
  integer i=2 args=0
  while (( i < CURRENT )); do
    word=\${words[i]}
    (( i++ ))
    case "$word" in
      (--) return 1 ;;
      (--*=*) ;;
      (-?*)
        if _lno_value "$name $word"; then
          if (( i == CURRENT )); then
            _lno_show
            return
          fi
          kind= found=()
          (( i++ ))
        fi
        ;;
      (*)
        case "\${name:+$name }$word" in
          (${helpers.join('|') || "''"}) about=$word ;;
          (${namesOf(words).map(quoted).join('|')}) name="\${name:+$name }$word" ;;
          (*) (( args++ )) ;;
        esac
        ;;
    esac
  done
  case "$PREFIX" in
    (--*=*)
      _lno_value "$name \${PREFIX%%=*}" && compset -P '*=' && _lno_show
      return
      ;;
    (-*) _lno_flags "\${about:-$name}" ;;
    (*) _lno_words "$about:$name:$args" ;;
  esac
  _lno_show
}

_lno_show() {
  case "$kind" in
    (file) _files ;;
    (folder) _files -/ ;;
    (text) return 1 ;;
    (*) (( \${#found} )) && _describe lno found ;;
  esac
}

if [[ \${funcstack[1]} == _lno ]]; then _lno "$@"; else compdef _lno lno; fi
`
}
