import registry from '../../../conformance/rules.json' with { type: 'json' }
import { expectEqual } from '../lno.js'
import { defineReplay } from '../replay.js'

interface RuleJson {
  readonly id: string
  readonly level: string
  readonly rule: string
}

/** Not vectors, but what the rules that they name say: the same as the registry. */
export default defineReplay('lno/rules.json', (json) =>
  (json as unknown as readonly RuleJson[]).map(({ id, level, rule }) => ({
    name: `${id} is in the registry`,
    run: () => {
      const found = registry.find((each) => each.id === id)
      expectEqual([level, rule], [found?.level, found?.rule], id)
    },
  })),
)
