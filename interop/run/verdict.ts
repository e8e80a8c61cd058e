import type { KnownDifference } from '../scenarios/known.js'
import type { Scenario } from '../scenarios/scenario.js'
import type { Played } from './play.js'
import type { Cell } from './result.js'

/**
 * The outcome of a cell, from what was seen, what the specification wants, and what is known to differ.
 * @param asker the driver in whose words a failure is told: the payer, of a refund the payee
 */
export function judge(
  { expect, title }: Pick<Scenario, 'expect' | 'title'>,
  asker: string,
  played: Played,
  known: KnownDifference | undefined,
): Pick<Cell, 'outcome' | 'observed' | 'reason' | 'link'> {
  const { kind, amountMsat, code, broken } = played
  const observed = [played.observed, ...broken].join('; ')
  const wrong: string[] = [...broken]
  if (!expect.kinds.includes(kind)) wrong.push(`${kind} instead of ${expect.kinds.join(' or ')}`)
  else if (kind === 'invoice' && expect.amountMsat !== undefined && amountMsat !== expect.amountMsat) {
    wrong.push(`${amountMsat} msat instead of ${expect.amountMsat}`)
  } else if (kind !== 'invoice') {
    const wanted = asker === 'lno' ? expect.code : expect.codes?.[asker]
    if (wanted !== undefined && code !== wanted) wrong.push(`${code ?? 'no code'} instead of ${wanted}`)
    if (expect.text !== undefined && !played.observed.includes(expect.text)) wrong.push(`nothing of ${expect.text}`)
  }
  if (known !== undefined) {
    const { reason, link } = known
    if (shows(known, asker, played)) {
      // Where the specification's outcome is among those of the difference, the cell passes all the same.
      if (wrong.length === 0) return { outcome: 'pass', observed }
      return { outcome: 'known', observed, reason, ...(link !== undefined && { link }) }
    }
    if (wrong.length === 0 && !known.sometimes) {
      return {
        outcome: 'fail',
        observed,
        reason: `the known difference ${known.id} did not show: is it over? (${title})`,
      }
    }
  }
  if (wrong.length === 0) return { outcome: 'pass', observed }
  return { outcome: 'fail', observed, reason: wrong.join('; ') }
}

/** Whether it is that difference, and not another that ends the same. */
function shows(known: KnownDifference, asker: string, { kind, code, broken, refusedToRelay }: Played): boolean {
  const { kinds, codes, relayRefused } = known
  if (!kinds.includes(kind) || broken.length > 0) return false
  if (relayRefused && refusedToRelay === false) return false
  return codes === undefined || !(asker in codes) || codes[asker] === code
}

/** What had to happen, as a sentence. */
export function expectedText({ expect, action }: Pick<Scenario, 'expect' | 'action'>): string {
  if (action === 'connect') return 'the connection lasts'
  const [first, ...others] = expect.kinds.map((kind) => KIND_TEXT[kind])
  const amount = expect.amountMsat === undefined ? '' : ` over ${expect.amountMsat} msat`
  const verb = action === 'pay' ? ', which is paid' : ''
  return `${first}${first === KIND_TEXT.invoice ? amount + verb : ''}${others.map((other) => ` or ${other}`).join('')}`
}

const KIND_TEXT = {
  invoice: 'an invoice that holds against offer and request',
  invoice_error: 'an invoice_error',
  silence: 'silence',
  refused: 'a refusal before anything is sent',
} as const
