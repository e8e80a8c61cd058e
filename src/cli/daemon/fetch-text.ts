import { escapeForDisplay } from '../../base/display.js'
import type { LnoError } from '../../base/error.js'
import { NODE_CODES } from '../../node/codes.js'
import type { FetchProgress } from '../../node/payer/fetch.js'
import { formatMsat, shortId } from './text.js'

/** How far a request is, in a sentence. `loud` tells of each message; otherwise only of attempts and problems. */
export function progressText(progress: FetchProgress, loud: boolean): string | undefined {
  switch (progress.step) {
    case 'attempt': {
      const way =
        progress.route.length === 0 ? 'from this node itself' : `over ${progress.route.map(shortId).join(' → ')}`
      const back = progress.reply === 'self' ? 'reply path: this node alone' : 'reply path: the same way back'
      if (!loud && progress.attempt === 1) return undefined
      return `attempt ${progress.attempt} ${way} (${back})`
    }
    case 'left':
      return loud ? `attempt ${progress.attempt}: the message has left` : undefined
    case 'problem':
      return `attempt ${progress.attempt}: ${progress.code}, ${progress.why}`
    case 'invoice':
      return loud ? `attempt ${progress.attempt}: an invoice came, and every check passed` : undefined
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What people do about a request that failed: one line each. The error's own line follows. */
export function failureLines(error: LnoError, command: string): readonly string[] {
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
  const advice = Object.hasOwn(NODE_CODES, code) ? NODE_CODES[code as keyof typeof NODE_CODES].advice : undefined
  return advice === undefined ? [] : [advice]
}

function invoiceErrorLines(said: Readonly<Record<string, unknown>>, command: string): readonly string[] {
  const field = typeof said.field === 'string' ? said.field : undefined
  const type = typeof said.erroneous_field === 'string' ? said.erroneous_field : undefined
  const suggested = typeof said.suggested === 'string' ? said.suggested : undefined
  if (type === undefined) return []
  const about = `It is about ${field ?? `field ${type}`}.`
  if (suggested === undefined) return [about]
  const option = field === 'invreq_amount' ? '--amount' : field === 'invreq_quantity' ? '--quantity' : undefined
  if (option === undefined || !/^\d+$/.test(suggested)) {
    return [`${about} It would accept ${escapeForDisplay(suggested)}.`]
  }
  const value = option === '--amount' ? formatMsat(BigInt(suggested)) : suggested
  return [`${about} It would accept ${value}; if you do too: ${command} ${option} ${suggested}`]
}
