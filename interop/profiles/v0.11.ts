import { V0_11 } from '../../src/bolt12/legacy/dialect.js'
import { modernUncounted, obs2 } from './forms.js'
import { initFeatures } from './init-features.js'
import type { Profile } from './profile.js'

/**
 * c-lightning v0.11.0 to v0.12.1 (April to August 2022), as they ran with `--experimental-offers`.
 *
 * Emulated: takes, passes on and answers 513 whose reply path has no count, and 387; asks with both in that order, whatever it
 * knows; offers, requests and invoices of the form of 2021, in which `chains` is unknown to requests and invoices; its init;
 * answers to connected peers alone; no encrypted data in the last hop of a request, no padding; a relay minds no other known
 * field beside its data and follows no channel; a secret of a path that has not 32 bytes is none; a truncated message is
 * answered with a warning; a request that it could not read is answered with an invoice_error.
 *
 * Not emulated: the invoice_error for other requests that this node passes over in silence, such as those for an offer of
 * nobody; odd fields that nobody knows beside a relay's data (this node drops such messages); one secret for all reply paths
 * of a node, which only the node itself can see; one key for the two reply paths of a request, which linked them; a message
 * that names this node as its own next hop, or goes back to the peer that it came from; outgoing messages as fast as a socket
 * takes them; gossip and channels.
 */
export const v0_11: Profile = {
  name: 'v0.11',
  generations: [modernUncounted, obs2],
  node: {
    policy: () => ['modern-uncounted', 'obs2'],
    dialect: V0_11,
    answersTo: 'peers',
    features: initFeatures('80080269a2'),
  },
  onMalformed: 'warn',
  lastHop: 'no data',
}
