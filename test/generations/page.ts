import type { CellResult } from './cell.js'

/** A cell as text: the types that were answered, and why others were not. */
export function cellText({ copies, end }: CellResult): string {
  const said = copies.flatMap(({ type, fate }) =>
    fate === 'lost' ? [] : [fate === 'answered' ? String(type) : `${type} ${fate}`],
  )
  if (said.length === 0) return '–'
  return end === 'invoice' ? said.join(' + ') : said.join(', ')
}
