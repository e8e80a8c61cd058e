import { withNode } from './daemon/client.js'
import { parseAmount, parseCount, parseExpiry, parsePath } from './daemon/options.js'
import { refundText } from './daemon/refund-text.js'
import { QR, showString } from './daemon/show-string.js'
import { defineCommand } from './frame/command.js'
import { usage } from './frame/exit.js'

export const command = defineCommand({
  description:
    'Makes a stand-alone invoice_request at the running node and keeps it there: an offer to send money, as a refund or a cash machine makes one. Who gets the string answers with an invoice, and the first valid one is paid, at once and without a question: making the refund is the answer to it. It is paid once; later invoices get an invoice_error. Without a wallet the invoice is kept and not paid.\n\nWithout --path it names the id of the node, and invoices must be able to reach it. With --path A,B they come over A, which passes on to B, which passes on to this node: who claims it learns A and nothing else.',
  args: {},
  options: {
    amount: { value: 'MSAT', required: true, parse: parseAmount, summary: '10000 (msat) or 10sat' },
    description: { value: 'TEXT', required: true, summary: 'what the money is for' },
    issuer: { value: 'TEXT', summary: 'who sends it: shop@example.com, or a name' },
    note: { value: 'TEXT', summary: 'a note to whoever is paid' },
    expiry: { value: 'WHEN', parse: parseExpiry, summary: '1h, 7d, 2027-01-31, or Unix seconds' },
    label: { value: 'TEXT', summary: 'a name of your own, which nobody else sees' },
    path: {
      value: 'A,B',
      many: true,
      parse: parsePath,
      summary: 'node ids of a way to this node, its first node first',
    },
    dummyHops: {
      value: 'COUNT',
      parse: parseCount(0, 10),
      summary: 'with --path: hops to this node itself, to hide how long paths are',
    },
    qr: QR,
  },
  examples: [
    'lno refund create --amount 10sat --description "Refund of order 7"',
    'lno refund create --amount 10sat --description "Refund of order 7" --path 02… --expiry 7d',
  ],
  run: async (context) => {
    const { options, io, json, warn, next } = context
    const { amount, description, issuer, note, expiry, label, dummyHops, path } = options
    // Without a path they would do nothing, and the refund would name the node that they were to hide.
    if (dummyHops !== undefined && path.length === 0) throw usage('--dummy-hops needs --path')
    const expiresAt = expiry?.(io.now())
    return withNode(context, async (node) => {
      const refund = await node.call('refund.create', {
        amount_msat: amount.toString(),
        description,
        ...(issuer !== undefined && { issuer }),
        ...(note !== undefined && { payer_note: note }),
        ...(expiresAt !== undefined && { absolute_expiry: expiresAt.toString() }),
        ...(label !== undefined && { label }),
        ...(path.length > 0 && { paths: path.map((nodes) => [...nodes]) }),
        ...(dummyHops !== undefined && { dummy_hops: dummyHops }),
      })
      const withoutCode = await showString(context, refund, options.qr, refundText)
      for (const warning of refund.warnings) warn(warning)
      if (!json && expiresAt !== undefined && expiresAt * 1000n <= io.now()) {
        warn('the refund has expired already: no invoice for it will be taken')
      }
      // The refund is made and stands there: no reason to end as if it were not.
      if (withoutCode) warn(`no QR code: ${withoutCode.message}`)
      next(`lno refund show ${refund.refund_id.slice(0, 16)}`)
    })
  },
})
