import { inspect } from '../bolt12/inspect.js'
import { issueJson, toJson } from '../bolt12/json.js'
import { PROOF_FIELDS } from '../bolt12/payer-proof.js'
import { isShown } from '../bolt12/proof/markers.js'
import { verifyPayerProof } from '../bolt12/proof/verify.js'
import type { Issue } from '../bolt12/rules/rule.js'
import { defineCommand } from './frame/command.js'
import { EXIT } from './frame/exit.js'
import { columnsOf, oneLine, withString, wrap } from './frame/text.js'
import { fieldRows } from './show/fields.js'
import { readInput } from './show/input.js'

/** What a reader wants to see of the proof's own fields; the others are hashes. */
const OWN: readonly bigint[] = [PROOF_FIELDS.proof_preimage.type, PROOF_FIELDS.proof_note.type]

function reason({ code, message, rule }: Issue): string {
  return `${code}: ${oneLine(message)}${rule === undefined ? '' : ` (rule ${rule})`}`
}

export const command = defineCommand({
  description:
    'Checks that the preimage is that of the payment hash, that the node id signed the invoice whose fields are shown, and that the payer signed the proof. Needs no node and no network. Exit code 1 with every reason when it proves nothing.\n\nWhose key invoice_node_id is must be known from elsewhere. A proof can be passed on: only a note that you asked for says that it was made for you.',
  args: { proof: { summary: 'the proof, lnp1…, or its hex', stdin: true } },
  options: {},
  examples: ['lno proof verify lnp1…', 'lno proof create … | lno proof verify -', 'lno proof verify --json - < proof'],
  run: ({ args, io, result, note, next, style, width }) => {
    const { bytes, text } = readInput(args.proof, 'payer_proof')
    const verified = verifyPayerProof(bytes)
    const { ok, issues } = verified
    const seen = inspect(bytes, { as: 'payer_proof' })
    const document = {
      valid: ok,
      payer_id: verified.payerId ?? null,
      node_id: verified.nodeId ?? null,
      note: verified.note ?? null,
      revealed: verified.revealed.map(({ name, type, value }) => ({ field: name ?? null, type, value })),
      decoded: toJson(seen),
      issues: issues.map(issueJson),
    }
    result(document, () => {
      if (!ok) {
        const head = `${style.bold('Payer proof')}: ${style.bad('not valid')}, believe nothing of it`
        return [head, '', ...issues.map((issue) => wrap(reason(issue), width, '  '))].join('\n')
      }
      const records = seen.records.filter(({ type }) => isShown(type) || OWN.includes(type))
      const rows = fieldRows({ ...seen, records }, BigInt(Math.floor(io.now() / 1000)))
      return `${style.bold('Payer proof')}: ${style.good('valid')}, the payer paid the node for this\n\n${columnsOf(rows, width, style.dim)}`
    })
    if (!ok) {
      next(`lno explain ${issues[0]?.code ?? 'PP7'}`)
      return EXIT.invalid
    }
    note('Whose key invoice_node_id is, you must know from elsewhere.')
    next(withString('lno decode', text, 'PROOF'))
    return EXIT.ok
  },
})
