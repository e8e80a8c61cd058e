import { withNode } from './daemon/client.js'
import { makeOffer } from './daemon/make-offer.js'
import { parseCount, parseExpiry, parsePath, parsePrice, parseQuantityMax, parseQuantityMin } from './daemon/options.js'
import { QR } from './daemon/show-string.js'
import { defineCommand } from './frame/command.js'
import { usage } from './frame/exit.js'

export const command = defineCommand({
  description:
    'Makes an offer at the running node and keeps it there. Without --path the offer names the id of the node, and payers must be able to reach it. With --path A,B payers reach A, which passes on to B, which passes on to this node: they learn A and nothing else. The nodes of a path must take onion messages, and the last one must be connected to this node.\n\nA node that speaks only old wire forms of onion messages (lno node start --generations) makes offers in the form of 2021, which c-lightning v0.10.1 to v0.12.1 reads and others do not. They name the node, have no paths, and their invoices are paid in the clear.',
  args: {},
  options: {
    amount: {
      value: 'MSAT',
      required: true,
      parse: parsePrice,
      summary: '10000 (msat), 10sat, or any: the payer chooses',
    },
    description: { value: 'TEXT', summary: 'what is paid for; needed with an amount' },
    issuer: { value: 'TEXT', summary: 'who sells: shop@example.com, or a name' },
    quantityMin: {
      value: 'COUNT',
      parse: parseQuantityMin,
      summary: 'payers must take at least so many; in the form of 2021 alone',
    },
    quantityMax: {
      value: 'COUNT',
      parse: parseQuantityMax,
      summary: 'payers may take up to so many; any for no maximum',
    },
    expiry: { value: 'WHEN', parse: parseExpiry, summary: '1h, 7d, 2027-01-31, or Unix seconds' },
    label: { value: 'TEXT', summary: 'a name of your own, which nobody else sees' },
    singleUse: { summary: 'for one payment only' },
    issuerKey: { summary: 'with --path: name a key made for this offer alone, which signs its invoices' },
    path: {
      value: 'A,B',
      many: true,
      parse: parsePath,
      summary: 'node ids of a way to this node, its first node first',
    },
    dummyHops: {
      value: 'COUNT',
      parse: parseCount(0, 10),
      summary: 'with --path: hops to this node itself, to hide how long paths are',
    },
    form: {
      value: 'FORM',
      choices: ['modern', '2021'],
      summary: 'form of BOLT 12 to write it in (default modern where the node speaks it)',
    },
    qr: QR,
  },
  examples: [
    'lno offer create --amount 10sat --description "One cup of coffee"',
    'lno offer create --amount any --path 02…,03… --label tips',
  ],
  run: async (context) => {
    const { options, io, next } = context
    const { amount, expiry, path, dummyHops, qr, ...said } = options
    // Without a path they would do nothing, and the offer would name the node that they were to hide.
    for (const [flag, given] of [
      ['--issuer-key', options.issuerKey],
      ['--dummy-hops', dummyHops !== undefined],
    ] as const) {
      if (given && path.length === 0) throw usage(`${flag} needs --path`)
    }
    const wanted = { ...said, amountMsat: amount, expiresAt: expiry?.(io.now()), paths: path, dummyHops }
    return withNode(context, async (node) => {
      const offer = await makeOffer(context, node, wanted, qr)
      next(`lno fetch ${offer.bolt12.slice(0, 12)}…`)
    })
  },
})
