import { describe, expect, test } from 'vitest'
import { collectReplays } from './collect.js'

for (const { file, cases, problem } of await collectReplays()) {
  describe(file, () => {
    test('is replayed, every case of it', () => {
      expect(problem).toBeUndefined()
      expect(new Set(cases.map(({ name }) => name)).size, 'each case has its own name').toBe(cases.length)
    })
    for (const { name, run } of cases) test(name, run)
  })
}
