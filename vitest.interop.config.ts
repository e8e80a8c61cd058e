import { defineConfig } from 'vitest/config'
import { tagged } from './vitest.config.js'

/** The lab: its drivers against hand-made answers, and containers where an engine answers. One file after the other. */
export default defineConfig({
  test: {
    ...tagged,
    include: ['test/interop/**/*.test.ts'],
    passWithNoTests: true,
    globalSetup: ['test/support/fresh-dist.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
