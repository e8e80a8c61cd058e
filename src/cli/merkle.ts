import { toHex } from '../base/hex.js'
import type { MerkleNode } from '../bolt12/merkle.js'
import { signatureHash, signatureTag } from '../bolt12/signature.js'
import { isPoint } from '../crypto/group.js'
import { schnorrVerify } from '../crypto/schnorr.js'
import { readRecords, rows, type TlvRecord } from '../wire/tlv.js'
import { defineCommand } from './frame/command.js'
import { EXIT, usage } from './frame/exit.js'
import { columnsOf, withString } from './frame/text.js'
import { type Form, formOf } from './show/form.js'
import { AS, type Kind, readInput } from './show/input.js'

/** The signature of a message, judged on the records alone: the tree of a broken message is worth a look, too. */
function signatureOf(form: Form, kind: Kind, records: readonly TlvRecord[], root: Uint8Array) {
  const signed = form.signed(kind, records)
  if (signed === undefined) return undefined
  const value = (type: bigint) => records.find((record) => record.type === type)?.value
  const hash = signatureHash(signed.of, root)
  const signature = value(signed.at)
  const key = value(signed.key)
  const point = key && form.point(key)
  const checkable = signature?.length === 64 && point !== undefined && isPoint(point)
  return {
    tag: signatureTag(signed.of),
    hash,
    key: key ?? null,
    signature: signature ?? null,
    valid: checkable ? schnorrVerify(signature, hash, point) : signature === undefined ? null : false,
  }
}

/** Levels above the leaves: 1 for a branch of two leaves. */
function height(node: MerkleNode): number {
  return node.left === undefined || node.right === undefined ? 0 : 1 + Math.max(height(node.left), height(node.right))
}

export const command = defineCommand({
  description:
    'Every record outside of types 240 to 1000 is a leaf, in ascending order, with a nonce that hides it in payer proofs. The root is what signatures commit to; offers have one, too, but are not signed. For a payer proof it is the tree of the proof itself, which proof_signature signs. Messages in the form of 2021 have nonces that come from the whole message; their offers may be signed, and the root of an offer is its id.',
  args: { string: { summary: 'a string of any kind, or hex with --as', stdin: true } },
  options: { as: AS },
  examples: ['lno merkle lnr1…', 'lno merkle --json lni1… | jq -r .root', 'lno merkle --as offer 0a0161…'],
  run: ({ args, options, result, next, style, width }) => {
    const { kind, bytes, text } = readInput(args.string, options.as)
    if (kind === 'invoice_error') throw usage('an invoice_error is not signed and has no merkle tree')
    const { records, error } = readRecords(bytes)
    if (error) throw error
    const form = formOf({ kind, bytes })
    const { origin, originJson } = form.inspect({ kind, bytes })
    const known = rows(form.table(kind))
    const tree = form.merkleTree(records)
    const leaves = tree.leaves.map(({ record, leaf, nonce, hash }) => ({
      type: record.type,
      name: known.get(record.type)?.[0] ?? null,
      tlv: record.bytes,
      leaf,
      nonce,
      hash,
    }))
    const branches = tree.branches.map((node) => ({
      level: height(node),
      first_type: leaves[node.first]!.type,
      last_type: leaves[node.last]!.type,
      left: node.left!.hash,
      right: node.right!.hash,
      hash: node.hash,
    }))
    const root = tree.root.hash
    const signature = signatureOf(form, kind, records, root)
    result({ kind, ...originJson, leaves, branches, root, signature: signature ?? null }, () => {
      const lines = [style.bold(`merkle tree of ${kind === 'offer' ? 'an offer' : kind}, ${leaves.length} leaves`)]
      if (origin !== undefined) lines.push(origin)
      for (const { type, name, leaf, nonce, hash } of leaves) {
        lines.push('', `${type} ${name ?? 'unknown'}`)
        const hashes = [
          ['leaf', toHex(leaf)] as const,
          ['nonce', toHex(nonce)] as const,
          ['both', toHex(hash)] as const,
        ]
        lines.push(columnsOf(hashes, width - 2).replace(/^/gm, '  '))
      }
      if (branches.length > 0) lines.push('')
      for (const { level, first_type, last_type, hash } of branches) {
        lines.push(`level ${level}, types ${first_type}-${last_type}`, `  ${toHex(hash)}`)
      }
      const rest: [string, string][] = [['root', toHex(root)]]
      if (signature) {
        const { valid } = signature
        rest.push(['tag', signature.tag], ['signature hash', toHex(signature.hash)])
        rest.push(['key', signature.key === null ? 'none' : toHex(signature.key)])
        rest.push(['signature', signature.signature === null ? 'none' : toHex(signature.signature)])
        rest.push(['verdict', valid === null ? 'not signed' : valid ? style.good('valid') : style.bad('not valid')])
      } else {
        rest.push(['verdict', 'offers are not signed'])
      }
      lines.push('', columnsOf(rest, width, style.dim))
      return lines.join('\n')
    })
    next(withString('lno explain', text))
    return signature?.valid === false ? EXIT.invalid : EXIT.ok
  },
})
