import { escapeForDisplay } from '../../base/display.js'
import type { LnoError } from '../../base/error.js'
import { NODE_CODES } from '../../node/codes.js'
import { MESSENGER_CODES } from '../../node/messenger/codes.js'
import type { FetchProgress } from '../../node/payer/fetch.js'
import { formatMsat, shortId } from './text.js'

/** Of what can end a request; what is wrong with an offer says so in its own words. */
const CODES = { ...NODE_CODES, GENERATION_NOT_SPOKEN: MESSENGER_CODES.GENERATION_NOT_SPOKEN } as const

/** How far a request is, in a sentence. `loud` tells of each message and its form; otherwise only of attempts and problems. */
export function progressText(progress: FetchProgress, loud: boolean): string | undefined {
  switch (progress.step) {
    case 'attempt': {
      const way =
        progress.route.length === 0 ? 'from this node itself' : `over ${progress.route.map(shortId).join(' → ')}`
      const back = progress.reply === 'self' ? 'reply path: this node alone' : 'reply path: the same way back'
      if (!loud && progress.attempt === 1) return undefined
      const forms = loud ? `, in the form ${progress.generations.join(', then ')}` : ''
      return `attempt ${progress.attempt} ${way} (${back})${forms}`
    }
    case 'sent':
      return loud ? `${copyText(progress)}: the message has left to ${peerText(progress.to)}` : undefined
    case 'received':
      return loud ? `${copyText(progress)}: an ${progress.contents} came from ${peerText(progress.from)}` : undefined
    case 'problem':
      return `${copyText(progress, loud)}: ${progress.code}, ${progress.why}`
    case 'invoice':
      return loud ? `${copyText(progress)}: an invoice came, and every check passed` : undefined
  }
}

/** Which message of which attempt. Today's form goes without saying; nodes of an earlier version do not say any. */
function copyText(
  { attempt, generation }: { readonly attempt: number; readonly generation?: string },
  loud = true,
): string {
  const isSaid = generation !== undefined && (loud || generation !== 'modern')
  return `attempt ${attempt}${isSaid ? ` (${generation})` : ''}`
}

function peerText(peer: string | undefined): string {
  return peer === undefined ? 'this node itself' : shortId(peer)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What was asked for, as far as it tells why nobody answered. */
interface Asked {
  /** Wire forms that the user chose. */
  readonly generations?: readonly string[] | undefined
  /** It was an offer in the form of 2021. */
  readonly of2021?: boolean
}

/** What people do about a request that failed: one line each. The error's own line follows. */
export function failureLines(error: LnoError, command: string, asked: Asked = {}): readonly string[] {
  const { details = {}, code } = error
  if (code === 'INVOICE_ERROR' && isObject(details.invoice_error))
    return invoiceErrorLines(details.invoice_error, command)
  if (code === 'INVOICE_REFUSED' && Array.isArray(details.issues)) {
    const issues = details.issues.filter(isObject).map((issue) => {
      const rule = typeof issue.rule === 'string' ? ` (rule ${issue.rule})` : ''
      return `  ${String(issue.code)}: ${escapeForDisplay(String(issue.message))}${rule}`
    })
    return ['An invoice came that must not be paid:', ...issues]
  }
  if (code === 'NODE_NOT_RUNNING') return []
  const advice = Object.hasOwn(CODES, code) ? CODES[code as keyof typeof CODES].advice : undefined
  return [...(advice === undefined ? [] : [advice]), ...(code === 'SENT_NO_REPLY' ? silenceLines(asked) : [])]
}

/** Why messages may have been passed over that did arrive. */
function silenceLines({ generations, of2021 = false }: Asked): readonly string[] {
  if (generations !== undefined) {
    const forms = generations.join(', ')
    return [
      `It was asked in ${forms} alone, as --generation, LNO_GENERATION or the config file says; without, the offer tells.`,
    ]
  }
  if (!of2021) return []
  return [
    'An offer of 2021 is asked for in types 387 and 385, which only nodes that speak them pass on; of those of today, lno does. Name one with --via, or the issuer itself.',
  ]
}

/** The options that set what an issuer may suggest another value for, by the field's name in either form. */
const OPTIONS: Readonly<Partial<Record<string, '--amount' | '--quantity'>>> = {
  invreq_amount: '--amount',
  amount: '--amount',
  invreq_quantity: '--quantity',
  quantity: '--quantity',
}

function invoiceErrorLines(said: Readonly<Record<string, unknown>>, command: string): readonly string[] {
  const field = typeof said.field === 'string' ? said.field : undefined
  const type = typeof said.erroneous_field === 'string' ? said.erroneous_field : undefined
  const suggested = typeof said.suggested === 'string' ? said.suggested : undefined
  if (type === undefined) return []
  const about = `It is about ${field ?? `field ${type}`}.`
  if (suggested === undefined) return [about]
  const option = field === undefined ? undefined : OPTIONS[field]
  if (option === undefined || !/^\d+$/.test(suggested)) {
    return [`${about} It would accept ${escapeForDisplay(suggested)}.`]
  }
  const value = option === '--amount' ? formatMsat(BigInt(suggested)) : suggested
  return [`${about} It would accept ${value}; if you do too: ${command} ${option} ${suggested}`]
}
