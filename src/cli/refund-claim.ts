import { isLnoError } from '../base/error.js'
import { decodeInvoiceRequest } from '../bolt12/decode.js'
import { fromPasted } from '../bolt12/pasted.js'
import type { ClaimProgress } from '../node/refunds/claim.js'
import { openNode } from './daemon/client.js'
import { failureLines, progressText } from './daemon/fetch-text.js'
import { parseCount, parseDurationIn, SCID, VIA } from './daemon/options.js'
import { formatMsat, shortId } from './daemon/text.js'
import { defineCommand } from './frame/command.js'
import { cliError } from './frame/exit.js'

export const command = defineCommand({
  description:
    'Makes an invoice for a stand-alone invoice_request of somebody, an offer to send money, keeps it at the running node, and sends it. Payers of today pay at once, and then that is said. Otherwise nobody acknowledges an invoice: it is sent when the message has left and no invoice_error has come back within --timeout, and once it is paid lno invoice show says so.\n\nA way over which the message does not leave is followed by another one, with the same invoice; so is this command when it is run again, as long as that invoice is open.',
  args: { refund: { summary: 'a refund: lnr1…, or a lightning: URI that holds one', stdin: true } },
  options: {
    via: VIA,
    scid: SCID,
    attempts: { value: 'COUNT', parse: parseCount(1, 10), default: '3', summary: 'how many ways to try' },
    timeout: {
      value: 'TIME',
      parse: parseDurationIn(100, 600_000, 'from 100ms to 10m'),
      default: '5s',
      summary: 'how long to wait for the money, or an invoice_error',
    },
    verbose: { short: 'v', summary: 'tell of each message' },
  },
  examples: ['lno refund claim lnr1…', 'lno refund claim lnr1… --via 02…@127.0.0.1:9735 --timeout 20s'],
  endsOnSignal: true,
  run: async (context) => {
    const { args, options, signal, note, result, next, json } = context
    // Here too, so that what cannot be read is said without a node.
    decodeInvoiceRequest(fromPasted(args.refund))
    const onProgress = (progress: ClaimProgress) => {
      const line = progressText(progress, options.verbose)
      if (line !== undefined) note(line)
    }
    const node = await openNode(context)
    try {
      const claimed = await node.call(
        'refund.claim',
        {
          refund: args.refund.trim(),
          via: [...options.via],
          scids: [...options.scid],
          attempts: options.attempts,
          timeout_ms: options.timeout,
        },
        // A node of this protocol version says nothing else.
        { signal, onProgress: (progress) => onProgress(progress as ClaimProgress) },
      )
      result(claimed, () => {
        const amount = `${formatMsat(BigInt(claimed.amount_msat))} for refund ${shortId(claimed.refund_id)}`
        if (claimed.paid) return `Paid: ${amount}`
        const what = `${claimed.again ? 'The invoice was sent again' : 'An invoice was sent'}, no error came back`
        const waited = `${claimed.waited_ms / 1000} s`
        return `${what} within ${waited}: ${amount}`
      })
      next(claimed.paid ? 'lno account list' : `lno invoice show ${claimed.payment_hash.slice(0, 16)}`)
    } catch (error) {
      if (signal.aborted) throw cliError('INTERRUPTED', `stopped by ${String(signal.reason)}`)
      if (isLnoError(error) && !json) for (const line of failureLines(error, 'lno refund claim LNR')) note(line)
      throw error
    } finally {
      node.close()
    }
  },
})
