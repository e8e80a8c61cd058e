import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Cell, Report } from '../run/result.js'
import { sentence } from './bounds.js'

/** The last full run, as it is committed: what `docs/interop.md` is written from. */
export const LAST_RUN = fileURLToPath(new URL('../results/last.json', import.meta.url))

/** Bytes of `LAST_RUN` at most: it is kept in every clone. */
export const MAX_LAST = 1024 * 1024

/** Characters of a sentence in it. */
const MAX_TEXT = 400

/** The last full run, or undefined before the first one. */
export function lastRun(): Report | undefined {
  return existsSync(LAST_RUN) ? (JSON.parse(readFileSync(LAST_RUN, 'utf8')) as Report) : undefined
}

/**
 * A report as it is committed: without files, its sentences bounded and printable, a cell a line so that two runs can be
 * compared with `git diff`.
 * @throws Error when it is larger than `MAX_LAST` even so
 */
export function lastRunJson(report: Report): string {
  const cells = report.cells.map((cell): Cell => {
    // Node ids are new in every run.
    const { nodes: _, ...rest } = cell
    return bounded({ ...rest, files: [] })
  })
  const { cells: __, ...head } = report
  const lines = cells.map((cell) => JSON.stringify(cell)).join(',\n')
  const text = `${JSON.stringify(bounded(head), undefined, 1).slice(0, -2)},\n "cells": [\n${lines}\n]}\n`
  const size = Buffer.byteLength(text)
  if (size > MAX_LAST) throw new Error(`the run takes ${size} bytes, at most ${MAX_LAST} are committed`)
  return text
}

/** The same value with every text in it bounded and printable. */
function bounded<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'string' ? sentence(member, MAX_TEXT) : member,
    ),
  )
}
