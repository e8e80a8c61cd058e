import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { filesBelow } from '../../scripts/lib/files.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** One concept a file: what is longer holds two. */
const MOST_LINES = 450

test('every folder of src says in its README what it is', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map(({ name }) => name).filter((name) => !existsSync(join(ROOT, 'src', name, 'README.md')))).toEqual(
    [],
  )
})

test(`no source file is longer than ${MOST_LINES} lines`, () => {
  const long = filesBelow(join(ROOT, 'src'), '.ts').filter(
    (path) => readFileSync(path, 'utf8').split('\n').length > MOST_LINES + 1,
  )
  expect(long.map((path) => relative(ROOT, path))).toEqual([])
})

test('relative links of pages lead to files', () => {
  const pages = [
    ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
    ...['docs', 'src', 'conformance', 'vectors'].flatMap((folder) =>
      filesBelow(join(ROOT, folder), '.md').map((path) => relative(ROOT, path)),
    ),
  ].filter((page) => !page.startsWith(join('docs', 'api')))
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '')
    return [...text.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
      .filter(([, target]) => !existsSync(join(ROOT, page, '..', target!)))
      .map(([, target]) => `${page}: ${target}`)
  })
  expect(broken).toEqual([])
})

test('the lock file knows the packages of every platform (npm run lock)', () => {
  interface Lock {
    readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>
  }
  const { packages }: Lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const names = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')))
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
  expect(wanted.filter((name) => !names.has(name))).toEqual([])
})
