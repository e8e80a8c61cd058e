import { fromHex } from '../../../src/base/hex.js'
import { buildFailure, readFailure, wrapFailure } from '../../../src/onion/failure.js'
import { deriveKey } from '../../../src/onion/keys.js'
import { buildOnion } from '../../../src/onion/sphinx.js'
import type { HtlcFailure } from '../../../src/payments/htlc.js'
import { passFailureBack } from '../../../src/payments/onions/pass-back.js'
import { refuseHtlc } from '../../../src/payments/onions/refuse.js'
import { readReturned } from '../../../src/payments/onions/returned.js'
import { expectHex } from '../../support/expect-hex.js'
import { defineReplay } from '../replay.js'

type File = {
  readonly generate: {
    readonly session_key: string
    readonly failure_message: string
    readonly hops: readonly {
      readonly pubkey: string
      readonly hop_shared_secret: string
      readonly ammag_key: string
      readonly um_key?: string
      readonly payload?: string
    }[]
  }
  readonly errorpacket: string
}

export default defineReplay('bolt04/onion-error-test.json', (json) => {
  const { generate, errorpacket } = json as File
  const secrets = generate.hops.map(({ hop_shared_secret }) => fromHex(hop_shared_secret))
  const failing = generate.hops.length - 1
  const raw = () => buildFailure({ sharedSecret: secrets[failing]!, failuremsg: fromHex(generate.failure_message) })
  return [
    ...generate.hops.map((hop, i) => ({
      name: `hop ${i}: shared secret and keys`,
      run: () => {
        const { sharedSecrets } = buildOnion({
          sessionKey: fromHex(generate.session_key),
          hops: generate.hops.map(({ pubkey }) => ({ node_id: fromHex(pubkey), payload: new Uint8Array(2) })),
        })
        expectHex(sharedSecrets[i]!, hop.hop_shared_secret, 'shared secret')
        expectHex(deriveKey('ammag', secrets[i]!), hop.ammag_key, 'ammag')
        if (hop.um_key !== undefined) expectHex(deriveKey('um', secrets[i]!), hop.um_key, 'um')
        if (hop.payload !== undefined) expectHex(raw().subarray(32), hop.payload, 'failure, padded')
      },
    })),
    {
      name: 'the packet as the origin gets it',
      run: () => {
        expectHex(
          secrets.reduceRight((packet, secret) => wrapFailure(packet, secret), raw()),
          errorpacket,
          'error packet',
        )
      },
    },
    {
      name: 'the origin finds the failing hop and its message',
      run: () => {
        const { source, failuremsg } = readFailure({ packet: fromHex(errorpacket), sharedSecrets: secrets })
        if (source !== failing) throw new Error(`the failure is put down to hop ${source}`)
        expectHex(failuremsg!, generate.failure_message, 'failure message')
      },
    },
    {
      name: 'the engine of payments refuses, passes back and reads it',
      run: () => {
        const placeOf = (i: number) =>
          ({
            position: 'clear',
            final: i === failing,
            sharedSecret: secrets[i]!,
            onionHash: new Uint8Array(32),
          }) as const
        let failure: HtlcFailure = refuseHtlc({
          ...placeOf(failing),
          refusal: { failure: 'temporary_node_failure', data: {}, why: 'as the vector has it' },
          holdTime: 1,
        })
        for (let i = failing - 1; i >= 0; i--) {
          failure = passFailureBack({ ...placeOf(i), downstream: failure, holdTime: 1 })
        }
        if (failure.type !== 'fail') throw new Error('the onion was readable')
        expectHex(failure.reason, errorpacket, 'error packet')
        const returned = readReturned({ origin: { sharedSecrets: secrets, introduction: secrets.length }, failure })
        if (returned.source !== failing) throw new Error(`the failure is put down to hop ${returned.source}`)
        if (returned.failure?.name !== 'temporary_node_failure') throw new Error(`read as ${returned.failure?.name}`)
        if (String(returned.holdTimes) !== '1,1,1,1,1') throw new Error(`hold times ${returned.holdTimes}`)
      },
    },
  ]
})
