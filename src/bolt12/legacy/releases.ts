import { readFields, type TlvRecord } from '../../wire/tlv.js'
import { writtenChain } from './chains.js'
import { type LegacyDialect, RELEASES } from './dialect.js'
import type { LegacyKind } from './form.js'
import type { LegacyInvoice } from './invoice.js'
import type { LegacyInvoiceRequest } from './invoice-request.js'
import { legacyLayoutOf } from './layout.js'
import { requestTagOf } from './signature.js'

/** As much of a message as tells where it can come from. */
export interface LegacyTraced {
  readonly kind: LegacyKind
  readonly fields: Readonly<LegacyInvoiceRequest & Pick<LegacyInvoice, 'chain' | 'chains'>>
  readonly records: readonly TlvRecord[]
}

/** Off bitcoin: v0.10.2 writes both records, or the later one alone when deprecated interfaces are off. */
function writesSuchChains({ chain, chains }: LegacyTraced['fields'], { writesChain }: LegacyDialect): boolean {
  if (chain === undefined && chains === undefined) return true
  const written = writtenChain({ chain, chains })
  return written === 'chain' ? writesChain !== 'chains' : written === writesChain
}

/** Whether a release can have made such a message: what it would not read, it does not write. */
function canMake(dialect: LegacyDialect, message: LegacyTraced, tag: ReturnType<typeof requestTagOf>): boolean {
  const { kind, fields, records } = message
  if (kind !== 'offer' && !writesSuchChains(fields, dialect)) return false
  if (tag !== undefined && !dialect.requestTags.includes(tag)) return false
  return readFields(legacyLayoutOf(kind, dialect).table, records).errors.length === 0
}

/**
 * From which releases such a message can come: `c-lightning v0.10.1 to v0.12.1`, or fewer of them where the records that name
 * the chain, the tag of a request's signature, the form of paths and addresses, or the width of `cltv` tell.
 */
export function releasesOf(message: LegacyTraced): string {
  const tag = message.kind === 'invoice_request' && message.records.length > 0 ? requestTagOf(message) : undefined
  const makers = RELEASES.filter((dialect) => canMake(dialect, message, tag))
  const [first, last] = [makers[0], makers[makers.length - 1]]
  if (first === undefined || last === undefined) return 'no release that is known'
  const [from, to] = [first.releases[0], last.releases[1]]
  return `c-lightning ${from === to ? from : `${from} to ${to}`}`
}
