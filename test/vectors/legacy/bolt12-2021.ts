import { fromHex, toHex } from '../../../src/base/hex.js'
import { encodeOffer } from '../../../src/bolt12/create-offer.js'
import { decodeOffer } from '../../../src/bolt12/decode.js'
import { decodeLegacyOffer, encodeLegacy } from '../../../src/bolt12/legacy/decode.js'
import { V0_10_1, V0_10_2, V0_11 } from '../../../src/bolt12/legacy/dialect.js'
import { isLegacyString } from '../../../src/bolt12/legacy/form.js'
import { inspectLegacy } from '../../../src/bolt12/legacy/inspect.js'
import { legacyMerkleRoot, legacyOfferId } from '../../../src/bolt12/legacy/merkle.js'
import { merkleRoot, offerId } from '../../../src/bolt12/merkle.js'
import { readRecords } from '../../../src/wire/tlv.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

interface File {
  readonly merkle: readonly { readonly stream: string; readonly root_2021: string; readonly root_today: string }[]
  readonly offers: readonly {
    readonly release: string
    readonly form: '2021' | 'today'
    readonly node_id: string
    readonly offer_id: string
    readonly bolt12: string
  }[]
}

export default defineReplay('legacy/bolt12-2021.json', (json) => {
  const { merkle, offers } = json as unknown as File
  return [
    ...merkle.map(({ stream, root_2021, root_today }, i) => ({
      name: `merkle ${i}`,
      run: () => {
        const { records } = readRecords(fromHex(stream))
        expectHex(legacyMerkleRoot(records), root_2021, 'root of 2021')
        expectHex(merkleRoot(records), root_today, 'root of today')
      },
    })),
    ...offers.map(({ release, form, node_id, offer_id, bolt12 }) => ({
      name: `offer of ${release}`,
      run: () => {
        if (isLegacyString(bolt12) !== (form === '2021')) throw new Error('taken for the other form')
        if (form === 'today') {
          const offer = decodeOffer(bolt12)
          expectHex(offer.fields.offer_issuer_id ?? new Uint8Array(0), node_id, 'node id')
          expectHex(offerId(offer.records) ?? new Uint8Array(0), offer_id, 'offer id')
          if (encodeOffer(offer) !== bolt12) throw new Error('encoded again it is another string')
          return
        }
        // Offers without paths are in all of these releases the same: each reads what the others made.
        for (const dialect of [V0_10_1, V0_10_2, V0_11]) decodeLegacyOffer(bolt12, { dialect })
        const offer = decodeLegacyOffer(bolt12)
        expectHex(offer.fields.node_id ?? new Uint8Array(0), node_id, 'node id')
        expectHex(legacyOfferId(offer.records), offer_id, 'offer id')
        // The id is the same without a signature, which is there, and good.
        expectHex(legacyOfferId(offer.records.filter(({ type }) => type !== 240n)), offer_id, 'offer id, unsigned')
        const signed = inspectLegacy(bolt12).rules.find(({ rule }) => rule.phase === 'signature')
        if (signed?.verdict !== 'ok') throw new Error(`the signature is ${signed?.verdict}`)
        if (encodeLegacy(offer) !== bolt12) throw new Error(`encoded again: ${toHex(offer.bytes)}`)
      },
    })),
  ]
})
