import { statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type CaptureEntry, type CaptureHeader, readCaptureFile } from '../../src/node/capture/index.js'
import { type TestNode, useLab } from '../support/e2e/lab.js'

/** A merchant, asked by a payer without a node, and both write down what they see. */

const lab = useLab()
let merchant: TestNode

beforeAll(async () => {
  merchant = await lab.startNode('merchant', { more: ['--capture', join(lab.root, 'merchant.capture')] })
})

async function read(name: string): Promise<readonly (CaptureHeader | CaptureEntry)[]> {
  const lines: (CaptureHeader | CaptureEntry)[] = []
  for await (const line of readCaptureFile(join(lab.root, name))) lines.push(line)
  return lines
}

const onions = (lines: readonly (CaptureHeader | CaptureEntry)[]) =>
  lines.flatMap((line) => (line.kind === 'message' && line.type === 513 ? [line] : []))

test('both sides of a fetch are captured, each in a file of its own, and they agree', async () => {
  const offer = (await merchant.json('offer', 'create', '--amount', '1000', '--description', 'Tea')).bolt12
  const file = join(lab.root, 'payer.capture')
  const { code, stderr } = await lab.lno(['fetch', offer, '--via', merchant.at(), '--capture', file, '--capture-keys'])
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^Warning: .*payer\.capture will hold the secret key of the node/m),
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)

  const [asked, answered] = [await read('payer.capture'), await read('merchant.capture')]
  expect(answered[0]).toMatchObject({ kind: 'header', network: 'regtest', nodeId: merchant.id })
  expect(asked.some(({ kind }) => kind === 'keys')).toBe(true)
  expect(answered.some(({ kind }) => kind === 'keys')).toBe(false)
  const flow = (side: readonly (CaptureHeader | CaptureEntry)[]) =>
    onions(side).map(({ dir, bytes }) => ({ dir, bytes: Buffer.from(bytes).toString('hex') }))
  expect(flow(asked).map(({ dir }) => dir)).toEqual(['out', 'in'])
  expect(flow(answered)).toEqual(flow(asked).map(({ dir, bytes }) => ({ dir: dir === 'out' ? 'in' : 'out', bytes })))
})

test('a capture never overwrites, and its keys are no option without it', async () => {
  const again = await lab.lno(['node', 'start', '--listen', 'none', '--capture', join(lab.root, 'merchant.capture')])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/^lno: CAPTURE_FAILED: .*EEXIST/) })
  const keys = await lab.lno(['node', 'start', '--listen', 'none', '--capture-keys'])
  expect(keys).toMatchObject({ code: 2, stderr: expect.stringContaining('--capture-keys needs --capture FILE') })
})
