import { V0_10_2 } from '../../src/bolt12/legacy/dialect.js'
import { obs, obs2 } from './forms.js'
import { initFeatures } from './init-features.js'
import type { Profile } from './profile.js'

/**
 * c-lightning v0.10.2 (November 2021), as it ran with `--experimental-offers`.
 *
 * Emulated: takes, passes on and answers 387 and 385, each in its own form; asks with 387 and behind it 385, whatever it
 * knows; offers, requests and invoices of the form of 2021 with `chains` beside `chain` and the signature tag
 * `payer_signature`; its init; answers to connected peers alone; no encrypted data in the last hop of a request, no padding; a
 * relay minds no other known field beside its data; a secret of a path that has not 32 bytes is none; a truncated message is
 * answered with a warning and the end of the connection; a request that it could not read is answered with an invoice_error.
 *
 * Not emulated: the invoice_error for other requests that this node passes over in silence, such as those for an offer of
 * nobody; fields that nobody knows and records out of order were taken in payloads (this node drops such messages); one secret
 * for all reply paths of a node, which only the node itself can see; a 385 that is passed back to the peer that it came from,
 * or names this node as its own next hop; outgoing messages as fast as a socket takes them; gossip and channels.
 */
export const v0_10_2: Profile = {
  name: 'v0.10.2',
  generations: [obs2, obs],
  node: {
    policy: () => ['obs2', 'obs'],
    dialect: V0_10_2,
    answersTo: 'peers',
    features: initFeatures('8008026aa2'),
  },
  onMalformed: 'warn and hang up',
  lastHop: 'no data',
}
