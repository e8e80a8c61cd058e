import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A new folder (0700) that goes away when the running test has ended. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lno-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
