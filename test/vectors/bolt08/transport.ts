import { fromHex, toHex } from '../../../src/base/hex.js'
import {
  endHandshake,
  feedHandshake,
  type Handshake,
  initiate,
  keyPair,
  respond,
} from '../../../src/noise/handshake.js'
import { Decryptor, Encryptor } from '../../../src/noise/transport.js'
import type { Json } from '../../support/json.js'
import { type Case, defineReplay } from '../replay.js'

type Step =
  | { readonly input: string }
  | { readonly output: string; readonly message_index?: number }
  | { readonly error: string }
  | { readonly keys: { readonly sk: string; readonly rk: string } }

type Vector = {
  readonly name: string
  readonly steps: readonly Step[]
  readonly 'rs.pub'?: string
  readonly 'ls.priv'?: string
  readonly 'ls.pub'?: string
  readonly 'e.priv'?: string
  readonly ck?: string
  readonly sk?: string
  readonly rk?: string
}

function equal(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual}, the file says ${expected}`)
}

function replayHandshake(vector: Vector): void {
  const local = keyPair(fromHex(vector['ls.priv']!))
  equal(toHex(local.publicKey), vector['ls.pub']!, 'ls.pub')
  const random = () => fromHex(vector['e.priv']!)
  const remote = vector['rs.pub']
  let state: Handshake
  let output: Uint8Array = new Uint8Array(0)
  if (remote === undefined) state = respond({ local, random })
  else ({ state, output } = initiate({ local, random, remoteStatic: fromHex(remote) }))
  for (const step of vector.steps) {
    if ('input' in step) {
      ;({ state, output } = feedHandshake(state, fromHex(step.input)))
    } else if ('output' in step) {
      equal(toHex(output), step.output, 'output')
      output = new Uint8Array(0)
    } else if ('error' in step) {
      equal(toHex(output), '', 'output before an error')
      // Where the file cuts an act short, the stream ends there.
      if (step.error.endsWith('READ_FAILED')) state = endHandshake(state)
      // The file puts the version it met behind the name of that error.
      equal(state.phase === 'failed' ? state.error.code : state.phase, step.error.split(' ')[0]!, 'error')
    } else {
      if (state.phase !== 'done') throw new Error(`the handshake is in ${state.phase}`)
      equal(toHex(state.keys.sendKey), step.keys.sk, 'sk')
      equal(toHex(state.keys.receiveKey), step.keys.rk, 'rk')
      equal(toHex(state.rest), '', 'rest')
      if (remote !== undefined) equal(toHex(state.remoteStatic), remote, 'remote static key')
    }
  }
}

function replayMessages(vector: Vector): void {
  const keys = {
    sendKey: fromHex(vector.sk!),
    receiveKey: fromHex(vector.sk!),
    chainingKey: fromHex(vector.ck!),
  }
  const expected = new Map(
    vector.steps.map((step) => {
      if (!('output' in step)) throw new Error('a transport step without output')
      return [step.message_index!, step.output] as const
    }),
  )
  const encryptor = new Encryptor(keys)
  const decryptor = new Decryptor(keys)
  const hello = toHex(new TextEncoder().encode('hello'))
  for (let index = 0; index <= Math.max(...expected.keys()); index++) {
    const packet = encryptor.encrypt(fromHex(hello))
    const wanted = expected.get(index)
    if (wanted !== undefined) equal(toHex(packet), wanted, `message ${index}`)
    const { messages, error } = decryptor.feed(packet)
    if (error) throw error
    equal(messages.map(toHex).join(), hello, `message ${index} read back`)
  }
}

export default defineReplay('bolt08/transport.json', (json: Json): readonly Case[] =>
  (json as readonly Vector[]).map((vector) => ({
    name: vector.name,
    run: () => ('ls.priv' in vector ? replayHandshake(vector) : replayMessages(vector)),
  })),
)
