import { readFileSync } from 'node:fs'

/** A fenced block of a page: ```` ```console test exit=1 ````. */
export interface Fenced {
  /** Line of the opening fence, from 1. */
  readonly line: number
  /** First word of the info string: `console`. */
  readonly language: string
  /** The words behind it: `['test', 'exit=1']`. */
  readonly words: readonly string[]
  readonly text: string
}

/** The fenced blocks of a Markdown file in order. Blocks that are indented, as within lists, are not looked at. */
export function fencedBlocks(path: string): readonly Fenced[] {
  const blocks: Fenced[] = []
  let open: { line: number; fence: string; info: string; lines: string[] } | undefined
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((text, index) => {
      if (open === undefined) {
        const match = /^(`{3,})([^`]*)$/.exec(text)
        if (match) open = { line: index + 1, fence: match[1]!, info: match[2]!, lines: [] }
      } else if (text.trimEnd() === open.fence) {
        const [language = '', ...words] = open.info.trim().split(/\s+/)
        blocks.push({ line: open.line, language, words, text: open.lines.join('\n') })
        open = undefined
      } else open.lines.push(text)
    })
  if (open !== undefined) throw new Error(`${path}:${open.line}: the fenced block does not end`)
  return blocks
}

/** One command of a `console` block and what it printed. */
export interface Transcript {
  readonly command: string
  readonly output: string
}

/** Splits a `console` block: a line that begins with `$ ` is a command, a line with `> ` behind it goes on with it. */
export function transcript(text: string): readonly Transcript[] {
  const commands: { command: string; output: string[] }[] = []
  for (const line of text.split('\n')) {
    const last = commands.at(-1)
    if (line.startsWith('$ ')) commands.push({ command: line.slice(2), output: [] })
    else if (last === undefined) throw new Error(`output before the first command: ${line}`)
    else if (line.startsWith('> ') && last.output.length === 0) last.command += `\n${line.slice(2)}`
    else last.output.push(line)
  }
  return commands.map(({ command, output }) => ({ command, output: output.join('\n').trimEnd() }))
}

/**
 * True when `actual` reads as the page says. In the page `…` stands for any text within a line, and a line of `…` alone
 * for any number of lines: for times, keys and what would be too long. White space at the end of lines does not count.
 */
export function reads(actual: string, page: string): boolean {
  const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const lines = page.split('\n').map((line) => line.trimEnd())
  const pattern = lines
    .map((line, index) => {
      const end = index === lines.length - 1 ? '' : '\n'
      if (line.trim() === '…') return end === '' ? '[\\s\\S]*' : '(?:.*\n)*'
      return line.split('…').map(literally).join('.*') + end
    })
    .join('')
  return new RegExp(`^${pattern}$`).test(actual.replace(/[ \t]+$/gm, '').trimEnd())
}
