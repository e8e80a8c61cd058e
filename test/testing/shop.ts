import { createTestNetwork, type TestNetwork, type TestNode } from '../../src/testing/index.js'

export interface Shop {
  readonly network: TestNetwork
  readonly merchant: TestNode
  readonly relay: TestNode
  readonly payer: TestNode
}

/** merchant - relay - payer. */
export async function shop(seed = 'shop'): Promise<Shop> {
  const network = createTestNetwork({ seed })
  const [merchant, relay, payer] = [
    await network.addNode('merchant'),
    await network.addNode('relay'),
    await network.addNode('payer'),
  ]
  await network.connect(merchant, relay)
  await network.connect(payer, relay)
  return { network, merchant, relay, payer }
}

export const TEA = { description: 'Tea', amountMsat: 10_000n } as const

/** What a node told, by kind. */
export const kinds = (node: TestNode) => node.events.map((event) => event.kind)
