import { defineConfig } from 'vitest/config'
import { tagged } from './vitest.config.js'

/** What takes minutes: the same kinds of test as elsewhere, with many more runs. */
export default defineConfig({
  test: {
    ...tagged,
    include: ['test/long/**/*.test.ts'],
    passWithNoTests: true,
    globalSetup: ['test/support/fresh-dist.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
})
