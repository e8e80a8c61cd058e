import '../support/use-toy.js'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import { answeredTypes, type Cell, playDirect, playOver } from './matrix.js'
import { cellText, generationsPage, type Played } from './page.js'
import { EMULATED, LNO, PARTIES, type Party, party, SINGLE } from './parties.js'

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'generations.md')

/** Writes the page instead of comparing it: `npm run docs:generations`. */
const isWriting = process.env.LNO_WRITE_DOCS === '1'

let played: Played
beforeAll(async () => {
  const direct = await playDirect('bitcoin')
  const regtest = await playDirect('regtest')
  const over: Played['over'][number][] = []
  for (const relay of PARTIES) over.push({ relay, cells: await playOver(relay) })
  played = { direct, regtest, over }
}, 120_000)

const of = (cells: readonly Cell[], requester: string, responder: string): Cell =>
  cells.find((cell) => cell.requester.name === requester && cell.responder.name === responder)!

/** The types that a party passes on. */
function typesOf({ name, make }: Party): readonly number[] {
  const { generations = GENERATIONS } = make((length) => new Uint8Array(length).fill(1)).options
  expect(generations.length, name).toBeGreaterThan(0)
  return generations.map(({ messageType }) => messageType)
}

describe('what was seen between releases', () => {
  test.each([
    ['v0.10.2', 'v0.10.2', '387 + 385', '387 + 385'],
    ['v0.10.2', 'v0.11', '387', '387 refused'],
    ['v0.10.2', 'v22.11', '–', '–'],
    ['v0.11', 'v0.10.2', '387', '387 invoice refused'],
    ['v0.11', 'v0.11', '513 + 387', '513 + 387'],
    ['v0.11', 'v22.11', '–', '–'],
    ['v22.11', 'v0.10.2', '–', '–'],
    ['v22.11', 'v0.11', '–', '–'],
    ['v22.11', 'v22.11', '513', '513'],
    // One form at a time.
    ['obs', 'v0.10.2', '385', '385'],
    ['obs', 'v0.11', '–', '–'],
    ['obs', 'v22.11', '–', '–'],
    ['obs2', 'v0.10.2', '387', undefined],
    ['obs2', 'v0.11', '387', '387'],
    ['obs2', 'v22.11', '–', '–'],
    ['modern-uncounted', 'v0.10.2', '–', '–'],
    ['modern-uncounted', 'v0.11', '513', '513'],
    ['modern-uncounted', 'v22.11', '–', '–'],
    ['modern', 'v0.10.2', '–', '–'],
    ['modern', 'v0.11', '–', '–'],
    ['modern', 'v22.11', '513', '513'],
  ])('%s asks %s: %s on bitcoin, %s on regtest', (requester, responder, bitcoin, regtest) => {
    expect(cellText(of(played.direct, requester, responder))).toBe(bitcoin)
    if (regtest !== undefined) expect(cellText(of(played.regtest, requester, responder))).toBe(regtest)
  })
})

describe('a node of ours', () => {
  // A node that takes the uncounted 513 alone for offers of 2021 was never released: the policy does not send it.
  const issuers = PARTIES.map(({ name }) => name).filter((name) => name !== 'modern-uncounted')
  test.each(issuers)('gets an invoice from %s, on every chain', (responder) => {
    expect(of(played.direct, 'lno', responder).end).toBe('invoice')
    expect(of(played.regtest, 'lno', responder).end).toBe('invoice')
  })

  test('answers every form', () => {
    for (const { name } of [...SINGLE, LNO]) expect(of(played.direct, name, 'lno').end, name).toBe('invoice')
    expect(of(played.direct, 'v22.11', 'lno').end).toBe('invoice')
  })
})

describe('every cell', () => {
  const all = () => [played.direct, played.regtest, ...played.over.map(({ cells }) => cells)].flat()

  test('tells of one end', () => {
    for (const { end, invoices } of all()) expect(invoices).toBe(end === 'invoice' ? 1 : 0)
  })

  test('has one promise at most, whatever the number of copies', () => {
    for (const { promises } of all()) expect(promises.length).toBeLessThanOrEqual(1)
  })

  test('answers each copy in its own type, and all with the bytes of the one invoice that was promised', () => {
    for (const cell of all()) {
      const byType = (a: { readonly type: number }, b: { readonly type: number }) => b.type - a.type
      const expected = answeredTypes(cell).map((type) => ({ type, invoice: cell.promises[0] }))
      const where = `${cell.requester.name} asks ${cell.responder.name} over ${cell.relay?.name ?? 'nobody'}`
      expect([...cell.answers].sort(byType), where).toEqual(expected.sort(byType))
    }
    expect(all().filter(({ answers }) => answers.length === 2).length).toBeGreaterThan(5)
  })

  test('over a relay holds the copies of the direct one that the relay passes on', () => {
    for (const { relay, cells } of played.over) {
      const types = typesOf(relay)
      for (const cell of cells) {
        const direct = of(played.direct, cell.requester.name, cell.responder.name)
        const expected = answeredTypes(direct).filter((type) => types.includes(type))
        const where = `${cell.requester.name} asks ${cell.responder.name} over ${relay.name}`
        expect(answeredTypes(cell), where).toEqual(expected)
      }
    }
  })
})

test('the page says what was seen', () => {
  const page = generationsPage(played)
  if (isWriting) writeFileSync(PAGE, page)
  expect(readFileSync(PAGE, 'utf8')).toBe(page)
})

test('the emulated releases are parties', () => {
  expect(EMULATED.map(({ name }) => name)).toEqual(['v0.10.2', 'v0.11', 'v22.11'])
  expect(() => party('v0.9')).toThrow('no party')
})
