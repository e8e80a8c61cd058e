import { escapeForDisplay } from '../../base/display.js'

/**
 * A sentence of ours that may hold text of strangers, as one printable line. Unlike `escapeForDisplay` it leaves
 * backslashes alone: a part of it may have been escaped before.
 */
export function oneLine(text: string): string {
  return escapeForDisplay(text).replaceAll('\\\\', '\\')
}

/** Width to wrap at. Output that goes to no terminal is wrapped like one of 80 columns (help) or not at all. */
export function widthOf(columns: number | undefined, otherwise = Number.POSITIVE_INFINITY): number {
  return columns === undefined || columns <= 0 ? otherwise : Math.max(columns, 20)
}

/**
 * `text` in lines of at most `width` characters, broken at spaces, each line but the first indented. A word longer than
 * a line stays whole: a key or a string that is broken in two cannot be copied.
 */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      const room = lines.length === 0 ? width : width - indent.length
      if (line !== '' && line.length + 1 + word.length > room) {
        lines.push(line)
        line = word
      } else {
        line = line === '' ? word : `${line} ${word}`
      }
    }
    lines.push(line)
  }
  return lines.map((line, i) => (i === 0 || line === '' ? line : indent + line)).join('\n')
}

/** A label and its value, below each other as two columns; where there is no room for two, the value goes below. */
export function columnsOf(
  rows: readonly (readonly [label: string, value: string])[],
  width: number,
  decorate: (label: string) => string = (label) => label,
): string {
  const widest = rows.reduce((most, [label]) => Math.max(most, label.length), 0)
  const narrow = width < widest + 24
  return rows
    .map(([label, value]) => {
      if (value === '') return decorate(label)
      if (narrow) return `${decorate(label)}\n  ${wrap(value, width - 2, '  ')}`
      const gap = ' '.repeat(widest + 2 - label.length)
      const indent = ' '.repeat(widest + 2)
      return decorate(label) + gap + wrap(value, width - indent.length, '').replaceAll('\n', `\n${indent}`)
    })
    .join('\n')
}

/** The command with its string in place, or a placeholder for a string too long to be read in a line. */
export function withString(command: string, text: string, placeholder = 'STRING'): string {
  const safe = /^[a-zA-Z0-9]{1,200}$/.test(text)
  return `${command} ${safe ? text : placeholder}`
}
