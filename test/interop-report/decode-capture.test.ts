import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodeCapture } from '../../interop/report/decode-capture.js'
import type { MessageStep, Step, Story } from '../../interop/report/story.js'
import { tempDir } from '../support/temp-dir.js'
import { FILES } from './fixture.js'

const NAMES = ['payee', 'payer', 'relay1'] as const
type Name = (typeof NAMES)[number]

/** The lines of a capture of the fixture. */
const linesOf = (name: Name): readonly string[] =>
  readFileSync(join(FILES, `${name}.capture`), 'utf8')
    .trim()
    .split('\n')

/** The story of the fixture, with some of its captures changed; `undefined` leaves one out. */
function story(changes: Partial<Record<Name, (lines: readonly string[]) => readonly string[] | undefined>> = {}) {
  const dir = tempDir()
  const paths = NAMES.flatMap((name) => {
    const lines = (changes[name] ?? ((same) => same))(linesOf(name))
    if (lines === undefined) return []
    const path = join(dir, `${name}.capture`)
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
    return [path]
  })
  return decodeCapture(paths)
}

const isMessage = (step: Step): step is MessageStep => step.kind === 'message'
const onions = ({ steps }: Story) => steps.filter(isMessage).filter(({ type }) => type === 513)

/** `payer > relay1` */
function route({ nodes }: Story, { from, to }: MessageStep): string {
  const name = (id: string) => nodes.find((node) => node.id === id)?.name ?? '?'
  return `${name(from)} > ${name(to)}`
}

/** The key line of every capture, as hex. */
const secrets = NAMES.map((name): string => {
  const line = linesOf(name).find((each) => each.includes('"keys"'))
  return JSON.parse(line ?? '').keys.node_key
})

test('the captures of three nodes are one story: each message once, from who sent it to who got it', async () => {
  const told = await story()
  expect(told.problems).toEqual([])
  expect(told.nodes.map(({ name, keyed }) => [name, keyed])).toEqual(NAMES.map((name) => [name, true]))
  expect(onions(told).map((step) => [route(told, step), step.seen])).toEqual([
    ['payer > relay1', 'both'],
    ['relay1 > payee', 'both'],
    ['payee > relay1', 'both'],
    ['relay1 > payer', 'both'],
  ])
  expect(told.steps.filter(isMessage).filter(({ name }) => name === 'init')).toHaveLength(4)
  expect(told.steps.map(({ at }) => at)).toEqual(told.steps.map(({ at }) => at).sort((a, b) => a - b))
})

test('onion messages are opened at each hop, and it is said where they went on', async () => {
  const told = await story()
  const [request, request2, invoice, invoice2] = onions(told)
  expect(request!.onion).toMatchObject({ kind: 'forward', packet: 1366, continues: told.steps.indexOf(request2!) })
  expect(invoice!.onion).toMatchObject({ kind: 'forward', continues: told.steps.indexOf(invoice2!) })
  expect(request2!.onion).toMatchObject({
    kind: 'deliver',
    localHops: 1,
    path_id: expect.stringMatching(/^[0-9a-f]+$/),
    reply_path: { first_node_id: told.nodes.find(({ name }) => name === 'relay1')?.id },
    contents: {
      type: '64',
      object: {
        type: 'bolt12 invoice_request',
        offer_description: 'Tea <b>with</b> milk',
        invreq_quantity: 2,
        invreq_payer_note: expect.stringContaining('</script><script>alert(1)'),
        valid: true,
      },
    },
  })
  expect(invoice2!.onion).toMatchObject({
    kind: 'deliver',
    contents: { type: '66', object: { type: 'bolt12 invoice', invoice_amount_msat: '20000', valid: true } },
  })
})

test('init says its features and networks in words', async () => {
  const init = (await story()).steps.filter(isMessage).find(({ name }) => name === 'init')
  expect(init?.holds).toMatchObject({
    features: expect.arrayContaining([expect.stringContaining('option_onion_messages')]),
    networks: ['regtest'],
  })
})

test('no key is part of the story', async () => {
  const text = JSON.stringify(await story())
  expect(secrets.filter((secret) => secret === undefined || text.includes(secret))).toEqual([])
})

const withoutKey = (lines: readonly string[]) => lines.filter((line) => !line.includes('"keys"'))

test('without the key of its receiver a message stays closed, and the others are opened', async () => {
  const told = await story({ relay1: withoutKey })
  expect(onions(told).map(({ onion }) => onion?.kind)).toEqual(['sealed', 'deliver', 'sealed', 'deliver'])
  expect(told.nodes.find(({ name }) => name === 'relay1')?.keyed).toBe(false)
})

test('a key that is not of its node opens nothing', async () => {
  const told = await story({
    relay1: (lines) => lines.map((line) => line.replace(/("node_key":")[0-9a-f]{64}/, `$1${'01'.repeat(32)}`)),
  })
  expect(onions(told)[0]?.onion?.kind).toBe('sealed')
})

test('a node without a capture still takes part, by its id', async () => {
  const told = await story({ relay1: () => undefined })
  expect(onions(told).map((step) => [route(told, step), step.seen, step.onion?.kind])).toEqual([
    ['payer > ?', 'sender', 'sealed'],
    ['? > payee', 'receiver', 'deliver'],
    ['payee > ?', 'sender', 'sealed'],
    ['? > payer', 'receiver', 'deliver'],
  ])
  expect(told.nodes).toHaveLength(3)
})

test('a message that left and never came is lost', async () => {
  const told = await story({ payee: (lines) => lines.filter((line) => !/"dir":"in".*"type":513/.test(line)) })
  expect(onions(told).map((step) => [route(told, step), step.seen])).toContainEqual(['relay1 > payee', 'lost'])
})

test('a message that was changed on its way is to be dropped, with the reason', async () => {
  const told = await story({
    relay1: (lines) =>
      lines.map((line) => (/"dir":"in".*"type":513/.test(line) ? line.replace(/..("\})$/, '00$1') : line)),
  })
  expect(onions(told).find(({ seen }) => seen === 'unsent')?.onion).toMatchObject({
    kind: 'drop',
    code: expect.stringMatching(/^[A-Z_]+$/),
  })
})

test('clocks that differ do not put an answer before its question', async () => {
  const order = (told: Story) => told.steps.filter(isMessage).map((step) => `${step.name} ${route(told, step)}`)
  const late = await story({
    relay1: ([header, ...lines]) => [
      header!.replace(/"started":"[^"]*"/, '"started":"2020-01-01T00:00:00.000Z"'),
      ...lines,
    ],
  })
  expect(order(late).filter((each) => each.startsWith('onion'))).toEqual([
    'onion_message payer > relay1',
    'onion_message relay1 > payee',
    'onion_message payee > relay1',
    'onion_message relay1 > payer',
  ])
})

test('what a killed node left is told as far as it goes', async () => {
  const dir = tempDir()
  const path = join(dir, 'relay1.capture')
  writeFileSync(path, linesOf('relay1').slice(0, 6).join('\n').slice(0, -5))
  copyFileSync(join(FILES, 'payer.capture'), join(dir, 'payer.capture'))
  writeFileSync(join(dir, 'payee.capture'), 'no capture\n')
  const told = await decodeCapture([
    path,
    join(dir, 'payer.capture'),
    join(dir, 'payee.capture'),
    join(dir, 'gone.capture'),
  ])
  expect(told.problems.map((text) => text.replace(/^(\S+: [A-Z_]+).*$/s, '$1'))).toEqual([
    'relay1.capture: CAPTURE_TRUNCATED',
    'payee.capture: CAPTURE_BAD_LINE',
    'gone.capture: CAPTURE_FAILED',
  ])
  expect(told.problems.join()).not.toContain(dir)
  expect(onions(told)).toHaveLength(2)
})
