import { fromHex, toHex } from '../../../src/base/hex.js'
import { keyStream } from '../../../src/crypto/cipher.js'
import { addAttribution, readHoldTimes } from '../../../src/onion/attribution.js'
import { buildFailure, readFailure, wrapFailure } from '../../../src/onion/failure.js'
import { deriveKey } from '../../../src/onion/keys.js'
import { buildOnion } from '../../../src/onion/sphinx.js'
import { passFailureBack, passFulfilBack } from '../../../src/payments/onions/pass-back.js'
import { failFromHere } from '../../../src/payments/onions/refuse.js'
import { readFulfilled, readReturned } from '../../../src/payments/onions/returned.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

type Attribution = { readonly node: number; readonly attribution_data: string }
type File = {
  readonly nodes: readonly { readonly index: number; readonly pubkey: string }[]
  readonly session_key: string
  readonly hold_times_as_listed: { readonly [node: string]: number }
  readonly failure_trace: readonly { readonly label: string; readonly value: string }[]
  readonly failure_attribution: readonly Attribution[]
  readonly success_attribution: readonly Attribution[]
}

export default defineReplay('bolt04/returning-errors.json', (json) => {
  const file = json as File
  const count = file.nodes.length
  const last = count - 1
  const trace = (label: string) => file.failure_trace.filter((step) => step.label === label).map(({ value }) => value)
  const { sharedSecrets } = buildOnion({
    sessionKey: fromHex(file.session_key),
    hops: file.nodes.map(({ pubkey }) => ({ node_id: fromHex(pubkey), payload: new Uint8Array(2) })),
  })
  // The text lists the hold times in reverse (see PROVENANCE.md): the erring node 4 reports 1, node 0 reports 5.
  const holdTime = (node: number) => file.hold_times_as_listed[String(last - node)]!
  const payload = fromHex(trace('payload')[0]!)
  const failuremsg = payload.subarray(2, 2 + (payload[0]! << 8) + payload[1]!)
  const raw = () => buildFailure({ sharedSecret: sharedSecrets[last]!, failuremsg, padTo: payload.length - 4 })
  const attributionOf = (list: readonly Attribution[], node: number) =>
    list.find((entry) => entry.node === node)!.attribution_data
  const backwards = [...file.nodes].reverse().map(({ index }) => index)

  return [
    {
      name: 'the erring node builds its packet',
      run: () => {
        expectHex(deriveKey('um', sharedSecrets[last]!), trace('um_key')[0]!, 'um')
        expectHex(raw(), trace('raw_error_packet')[0]!, 'raw packet')
        expectHex(raw().subarray(34), trace('encoded_failure_message')[0]!, 'encoded failure message')
      },
    },
    ...backwards.map((node, step) => ({
      name: `node ${node} sends packet and attribution data`,
      run: () => {
        const secret = sharedSecrets[node]!
        const before = node === last ? raw() : fromHex(trace(`error packet for node ${node + 1}`)[0]!)
        expectHex(secret, trace('shared_secret')[step === 0 ? 0 : step + 1]!, 'shared secret')
        expectHex(deriveKey('ammag', secret), trace('ammag_key')[step]!, 'ammag')
        expectHex(keyStream(deriveKey('ammag', secret), before.length), trace('stream')[step]!, 'stream')
        expectHex(wrapFailure(before, secret), trace(`error packet for node ${node}`)[0]!, 'packet')
        const downstream = (list: readonly Attribution[]) =>
          node === last ? {} : { downstream: fromHex(attributionOf(list, node + 1)) }
        const own = { sharedSecret: secret, holdTime: holdTime(node) }
        expectHex(
          addAttribution({ ...own, ...downstream(file.failure_attribution), packet: before }),
          attributionOf(file.failure_attribution, node),
          'attribution data',
        )
        expectHex(
          addAttribution({ ...own, ...downstream(file.success_attribution) }),
          attributionOf(file.success_attribution, node),
          'attribution data of a success',
        )
      },
    })),
    {
      name: 'the origin reads the failure and every hold time',
      run: () => {
        const failure = readFailure({
          packet: fromHex(trace('error packet for node 0')[0]!),
          attribution: fromHex(attributionOf(file.failure_attribution, 0)),
          sharedSecrets,
        })
        const times = file.nodes.map(({ index }) => holdTime(index))
        if (failure.source !== last) throw new Error(`source ${failure.source}`)
        if (failure.unverifiedFrom !== undefined) throw new Error(`hop ${failure.unverifiedFrom} is taken for a liar`)
        if (String(failure.holdTimes) !== String(times)) throw new Error(`hold times ${failure.holdTimes}`)
        expectHex(failure.failuremsg!, toHex(failuremsg), 'failure message')
      },
    },
    {
      name: 'the origin of a successful payment reads every hold time',
      run: () => {
        const times = readHoldTimes(fromHex(attributionOf(file.success_attribution, 0)), sharedSecrets)
        if (String(times) !== String(file.nodes.map(({ index }) => holdTime(index)))) throw new Error(`got ${times}`)
      },
    },
    ...backwards.map((node) => ({
      name: `node ${node} of the engine of payments sends packet and attribution data`,
      run: () => {
        const sharedSecret = sharedSecrets[node]!
        const place = { position: 'clear', final: node === last, sharedSecret, onionHash: new Uint8Array(32) } as const
        const from = (list: readonly Attribution[]) => fromHex(attributionOf(list, node + 1))
        const failure =
          node === last
            ? failFromHere({ sharedSecret, failuremsg, padTo: payload.length - 4, holdTime: holdTime(node) })
            : passFailureBack({
                ...place,
                downstream: {
                  type: 'fail',
                  reason: fromHex(trace(`error packet for node ${node + 1}`)[0]!),
                  attribution: from(file.failure_attribution),
                },
                holdTime: holdTime(node),
              })
        if (failure.type !== 'fail') throw new Error('the onion was readable')
        expectHex(failure.reason, trace(`error packet for node ${node}`)[0]!, 'packet')
        expectHex(failure.attribution!, attributionOf(file.failure_attribution, node), 'attribution data')
        expectHex(
          passFulfilBack({
            ...place,
            holdTime: holdTime(node),
            ...(node !== last && { downstream: from(file.success_attribution) }),
          })!,
          attributionOf(file.success_attribution, node),
          'attribution data of a success',
        )
      },
    })),
    {
      name: 'the payer of the engine of payments reads failure and hold times',
      run: () => {
        const origin = { sharedSecrets, introduction: count }
        const returned = readReturned({
          origin,
          failure: {
            type: 'fail',
            reason: fromHex(trace('error packet for node 0')[0]!),
            attribution: fromHex(attributionOf(file.failure_attribution, 0)),
          },
        })
        const times = String(file.nodes.map(({ index }) => holdTime(index)))
        if (returned.source !== last || !returned.final) throw new Error(`source ${returned.source}`)
        if (returned.failure?.name !== 'incorrect_or_unknown_payment_details') throw new Error('another failure')
        if (!returned.permanent || returned.unverifiedFrom !== undefined) throw new Error('not all of it was read')
        if (String(returned.holdTimes) !== times) throw new Error(`hold times ${returned.holdTimes}`)
        const fulfilled = readFulfilled(origin, fromHex(attributionOf(file.success_attribution, 0)))
        if (String(fulfilled) !== times) throw new Error(`hold times ${fulfilled}`)
      },
    },
  ]
})
