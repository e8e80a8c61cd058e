import { toHex } from '../../src/base/hex.js'
import { decodeOffer } from '../../src/bolt12/decode.js'
import { decodeLegacyOffer, isLegacyString } from '../../src/bolt12/legacy/index.js'
import type { NodeOptions } from '../../src/node/node.js'
import { unroutablePaths } from '../../src/node/offers/payment-paths.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import type { ChainName } from '../../src/wire/chains.js'
import { seededRandom } from '../node/connections/world.js'
import { coffee, type LabNode, lab } from '../node/lab.js'
import type { Party } from './parties.js'

/** Milliseconds that an answer is waited for, on the clock of the test. */
const WAIT_MS = 15_000

/** What became of one copy of a request. */
export interface Copy {
  /** Type of the message: 385, 387, 513. */
  readonly type: number
  /** `lost`: it never came to the issuer, or said nothing there; `ignored`: it came, and the issuer did not answer. */
  readonly fate: 'lost' | 'ignored' | 'refused' | 'answered'
}

export interface CellResult {
  /** In the order in which they were sent. */
  readonly copies: readonly Copy[]
  /** How the request ended for who made it: `invoice`, or a code. */
  readonly end: string
  /** The form of the offer. */
  readonly offer: 'modern' | '2021'
  /** How many invoices the payer was told of. */
  readonly invoices: number
  /** The invoices that came back, in their order: the type of the message, and the bytes in it. */
  readonly answers: readonly { readonly type: number; readonly invoice: string }[]
  /** What stands in `invoice list` at the issuer. */
  readonly promises: readonly string[]
}

export interface CellOptions {
  readonly requester: Party
  readonly responder: Party
  /** Between the two, who are not connected then. */
  readonly relay?: Party
  readonly network: ChainName
}

const typeOf = (name: string) => GENERATIONS.find((generation) => generation.name === name)!.messageType

/** One request of one node to another, and all that its events tell. */
export async function playCell({ requester, responder, relay, network }: CellOptions): Promise<CellResult> {
  const world = lab()
  const start = async (name: string, party: Party, more: Pick<NodeOptions, 'paymentPaths' | 'listen'> = {}) => {
    const { options, attach } = party.make(seededRandom(`${name} in disguise`))
    const started = await world.start(name, { ...options, network, ...more } as Omit<Partial<NodeOptions>, 'store'>)
    attach(started.node)
    return started
  }
  // Promises what nobody can pay, on every chain: the matrix is about messages.
  const paymentPaths = unroutablePaths({
    nodeId: new Uint8Array(33).fill(2),
    preimageSecret: new Uint8Array(32).fill(7),
    random: (length) => new Uint8Array(length).fill(5),
  })
  const answers: { readonly type: number; readonly invoice: string }[] = []
  const issuer = await start('issuer', responder, { paymentPaths })
  const payer = await start('payer', requester, { listen: [] })
  const usual = payer.node.messenger.handle(66n, (delivery) => {
    answers.push({ type: delivery.generation.messageType, invoice: toHex(delivery.value) })
    usual?.(delivery)
  })
  const between = relay && (await start('relay', relay))
  if (between === undefined) await world.connect(payer, issuer)
  else {
    await world.connect(issuer, between)
    await world.connect(payer, between)
  }
  // The form that the one who asks can read, where the issuer makes it.
  const { forms } = issuer.node.issuer
  const form = forms.find((each) => each === requester.reads) ?? forms[0]
  const { text } = await (form === '2021'
    ? issuer.node.issuer.createLegacy({ description: 'coffee', amountMsat: 10_000n })
    : issuer.node.issuer.create(coffee()))
  const isLegacy = isLegacyString(text)
  const scids = between ? [{ scid: 1n, nodes: [between.node.id, issuer.node.id] as const }] : []
  const ask = { scids, attempts: 2, timeoutMs: WAIT_MS }
  const asked = isLegacy ? payer.node.fetch(decodeLegacyOffer(text), ask) : payer.node.fetch(decodeOffer(text), ask)
  const end = await world.until(
    asked.then(
      () => 'invoice',
      (error: { readonly code?: string }) => error.code ?? String(error),
    ),
  )
  // The late twin is on its way still.
  await world.clock.advance(WAIT_MS)
  const copies = copiesOf(payer, issuer)
  const promises = (await issuer.node.promises.list(10)).map(({ invoice }) => toHex(invoice))
  await Promise.all([payer, issuer, between].map((each) => each?.node.stop()))
  return {
    copies,
    end,
    offer: isLegacy ? '2021' : 'modern',
    invoices: payer.told('invoice_received').length,
    answers,
    promises,
  }
}

function copiesOf(payer: LabNode, issuer: LabNode): readonly Copy[] {
  const types = (node: LabNode, type: 'message_sent' | 'message_received', contents: string) =>
    node.told(type).flatMap((event) => (event.contents === contents ? [typeOf(event.generation)] : []))
  const arrived = types(issuer, 'message_received', 'invoice_request')
  const invoices = types(payer, 'message_received', 'invoice')
  const errors = types(payer, 'message_received', 'invoice_error')
  return [...new Set(types(payer, 'message_sent', 'invoice_request'))].map((type) => ({
    type,
    fate: invoices.includes(type)
      ? 'answered'
      : errors.includes(type)
        ? 'refused'
        : arrived.includes(type)
          ? 'ignored'
          : 'lost',
  }))
}
