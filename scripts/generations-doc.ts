// npm run docs:generations: plays the matrix of wire forms and writes docs/generations.md. Exit 1 when a cell is not what it must be.
import { spawnSync } from 'node:child_process'
import { ROOT, tool } from './lib/run.js'

const { status } = spawnSync(tool('vitest'), ['run', 'test/generations/matrix.test.ts'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, LNO_WRITE_DOCS: '1' },
})
process.exitCode = status ?? 1
