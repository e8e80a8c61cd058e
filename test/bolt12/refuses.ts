import { expect, test } from 'vitest'
import { type Records, sorted } from '../../scripts/lib/lno-vectors/records.js'
import type { Bolt12Code } from '../../src/bolt12/codes.js'
import { decodeStream } from '../../src/bolt12/decode.js'
import { inspect } from '../../src/bolt12/inspect.js'
import type { Bolt12Message, Layout, MessageStream } from '../../src/bolt12/layout.js'
import { judge, type ReadContext, type Rule } from '../../src/bolt12/rules/rule.js'
import { codeOf } from '../support/code-of.js'

export { type Records, sorted }

/** What a reader with these rules makes of bytes: `accepted` or the first code. */
export function verdictOf<M extends MessageStream, C extends string = Bolt12Code>(
  layout: Layout<M, C>,
  bytes: Uint8Array,
  context: ReadContext,
  rules: readonly Rule<M, C>[] = layout.rules,
): string {
  const decoded = codeOf(() => decodeStream(layout, bytes, {}, rules))
  if (decoded !== 'accepted') return decoded
  const message = decodeStream(layout, bytes, {}, rules)
  return rules.flatMap((rule) => judge(rule, message, layout.table, context).issues)[0]?.code ?? 'accepted'
}

/**
 * Declares for one rule of a message: the least that it refuses, which no other rule does, and its nearest neighbour that
 * is accepted.
 */
export function refusals<M extends Bolt12Message>(
  layout: Layout<M>,
  context: ReadContext,
  write: (records: Records) => Uint8Array = sorted,
) {
  return (id: string, title: string, code: string, refused: Records, accepted: Records): void => {
    test(`${id}: ${title} is refused`, { tags: [id] }, () => {
      expect(verdictOf(layout, write(accepted), context), 'the neighbour').toBe('accepted')
      expect(verdictOf(layout, write(refused), context), 'the counter-example').toBe(code)
      const others = layout.rules.filter((rule) => rule.code !== code)
      expect(others, 'one rule has the code').toHaveLength(layout.rules.length - 1)
      expect(verdictOf(layout, write(refused), context, others), 'without the rule').toBe('accepted')
      const { issues } = inspect(write(refused), { as: layout.kind, context })
      expect(issues.map((issue) => [issue.code, issue.rule])).toEqual([[code, id]])
    })
  }
}
