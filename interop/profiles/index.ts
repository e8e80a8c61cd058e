/**
 * Releases that a node of ours can be started as: `lno interop node --emulate RELEASE`.
 * @module
 */
import type { EMULATE } from '../../src/cli/interop-node.js'
import type { Profile } from './profile.js'
import { v0_10_2 } from './v0.10.2.js'
import { v0_11 } from './v0.11.js'
import { v22_11 } from './v22.11.js'

/** By name, oldest first. */
export const PROFILES: Readonly<Record<(typeof EMULATE)['emulate']['choices'][number], Profile>> = {
  'v0.10.2': v0_10_2,
  'v0.11': v0_11,
  'v22.11': v22_11,
}
