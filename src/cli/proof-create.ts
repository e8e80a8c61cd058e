import { randomBytes } from 'node:crypto'
import { decodeInvoice } from '../bolt12/decode.js'
import { INVOICE, type Invoice, type InvoiceMessage } from '../bolt12/invoice.js'
import { createPayerProof } from '../bolt12/proof/create.js'
import { type Guessable, type ProofField, type ProofPreview, previewPayerProof } from '../bolt12/proof/preview.js'
import type { FieldChoice } from '../bolt12/proof/selection.js'
import { withNode } from './daemon/client.js'
import { type Context, defineCommand } from './frame/command.js'
import { usage } from './frame/exit.js'
import { nearest } from './frame/nearest.js'
import type { Style } from './frame/style.js'
import { columnsOf, withString, wrap } from './frame/text.js'
import { KEY_FILE, readPreimage, readSecret } from './secrets.js'
import { fieldRows } from './show/fields.js'
import { readInput } from './show/input.js'
import type { Row } from './show/rows.js'
import { showText } from './show/values.js'

/** A field as people name it: `offer_description`, or its type. */
function readField(text: string): FieldChoice {
  if (/^\d{1,20}$/.test(text)) return BigInt(text)
  if (Object.hasOwn(INVOICE, text)) return text as keyof Invoice
  const near = nearest(text, Object.keys(INVOICE))
  throw usage(`an invoice has no field ${text}${near === undefined ? '' : `, did you mean ${near}?`}`)
}

/** Why hidden fields are not safe, as a sentence; nothing where they look safe. */
const WARNINGS: Readonly<Record<NonNullable<Guessable>, string>> = {
  none: 'the invoice has no metadata',
  short: 'the metadata of the invoice is shorter than 16 bytes',
  regular: 'the metadata of the invoice is not random',
}

function warningOf({ guessable }: ProofPreview): string | undefined {
  return guessable && `${WARNINGS[guessable]}: who sees the proof can find out what it hides by trying values`
}

const fieldJson = ({ name, type, value, mandatory }: ProofField) => ({ field: name ?? null, type, value, mandatory })

function previewJson({ revealed, hidden, guessable }: ProofPreview) {
  return { revealed: revealed.map(fieldJson), hidden: hidden.map(fieldJson), guessable: guessable ?? null }
}

/** The rows of some of the invoice's fields; those that every proof shows say so. */
function rowsOf(invoice: InvoiceMessage, fields: readonly ProofField[], now: bigint): readonly Row[] {
  const records = invoice.records.filter(({ type }) => fields.some((field) => field.type === type))
  const rows = fieldRows({ ...invoice, kind: 'payer_proof', records, issues: [], rules: [] }, now)
  const always = new Set(fields.filter(({ mandatory }) => mandatory).map(({ name }) => name as string | undefined))
  return rows.map(([label, value]) => [label, always.has(label) ? `${value} (in every proof)` : value])
}

interface Look {
  readonly invoice: InvoiceMessage
  readonly preview: ProofPreview
  readonly note: string | undefined
  readonly now: bigint
}

function previewText({ invoice, preview, note, now }: Look, width: number, style: Style): string {
  const own: Row[] = [['proof_preimage', 'the preimage of the payment (in every proof)']]
  if (note !== undefined) own.push(['proof_note', showText(note)])
  const warning = warningOf(preview)
  return [
    style.bold('Revealed to everybody who sees the proof'),
    columnsOf([...rowsOf(invoice, preview.revealed, now), ...own], width, style.dim),
    '',
    style.bold('Hidden'),
    columnsOf(rowsOf(invoice, preview.hidden, now), width, style.dim),
    '',
    wrap('How many fields are hidden shows; their types and values do not.', width),
    warning === undefined
      ? style.good('The metadata of the invoice looks random: what is hidden cannot be guessed.')
      : style.bad(wrap(`Careful: ${warning}.`, width)),
  ].join('\n')
}

/** The id of a payment, or the beginning of one: no invoice is as short. */
const isPaymentId = (text: string): boolean => /^[0-9a-f]{4,64}$/i.test(text.trim())

export const command = defineCommand({
  description:
    'Makes a payer proof of an invoice that you paid: its signature, the preimage, and your signature by the key that asked for it. Of a payment of the running node its id is enough (lno payment list): the node has preimage and key, and keeps them.\n\nShown are payer id, payment hash, node id and features, and the fields named with --include; the others are hidden, and the metadata of the request always is. --preview prints what would be shown and hidden, makes nothing, and needs neither key nor preimage.\n\nA proof can be passed on. With --note, such as a question of the one who asks for it, it says whom it was made for.',
  args: { invoice: { summary: 'the id of a payment; or an invoice, lni1…, or its hex', stdin: true } },
  options: {
    include: { value: 'FIELD', many: true, parse: readField, summary: 'show this field too: offer_description, or 10' },
    note: { value: 'TEXT', summary: 'words that you sign with the proof' },
    preimageFile: { value: 'FILE', summary: 'of an invoice: file with the preimage, hex or raw (or LNO_PREIMAGE)' },
    keyFile: {
      ...KEY_FILE,
      summary: 'of an invoice: file with the secret key of invreq_payer_id, hex or raw (or LNO_SECRET)',
    },
    preview: { summary: 'print what would be revealed and hidden, and make no proof' },
  },
  examples: [
    'lno proof create 1a2b3c4d --include offer_description --include invoice_amount',
    'lno proof create lni1… --include offer_description --include invoice_amount --preview',
    'LNO_PREIMAGE=… lno proof create lni1… --include invoice_amount --key-file payer.key',
    'lno proof create - --note "order 17" --preimage-file preimage --key-file payer.key < invoice',
  ],
  run: async (context) => {
    const { args, options, io, json, result, note: say, warn, next, style, width } = context
    const { include, note } = options
    const ofPayment = isPaymentId(args.invoice)
    if (ofPayment && (options.preimageFile !== undefined || options.keyFile !== undefined)) {
      throw usage('a payment of the node needs neither --preimage-file nor --key-file: the node has both')
    }
    const made = ofPayment ? await provePayment(context) : proveInvoice(context)
    const { invoice, text } = made
    const preview = previewPayerProof({ invoice, include })
    if (text === undefined) {
      const look = { invoice, preview, note, now: BigInt(Math.floor(io.now() / 1000)) }
      result({ ...previewJson(preview), note: note ?? null }, () => previewText(look, width, style))
      next(ofPayment ? 'lno proof create PAYMENT' : 'lno proof create INVOICE --preimage-file FILE --key-file FILE')
      return
    }
    result({ proof: text, ...previewJson(preview), note: note ?? null }, () => text)
    const names = preview.revealed.map(({ name, type }) => name ?? `type ${type}`)
    if (!json) say(`It shows ${names.join(', ')}; ${preview.hidden.length} other fields are hidden.`)
    const warning = warningOf(preview)
    if (warning !== undefined) warn(warning)
    next(withString('lno proof verify', text, 'PROOF'))
  },
})

type ProofContext = Pick<Context, 'io' | 'warn' | 'config'> & {
  readonly args: { readonly invoice: string }
  readonly options: {
    readonly include: readonly FieldChoice[]
    readonly note: string | undefined
    readonly preimageFile: string | undefined
    readonly keyFile: string | undefined
    readonly preview: boolean
  }
}

/** An invoice, and the proof that it was paid; none where only a look was wanted. */
interface Made {
  readonly invoice: InvoiceMessage
  readonly text?: string
}

/** By a preimage and a key that are here. */
function proveInvoice(context: ProofContext): Made {
  const { include, note, preimageFile, keyFile, preview } = context.options
  const invoice = decodeInvoice(readInput(context.args.invoice, 'invoice').bytes)
  if (preview) return { invoice }
  const preimage = readPreimage(context, preimageFile)
  const payerKey = readSecret(context, keyFile)
  const aux = new Uint8Array(randomBytes(32))
  const said = note === undefined ? {} : { note }
  return { invoice, text: createPayerProof({ invoice, include, preimage, payerKey, aux, ...said }).text }
}

/** By the node that paid it. */
function provePayment(context: ProofContext): Promise<Made> {
  const { include, note, preview } = context.options
  const id = context.args.invoice.trim().toLowerCase()
  return withNode(context, async (node) => {
    const payment = await node.call('payment.show', { id })
    if (payment.bolt12 === undefined) throw usage('there is no invoice for this payment yet')
    const invoice = decodeInvoice(payment.bolt12)
    if (preview) return { invoice }
    const types = include.map((field) => (typeof field === 'bigint' ? field : INVOICE[field].type).toString())
    const { proof } = await node.call('proof.create', { id, include: types, ...(note !== undefined && { note }) })
    return { invoice, text: proof }
  })
}
