import { defineConfig } from 'vitest/config'
import rules from './conformance/rules.json' with { type: 'json' }

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/long/**'],
    // Every rule of the specification is a tag; a test that names an unknown one fails.
    tags: rules.map((rule) => ({ name: rule.id })),
    strictTags: true,
  },
})
