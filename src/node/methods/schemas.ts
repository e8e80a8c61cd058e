import * as v from 'valibot'
import { isLnoError } from '../../base/error.js'
import { parseAddress, parseNodeId } from '../addresses.js'
import { text } from '../control/index.js'
import { parseScidLink } from '../scids.js'

/** Text read by one of our parsers, whose sentence says what is wrong. */
function parsed<T>(most: number, parse: (given: string) => T) {
  return v.pipe(
    text(most),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value)
      } catch (error) {
        if (!isLnoError(error)) throw error
        addIssue({ message: error.message })
        return NEVER
      }
    }),
  )
}

/** A node id: 66 hex digits. */
export const nodeIdText = parsed(66, parseNodeId)

/** `HOST:PORT`, `ws://…` or `wss://…`. */
export const addressText = parsed(300, (given) => parseAddress(given))

/** `SCID=ID1,ID2`. */
export const scidText = parsed(200, parseScidLink)

/** Longest string of an offer: the longest message in bech32, with room for `+` and spaces. */
export const MAX_OFFER_TEXT = 120_000
