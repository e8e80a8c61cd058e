import { configDefaults, defineConfig } from 'vitest/config'
import rules from './conformance/rules.json' with { type: 'json' }

/** Every rule of the specification is a tag; a test that names an unknown one fails. */
export const tagged = { tags: rules.map((rule) => ({ name: rule.id })), strictTags: true }

/** Unit tests and properties: everything but what needs real processes or much time. */
export default defineConfig({
  test: {
    ...tagged,
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/e2e/**', 'test/long/**', 'test/interop/**'],
    // A process for each of some 150 files costs ten seconds in all; nothing here needs one of its own.
    pool: 'threads',
    // One worker a core: left to itself, vitest keeps one core back, and that is half of a small machine.
    maxWorkers: '100%',
    // Not a budget: the machines of others are slow or busy, and a test that hangs still ends.
    testTimeout: 20_000,
  },
})
