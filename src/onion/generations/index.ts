/**
 * Every wire form that onion messages ever had, as values for the engine of `lno/onion`: what a node needs that reaches peers
 * of years ago, and that they reach. Today's alone is in `lno/onion`, so that whoever wants no more carries no more.
 *
 * @packageDocumentation
 */

export { GENERATIONS } from './all.js'
export { modern, ONION_MESSAGE_PAYLOAD } from './modern.js'
export { modernUncounted, UNCOUNTED_PAYLOAD } from './modern-uncounted.js'
export { OBS_PAYLOAD, obs, obsReplyPath } from './obs.js'
export { OBS2_ENCRYPTED_DATA, OBS2_PAYLOAD, obs2 } from './obs2.js'
export { uncountedPath } from './uncounted-path.js'
