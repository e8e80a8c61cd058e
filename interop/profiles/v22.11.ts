import { modern } from './forms.js'
import { initFeatures } from './init-features.js'
import type { Profile } from './profile.js'

/**
 * Core Lightning v22.11 (November 2022), as it ran with `--experimental-offers`: the first with today's forms.
 *
 * Emulated: takes, passes on and sends 513 with a counted reply path, and nothing older; reply paths that begin at a node id
 * alone; its init; answers to connected peers alone; no encrypted data in the last hop of a request, no padding; a relay minds
 * no other known field beside its data and follows no channel; a secret of a path that has not 32 bytes is none; a truncated
 * message is answered with a warning.
 *
 * Not emulated: the invoice_error for requests that this node passes over in silence; fields of BOLT 12 that had other numbers
 * or did not exist (recurrence, invreq_paths); that it asked over no path of an offer; odd fields that nobody knows beside a
 * relay's data (this node drops such messages); a message that names this node as its own next hop, or goes back to the peer
 * that it came from; outgoing messages as fast as a socket takes them; gossip and channels.
 */
export const v22_11: Profile = {
  name: 'v22.11',
  generations: [modern],
  node: {
    policy: () => ['modern'],
    answersTo: 'peers',
    features: initFeatures('08a0800a0269a2'),
  },
  onMalformed: 'warn',
  lastHop: 'no data',
}
