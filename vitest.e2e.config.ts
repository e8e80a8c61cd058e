import { defineConfig } from 'vitest/config'
import { tagged } from './vitest.config.js'

/** Real processes that run `dist`, one file after the other, so that the files do not slow each other down. */
export default defineConfig({
  test: {
    ...tagged,
    include: ['test/e2e/**/*.test.ts'],
    passWithNoTests: true,
    globalSetup: ['test/support/fresh-dist.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
