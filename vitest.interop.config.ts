import { defineConfig } from 'vitest/config'
import { tagged } from './vitest.config.js'

/** The lab, over real processes: drivers, live peers, saboteurs, containers. Peers are built where they must be, which takes minutes. */
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
    hookTimeout: 1_500_000,
  },
})
