import { defineConfig } from 'vitest/config'
import { tagged } from './vitest.config.js'

/** Live nodes of other implementations, built where they must be: the first run takes minutes. */
export default defineConfig({
  test: {
    ...tagged,
    include: ['test/interop/**/*.test.ts'],
    passWithNoTests: true,
    globalSetup: ['test/support/fresh-dist.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 1_500_000,
  },
})
