import type { LnoError } from '../base/error.js'
import { toHex } from '../base/hex.js'
import { type VerifiedExport, verifyExport } from '../payments/hosted/export.js'
import { formatMsat, formatSat, shortId } from './daemon/text.js'
import { readTextFile } from './files.js'
import { defineCommand } from './frame/command.js'
import { errorJson } from './frame/report.js'
import { readStdin } from './frame/stdin.js'
import { columnsOf } from './frame/text.js'
import { showChain } from './show/rows.js'

/** Characters of a file at most: a message of 65535 bytes as hex, with its frame, has a fifth of it. */
const MAX_FILE = 1 << 20

export const command = defineCommand({
  description:
    'Checks a state that lno channel export saved, without a node or a network: that both sides have signed it, and that its numbers agree; and says who owes whom by it. Whether a later state was signed nobody can tell from a file: of two about one channel the one with more updates counts.\n\nWhat is signed names neither the network nor, while nothing is under way, the two nodes: it is evidence that this host signed such a state for one of its clients, and that this client signed it too.',
  args: { file: { summary: 'a file that lno channel export made; - reads standard input' } },
  options: {},
  examples: ['lno channel verify channel.state', 'lno channel export 02… | lno channel verify -'],
  run: async (context) => {
    const { args, io, json, result, fail, note, width, style } = context
    const text = args.file === '-' ? await readStdin(io) : readTextFile(args.file, MAX_FILE)
    const state = verifyExport(text)
    const { issues } = state.signed
    result(documentOf(state), () => {
      const verdict = issues.length === 0 ? style.good('valid: both sides have signed it') : style.bad('not valid')
      return `Hosted channel: ${verdict}\n${columnsOf(rowsOf(state), width, style.dim)}`
    })
    if (issues.length > 0) return issues.map((issue: LnoError) => fail(issue))[0]
    if (!json) note('That no later state was signed, a file cannot tell.')
    return undefined
  },
})

function rowsOf({ chainHash, host, client, exportedBy, balances, counters, htlcs }: VerifiedExport) {
  const moving = (who: 'host' | 'client') => htlcs.filter(({ offeredBy }) => offeredBy === who)
  const promised = balances.client + moving('client').reduce((sum, { amountMsat }) => sum + amountMsat, 0n)
  const rows: (readonly [string, string])[] = [
    ['owed', `the host owes the client ${formatSat(promised)}: trust, not bitcoin`],
    ['host', toHex(host)],
    ['client', toHex(client)],
    ['network', showChain(chainHash)],
    ['capacity', formatMsat(balances.capacity)],
    ["host's", formatMsat(balances.host)],
    ["client's", formatMsat(balances.client)],
    ...htlcs.map(
      ({ offeredBy, id, amountMsat, paymentHash, cltvExpiry }) =>
        [
          'in flight',
          `${formatMsat(amountMsat)} from the ${offeredBy}, number ${id}, payment hash ${shortId(toHex(paymentHash))}, until block ${cltvExpiry}`,
        ] as const,
    ),
    ['updates', `${counters.host} of the host, ${counters.client} of the client`],
    ['saved by', `the ${exportedBy}`],
  ]
  return rows
}

function documentOf({ signed, counters, balances, htlcs, ...state }: VerifiedExport) {
  return {
    ok: signed.ok,
    host: state.host,
    client: state.client,
    chain_hash: state.chainHash,
    exported_by: state.exportedBy,
    block_day: state.blockDay,
    capacity_msat: balances.capacity,
    host_msat: balances.host,
    client_msat: balances.client,
    host_updates: counters.host,
    client_updates: counters.client,
    htlcs: htlcs.map(({ offeredBy, id, amountMsat, paymentHash, cltvExpiry }) => ({
      offered_by: offeredBy,
      id,
      amount_msat: amountMsat,
      payment_hash: paymentHash,
      cltv_expiry: cltvExpiry,
    })),
    issues: signed.issues.map(errorJson),
  }
}
