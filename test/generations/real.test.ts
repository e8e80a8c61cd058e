import { expect, test } from 'vitest'
import { play } from './matrix.js'
import { cellText } from './page.js'
import { party } from './parties.js'

/** Cells of the matrix once more, with the cryptography that is on the wire. */
const CELLS: readonly (readonly [requester: string, responder: string, relay: string | undefined, text: string])[] = [
  ['obs', 'obs', undefined, '385'],
  ['obs', 'obs', 'obs', '385'],
  ['obs2', 'obs2', undefined, '387'],
  ['obs2', 'obs2', 'obs2', '387'],
  ['modern-uncounted', 'modern-uncounted', undefined, '513'],
  ['modern-uncounted', 'modern-uncounted', 'modern', '513'],
  ['modern', 'modern', undefined, '513'],
  ['modern', 'modern', 'modern-uncounted', '513'],
  ['modern', 'modern-uncounted', undefined, '–'],
  ['obs2', 'obs', undefined, '–'],
  ['v0.10.2', 'v0.10.2', undefined, '387 + 385'],
  ['v0.10.2', 'v0.10.2', 'obs', '385'],
  ['v0.10.2', 'v0.11', 'obs2', '387'],
  ['v0.11', 'v0.11', 'v0.11', '513 + 387'],
  ['v0.11', 'v0.10.2', 'lno', '387'],
  ['v22.11', 'v22.11', 'v22.11', '513'],
  ['v0.11', 'v22.11', undefined, '–'],
  ['lno', 'v0.10.2', 'lno', '387 + 385'],
  ['lno', 'v0.11', 'v0.10.2', '387'],
  ['lno', 'v22.11', 'v0.11', '513'],
  ['v22.11', 'lno', 'lno', '513'],
]

test.each(CELLS)('%s asks %s over %s: %s', async (requester, responder, relay, text) => {
  const place = { requester: party(requester), responder: party(responder), relay: relay && party(relay) }
  const cell = await play({ ...place, relay: place.relay || undefined, network: 'bitcoin' })
  expect(cellText(cell)).toBe(text)
  expect(cell.answers.map(({ invoice }) => invoice)).toEqual(cell.answers.map(() => cell.promises[0]))
})
