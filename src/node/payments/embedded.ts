import type { Store } from '../../base/effects.js'
import { countedHeight } from '../../payments/block-clock.js'
import { paymentError } from '../../payments/codes.js'
import { EmbeddedWallet, type EmbeddedWalletOptions } from '../../wallets/embedded/embedded-wallet.js'
import { INIT_FEATURES } from '../../wire/feature-table.js'
import type { NodeIdentity } from '../identity.js'
import { deriveSecret } from '../secrets.js'
import type { PaymentsEvent } from './events.js'
import { DEFAULT_FORWARDING } from './forwarding.js'

/** Feature bits of init with the embedded wallet: blinded HTLCs (25), attribution of failures (37) and hosted channels (257). */
export const HOSTING_FEATURES: readonly number[] = [...INIT_FEATURES, 25, 37, 257]

/** How the embedded wallet hosts channels and passes payments on. */
export type HostingOptions = Partial<
  Pick<EmbeddedWalletOptions, 'forwarding' | 'openTo' | 'tellsNeighbours' | 'blockClock'>
>

/** What the embedded wallet of a node needs of it. */
export interface EmbeddedOptions
  extends Pick<EmbeddedWalletOptions, 'network' | 'store' | 'clock' | 'random' | 'peers' | 'nextTurn'> {
  readonly store: Store
  readonly identity: NodeIdentity
  readonly hosting?: HostingOptions
  readonly onEvent: (event: PaymentsEvent) => void
  /** The peer of a channel: it shall be connected whenever it can be. */
  readonly keep: (nodeId: string) => void
}

/**
 * Starts the wallet that needs no other program.
 * @throws LnoError `HEIGHT_UNKNOWN` on bitcoin without a source of the height
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedWallet> {
  const { network, store, clock, random, peers, nextTurn, identity, hosting = {}, onEvent, keep } = options
  const {
    blockClock = countedHeight(network),
    forwarding = DEFAULT_FORWARDING,
    openTo,
    tellsNeighbours = true,
  } = hosting
  if (blockClock.height(clock.now()) === undefined) {
    throw paymentError('HEIGHT_UNKNOWN', `hosted channels on ${network} need a source of the height of the chain`)
  }
  const wallet = await EmbeddedWallet.start({
    network,
    store,
    clock,
    random,
    peers,
    blockClock,
    forwarding,
    tellsNeighbours,
    ...(openTo && { openTo }),
    ...(nextTurn && { nextTurn }),
    nodeSecret: identity.keys.secret,
    preimageSecret: deriveSecret(identity.nodeSecret, 'preimages'),
    onStopped: ({ code, message: why }) => onEvent({ type: 'wallet_stopped', code, why }),
  })
  wallet.onEvent((event) => {
    if (event.type === 'channel_opened') keep(event.channel.peer)
  })
  return wallet
}
