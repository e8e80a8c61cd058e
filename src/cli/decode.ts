import type { LnoError } from '../base/error.js'
import { toHex } from '../base/hex.js'
import type { DumpRow } from '../bolt12/dump.js'
import { type Context, defineCommand } from './frame/command.js'
import { usage } from './frame/exit.js'
import { asLnoError, errorJson } from './frame/report.js'
import { columnsOf, withString } from './frame/text.js'
import { formOf } from './show/form.js'
import { AS, type Input, type Kind, PREFIX_OF, readInput } from './show/input.js'
import { qrCode, qrText } from './show/qr.js'

/** Name of each kind in a sentence. */
const NAME: Readonly<Record<Kind, string>> = {
  offer: 'Offer',
  invoice_request: 'Invoice request',
  invoice: 'Invoice',
  invoice_error: 'Invoice error',
  payer_proof: 'Payer proof',
}

/** A line a field, and a line a part of what has parts; every byte of the stream stands in exactly one of them. */
function byteLines(rows: readonly DumpRow[]): string {
  const cells = rows.map(({ offset, bytes, depth, name, tlvType, head }, i) => {
    const split = (rows[i + 1]?.depth ?? 0) > depth
    const hex =
      head === undefined
        ? toHex(bytes)
        : `${toHex(bytes.subarray(0, head))} ${split ? '' : toHex(bytes.subarray(head))}`
    const label = '  '.repeat(depth) + (name ?? 'unknown')
    return [String(offset), tlvType === undefined ? '' : String(tlvType), label, hex.trimEnd()] as const
  })
  const lines = [['offset', 'type', 'field', 'hex'] as const, ...cells]
  const width = (column: 0 | 1 | 2) => lines.reduce((most, line) => Math.max(most, line[column].length), 0)
  const [offsets, types, labels] = [width(0), width(1), width(2)]
  return lines
    .map(([offset, type, label, hex]) =>
      `${offset.padStart(offsets)}  ${type.padStart(types)}  ${label.padEnd(labels)}  ${hex}`.trimEnd(),
    )
    .join('\n')
}

/** Why the message is refused, if it is. */
function problemOf({ kind, bytes }: Input): LnoError | undefined {
  try {
    formOf({ kind, bytes }).decode(kind, bytes)
    return undefined
  } catch (error) {
    return asLnoError(error)
  }
}

/** What one does next with such a string. */
function nextFor({ kind, text }: Input): string {
  if (kind === 'invoice_error') return 'lno help explain'
  return withString('lno explain', text)
}

/** What breaks a rule is not shown: nobody could use what they scan. */
async function showQr(input: Input, { result, next, width, style }: QrRun): Promise<undefined> {
  const { kind, text } = input
  if (kind === 'invoice_error') throw usage('an invoice_error has no string that a QR code could hold')
  const problem = problemOf(input)
  if (problem !== undefined) throw problem
  const code = await qrCode(text)
  result({ kind, ...code }, () => qrText(code, { width, style }))
  next(nextFor(input))
}

type QrRun = Pick<Context, 'result' | 'next' | 'width' | 'style'>

export const command = defineCommand({
  description:
    'Takes a string in upper or lower case, whole or joined with +, a lightning: or bitcoin:…?lno= URI, or the hex of a TLV stream with --as. Fields have the names that CLN gives them. What breaks a rule is refused with the first rule that it breaks (lno explain names all of them); with --json it is printed as far as it can be read, with valid false. Messages in the form of 2021 (c-lightning v0.10.1 to v0.12.1), which have the same prefixes, are told apart by their content, and have the names of their time. An offer that has expired, or that is for another chain, is still decoded.',
  args: { string: { summary: 'a string of any kind, or hex with --as', stdin: true } },
  options: {
    as: AS,
    bytes: { summary: 'one line a field: offset, type, name, hex' },
    qr: { summary: 'the string as a QR code instead' },
  },
  examples: [
    'lno decode lno1…',
    'lno decode --json lni1… | jq .invoice_amount_msat',
    'lno decode --bytes --as invoice_error 050568656c6c6f',
    'lno decode --qr lno1…',
    'lno fetch lno1… | lno decode -',
  ],
  run: async (context) => {
    const { args, options, io, json, result, fail, next, style, width } = context
    if (options.bytes && options.qr) throw usage('--bytes and --qr exclude each other')
    const input = readInput(args.string, options.as)
    if (options.qr) return showQr(input, context)
    if (options.bytes) {
      // Bytes are for looking at what is broken, too: all of them are shown, then the error.
      const form = formOf(input)
      const table = form.dump(input.kind, input.bytes)
      const broken = problemOf(input)
      const fields = table.map(({ offset, depth, name, tlvType, bytes }) => ({
        offset,
        depth,
        name: name ?? null,
        ...(tlvType !== undefined && { type: tlvType }),
        hex: bytes,
      }))
      const { originJson } = form.inspect(input)
      result({ kind: input.kind, ...originJson, fields, ...(broken && { error: errorJson(broken) }) }, () =>
        byteLines(table),
      )
      if (broken !== undefined) return fail(broken)
      next(nextFor(input))
      return undefined
    }
    const problem = problemOf(input)
    const seen = formOf(input).inspect(input)
    if (problem !== undefined) {
      if (!json) throw problem
      // Programs get what could be read, as CLN gives it to them: `valid` is false and `issues` has every reason.
      result({ ...seen.json(), error: errorJson(problem) }, () => '')
      return fail(problem)
    }
    result(seen.json(), () => {
      const now = BigInt(Math.floor(io.now() / 1000))
      const count = seen.records.length
      const size = `${input.bytes.length} bytes, ${count} ${count === 1 ? 'record' : 'records'}`
      const signed = seen.rules.some(({ rule, verdict }) => rule.phase === 'signature' && verdict === 'ok')
      const verdict = style.good(signed ? 'well-formed, signature valid' : 'well-formed')
      const head = `${style.bold(NAME[input.kind])} (${PREFIX_OF[input.kind] ?? 'no text form'}, ${size}): ${verdict}`
      const origin = seen.origin === undefined ? '' : `\n${seen.origin}`
      return `${head}${origin}\n\n${columnsOf(seen.rows(now), width, style.dim)}`
    })
    next(nextFor(input))
    return undefined
  },
})
