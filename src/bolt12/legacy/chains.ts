import { equalBytes } from '../../base/bytes.js'
import { chainHashOf } from '../chains.js'
import type { LegacyDialect } from './dialect.js'
import type { LegacyInvoiceRequest } from './invoice-request.js'

type ChainFields = Pick<LegacyInvoiceRequest, 'chain' | 'chains'>

/** The chain of a request or an invoice: `chain`, or the first of `chains`, or bitcoin. */
export function legacyChainOf({ chain, chains }: ChainFields): Uint8Array {
  return chain ?? chains?.[0] ?? chainHashOf('bitcoin')
}

/** The fields by which a request or an invoice names its chain; none on bitcoin. */
export function chainFields(chain: Uint8Array, writes: LegacyDialect['writesChain']): ChainFields {
  if (equalBytes(chain, chainHashOf('bitcoin'))) return {}
  return { ...(writes !== 'chain' && { chains: [chain] }), ...(writes !== 'chains' && { chain }) }
}

/** Which of the fields a request has: what its sender writes, it also reads. */
export function writtenChain({ chain, chains }: ChainFields): LegacyDialect['writesChain'] {
  return chains === undefined ? 'chain' : chain === undefined ? 'chains' : 'both'
}
