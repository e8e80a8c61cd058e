import { nobleBackend as backend } from '../../src/crypto/noble.js'
import { ROTATION_INTERVAL } from '../../src/noise/limits.js'
import { Decryptor, Encryptor } from '../../src/noise/transport.js'
import { seeded } from '../fixtures.js'
import type { Subject } from '../measure.js'

const random = seeded('noise')
const key = random(32)
const chainingKey = random(32)
const nonce = new Uint8Array(12)
const none = new Uint8Array(0)

function messages(length: number): Subject {
  const encryptor = new Encryptor({ sendKey: key, chainingKey })
  const decryptor = new Decryptor({ receiveKey: key, chainingKey })
  const message = random(length)
  const header = random(2)
  const sealedHeader = backend.seal(key, nonce, header, none)
  const sealedBody = backend.seal(key, nonce, message, none)
  let turn = 0
  return {
    name: `Noise message of ${length} bytes, encrypted and decrypted`,
    run() {
      const received = decryptor.feed(encryptor.encrypt(message))
      if (received.messages.length !== 1) throw new Error('a message of the bench did not come through')
      return received
    },
    primitives: [
      { what: 'length sealed', times: 1, run: () => backend.seal(key, nonce, header, none) },
      { what: 'length opened', times: 1, run: () => backend.open(key, nonce, sealedHeader, none) },
      { what: `${length} bytes sealed`, times: 1, run: () => backend.seal(key, nonce, message, none) },
      { what: `${length} bytes opened`, times: 1, run: () => backend.open(key, nonce, sealedBody, none) },
      {
        what: 'key rotation of both sides (two HKDFs once in 500 messages)',
        times: 1,
        run() {
          if (++turn % (ROTATION_INTERVAL / 2) !== 0) return undefined
          for (let i = 0; i < 6; i++) backend.hmacSha256(key, chainingKey)
          return turn
        },
      },
    ],
  }
}

export const NOISE: readonly Subject[] = [messages(64), messages(1500)]
