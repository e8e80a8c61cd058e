/**
 * An in-memory network of lno nodes for the tests of applications: fixed keys, a clock that stands still, faults and merchants that
 * answer wrongly. Node.js only.
 *
 * @packageDocumentation
 */
export type { FakeFault } from './fake-bank.js'
export { type FakeWallet, type FakeWalletOptions, fakeWallets, type OpenFakeWallet } from './fake-wallet.js'
export { MANUAL_CLOCK_START, type ManualClock, manualClock } from './manual-clock.js'
export { MISBEHAVIOURS, type Misbehaviour } from './misbehaviour.js'
export {
  createTestNetwork,
  type TestChannel,
  type TestNetwork,
  type TestNetworkOptions,
  type TestNodeOptions,
} from './network.js'
export { seededRandom } from './seeded-random.js'
export type { TestNode, TestOffer, TestRefund } from './test-node.js'
