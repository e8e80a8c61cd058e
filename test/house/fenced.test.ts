import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fencedBlocks, reads, transcript } from '../support/fenced.js'

function blocksOf(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'lno-fenced-'))
  try {
    writeFileSync(join(folder, 'page.md'), text)
    return fencedBlocks(join(folder, 'page.md'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('fenced blocks of pages', () => {
  test('have a language, words, a line and their text', () => {
    expect(blocksOf('one\n```console test exit=1\n$ lno\n\nx\n```\n````\n```\n````\n')).toEqual([
      { line: 2, language: 'console', words: ['test', 'exit=1'], text: '$ lno\n\nx' },
      { line: 7, language: '', words: [], text: '```' },
    ])
  })

  test('must end', () => {
    expect(() => blocksOf('```sh\nx\n')).toThrow('does not end')
  })
})

describe('transcripts', () => {
  test('are commands with what each printed', () => {
    expect(transcript('$ a \\\n>   b\none\ntwo\n$ c')).toEqual([
      { command: 'a \\\n  b', output: 'one\ntwo' },
      { command: 'c', output: '' },
    ])
  })

  test('begin with a command', () => {
    expect(() => transcript('one\n$ a')).toThrow('before the first command')
  })
})

describe('the output of a command', () => {
  test.each([
    ['word by word', 'one (1.5 s)\ntwo\n', 'one (1.5 s)\ntwo'],
    ['with … for a part of a line', 'took 12 ms', 'took … ms'],
    ['with a line of … for lines', 'a\nb\nc\nd', 'a\n…\nd'],
    ['with a line of … for no line', 'a\nd', 'a\n…\nd'],
    ['with … for the rest', 'a\nb\nc', 'a\n…'],
    ['without blanks at the ends of lines', 'a  \nb', 'a\nb'],
  ])('reads as the page, %s', (_, actual, page) => {
    expect(reads(actual, page)).toBe(true)
  })

  test.each([
    ['another word', 'one', 'two'],
    ['a pattern taken literally', 'axb', 'a.b'],
    ['a line more', 'a\nb', 'a'],
    ['a line less', 'a', 'a\nb'],
    ['… over the end of a line', 'a\nb', 'a…b'],
  ])('does not read as the page with %s', (_, actual, page) => {
    expect(reads(actual, page)).toBe(false)
  })
})
