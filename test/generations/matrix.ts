import type { ChainName } from '../../src/wire/chains.js'
import { type CellResult, playCell } from './cell.js'
import { PARTIES, type Party } from './parties.js'

/** Where a cell stands: who asks whom, over whom. */
export interface Place {
  readonly requester: Party
  readonly responder: Party
  readonly relay: Party | undefined
  readonly network: ChainName
}

export interface Cell extends CellResult, Place {}

/** Every pair, directly: on a chain that the old forms name, and on bitcoin, which they need not name. */
export async function playDirect(network: ChainName): Promise<readonly Cell[]> {
  const cells: Cell[] = []
  for (const requester of PARTIES) {
    for (const responder of PARTIES) cells.push(await play({ requester, responder, relay: undefined, network }))
  }
  return cells
}

/** Every pair over one relay, on bitcoin: there nothing but the messages decides. */
export async function playOver(relay: Party): Promise<readonly Cell[]> {
  const cells: Cell[] = []
  for (const requester of PARTIES) {
    for (const responder of PARTIES) cells.push(await play({ requester, responder, relay, network: 'bitcoin' }))
  }
  return cells
}

export async function play(place: Place): Promise<Cell> {
  const { relay, ...rest } = place
  return { ...(await playCell({ ...rest, ...(relay && { relay }) })), ...place }
}

/** Types of the copies that brought an invoice, in the order in which they were sent. */
export function answeredTypes({ copies }: CellResult): readonly number[] {
  return copies.flatMap(({ type, fate }) => (fate === 'answered' ? [type] : []))
}
