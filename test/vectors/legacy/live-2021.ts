import { fromHex, toHex } from '../../../src/base/hex.js'
import { chainHashOf } from '../../../src/bolt12/chains.js'
import { checkLegacyRequest } from '../../../src/bolt12/legacy/check.js'
import {
  decodeLegacyInvoice,
  decodeLegacyInvoiceRequest,
  decodeLegacyOffer,
  encodeLegacy,
} from '../../../src/bolt12/legacy/decode.js'
import { type LegacyDialect, V0_10_2, V0_11 } from '../../../src/bolt12/legacy/dialect.js'
import { legacyOfferId } from '../../../src/bolt12/legacy/merkle.js'
import { publicKey } from '../../../src/crypto/group.js'
import { peel } from '../../../src/onion/engine-peel.js'
import { byMessageType } from '../../../src/onion/generation.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

interface File {
  readonly messages: readonly {
    readonly release: 'v0.10.2' | 'v0.11.2'
    readonly says: 'invoice_request' | 'invoice'
    readonly offer: string
    readonly type: number
    readonly generation: string
    readonly node_secret: string
    readonly message: string
    /** Whether the last hop found encrypted data. */
    readonly has_data: boolean
    readonly path_id?: string
    readonly bolt12: string
  }[]
}

const DIALECTS: Readonly<Record<File['messages'][number]['release'], LegacyDialect>> = {
  'v0.10.2': V0_10_2,
  'v0.11.2': V0_11,
}

/** A time at which all of them were good. */
const NOW = 1_796_000_000n

export default defineReplay('legacy/live-2021.json', (json) => {
  const { messages } = json as unknown as File
  return messages.map((each) => ({
    name: `${each.says} of ${each.release} in ${each.generation}`,
    run: () => {
      const candidates = byMessageType(GENERATIONS).get(each.type)!
      const secret = fromHex(each.node_secret)
      const read = peel(candidates, { secret, node_id: publicKey(secret) }, fromHex(each.message))
      if (read.kind !== 'deliver') throw new Error(read.kind === 'drop' ? read.why : 'it goes on')
      if (read.generation.name !== each.generation) throw new Error(`taken for ${read.generation.name}`)
      if ((read.data !== undefined) !== each.has_data) throw new Error('the data of the last hop')
      if (each.path_id === undefined ? read.path_id !== undefined : read.path_id === undefined) throw new Error('path')
      if (each.path_id !== undefined) expectHex(read.path_id!, each.path_id, 'path_id')
      const offer = decodeLegacyOffer(each.offer)
      const dialects = [undefined, DIALECTS[each.release]].map((dialect) => (dialect ? { dialect } : {}))
      for (const options of dialects) {
        // What is decoded has a good signature.
        if (each.says === 'invoice') {
          const invoice = decodeLegacyInvoice(read.contents!.value, options)
          if (encodeLegacy(invoice) !== each.bolt12) throw new Error('another invoice')
          expectHex(invoice.fields.offer_id!, toHex(legacyOfferId(offer.records)), 'offer_id')
          if (read.reply_path !== undefined) throw new Error('an answer with a reply path')
        } else {
          const request = decodeLegacyInvoiceRequest(read.contents!.value, options)
          if (encodeLegacy(request) !== each.bolt12) throw new Error('another request')
          const { issues } = checkLegacyRequest(request, offer, { now: NOW, chains: [chainHashOf('regtest')] })
          if (issues[0] !== undefined) throw new Error(issues[0].message)
          if (read.reply_path === undefined) throw new Error('a request without a reply path')
        }
      }
    },
  }))
})
