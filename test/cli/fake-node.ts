import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { onTestFinished } from 'vitest'
import { startControl } from '../../src/node/control/index.js'
import { type MethodContext, method } from '../../src/node/control/method.js'
import { tempDir } from '../support/temp-dir.js'

export interface FakeNode {
  /** Options that name it. */
  readonly flags: readonly string[]
  /** What was called, in order. */
  readonly calls: readonly { readonly method: string; readonly params: unknown }[]
}

/** What a method of the fake node does: a result, or a function that gives one. */
export type Answer = object | ((params: Readonly<Record<string, unknown>>, context: MethodContext) => unknown)

/** A control socket that answers what a test wants; there is no node behind it. */
export async function fakeNode(answers: Readonly<Record<string, Answer>>): Promise<FakeNode> {
  const root = tempDir()
  const dir = join(root, 'regtest')
  mkdirSync(dir, { mode: 0o700 })
  const calls: { readonly method: string; readonly params: unknown }[] = []
  const control = await startControl({
    data: { dir, locked: true },
    hello: { version: '0.0.0', nodeId: '02'.repeat(33), network: 'regtest' },
    methods: Object.entries(answers).map(([name, answer]) =>
      method(name, v.record(v.string(), v.unknown()), async (params, context) => {
        calls.push({ method: name, params })
        return typeof answer === 'function' ? await answer(params, context) : answer
      }),
    ),
    onFault: (error) => {
      throw error
    },
  })
  onTestFinished(() => control.close())
  return { flags: ['--network', 'regtest', '--data-dir', root], calls }
}
