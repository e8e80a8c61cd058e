import { toHex } from '../../../src/base/hex.js'
import type { BlindedPath } from '../../../src/blinding/index.js'
import { decodeInvoiceError, decodeOffer } from '../../../src/bolt12/decode.js'
import { INVREQ_FIELDS, type InvoiceRequest, SIGNATURE } from '../../../src/bolt12/invoice-request.js'
import { OFFER_RANGES, recordsIn } from '../../../src/bolt12/ranges.js'
import { signRecords } from '../../../src/bolt12/signature.js'
import { publicKey, randomSecret } from '../../../src/crypto/group.js'
import { parsePeer } from '../../../src/node/addresses.js'
import { systemClock } from '../../../src/node/clock.js'
import type { NodeEvent } from '../../../src/node/events.js'
import { identityOf } from '../../../src/node/identity.js'
import { systemNet } from '../../../src/node/net/index.js'
import { createNode, type LnoNode } from '../../../src/node/node.js'
import { systemRandom } from '../../../src/node/random.js'
import { memoryStore } from '../../../src/node/store/memory-store.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { encodeRecords, joinRecords } from '../../../src/wire/tlv.js'

/** An answer that came over a reply path of the test's. */
export interface Answer {
  /** Of the question that it came for, in order from 0. */
  readonly question: number
  readonly kind: 'invoice' | 'invoice_error'
  /** What an invoice_error says. */
  readonly error: string | undefined
}

/** A node within the test that sends what it is told to: what no well-behaved payer would. */
export interface TestPeer {
  readonly node: LnoNode
  /** `PUBKEY@HOST:PORT` at which it takes calls. */
  readonly at: string
  /** Answers in the order in which they came. */
  readonly answers: readonly Answer[]
  /**
   * Sends an invoice_request, whatever it says, over our peer to that peer itself or along a path that begins at it.
   * @returns the number of the question
   */
  ask(peer: string, request: Uint8Array, along?: BlindedPath): number
  /** The next answer to a question: one that has come, or one that will. */
  answerTo(question: number): Promise<Answer>
  stop(): Promise<void>
}

export interface TestPeerOptions {
  /** `PUBKEY@HOST:PORT` of a node to connect to. */
  readonly to?: string
  /** Feature bits of its init; those of every node unless given. */
  readonly features?: readonly number[]
  readonly onEvent?: (event: NodeEvent) => void
}

/** Starts one. */
export async function testPeer({ to, features, onEvent }: TestPeerOptions): Promise<TestPeer> {
  const node = await createNode({
    network: 'regtest',
    identity: identityOf(systemRandom(32)),
    store: memoryStore(),
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    listen: [{ kind: 'tcp', host: '127.0.0.1', port: 0 }],
    ...(features && { features }),
    ...(onEvent && { onEvent }),
  })
  if (to !== undefined) {
    const { nodeId, address } = parsePeer(to)
    await node.connectPeer(nodeId, address)
  }
  const answers: Answer[] = []
  const questions = new Map<string, number>()
  const waiters = new Set<() => void>()
  for (const [type, kind] of [
    [66n, 'invoice'],
    [68n, 'invoice_error'],
  ] as const) {
    node.messenger.handle(type, ({ pathId, value }) => {
      const question = questions.get(pathId ? toHex(pathId) : '')
      if (question === undefined) return
      const error = kind === 'invoice' ? undefined : decodeInvoiceError(value).fields.error
      answers.push({ question, kind, error })
      for (const waiter of [...waiters]) waiter()
    })
  }
  return {
    node,
    at: `${node.id}@${node.info().addresses[0]}`,
    answers,
    ask(peer, request, along) {
      const pathId = systemRandom(32)
      const question = questions.size
      questions.set(toHex(pathId), question)
      node.messenger.send({
        generation: modern,
        route: [peer],
        to: along ?? peer,
        contents: { invoice_request: request, reply_path: node.messenger.makePath([peer, node.id], pathId) },
        onFate: () => undefined,
      })
      return question
    },
    answerTo: (question) =>
      new Promise((resolve) => {
        const look = () => {
          const found = answers.find((answer) => answer.question === question)
          if (found === undefined) return
          waiters.delete(look)
          resolve(found)
        }
        waiters.add(look)
        look()
      }),
    stop: () => node.stop(),
  }
}

/** A request for an offer with a good signature, whatever else it says: our own library makes none that breaks a rule. */
export function requestFor(offer: string, fields: Partial<InvoiceRequest> = {}): Uint8Array {
  const payerKey = randomSecret(systemRandom)
  const mirrored = recordsIn(decodeOffer(offer).records, OFFER_RANGES)
  const own = {
    invreq_metadata: systemRandom(16),
    invreq_chain: chainHashOf('regtest'),
    invreq_payer_id: publicKey(payerKey),
    ...fields,
  }
  const records = encodeRecords(INVREQ_FIELDS, own, mirrored)
  const signature = signRecords(['invoice_request', 'signature'], records, payerKey, systemRandom(32))
  return joinRecords(encodeRecords(SIGNATURE, { signature }, records))
}
