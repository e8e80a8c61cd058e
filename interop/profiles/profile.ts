import type { Random } from '../../src/base/effects.js'
import type { LnoNode, NodeOptions } from '../../src/node/node.js'
import type { Generation } from '../../src/onion/generation.js'
import { sendBare } from './bare.js'
import { complaining, type OnMalformed } from './malformed.js'
import { refuseUnreadable } from './unreadable.js'

/** What a release did where others can see it: a node of ours with other parts in the place of its own. */
export interface Profile {
  /** As `--emulate` takes it: `v0.10.2`. */
  readonly name: string
  /** The forms of onion messages that it took, passed on and answered. */
  readonly generations: readonly Generation[]
  readonly node: Pick<NodeOptions, 'policy' | 'dialect' | 'answersTo' | 'features'>
  /** What it did about an onion message that is no whole one. */
  readonly onMalformed: OnMalformed
  /** Whether the last hop of a message to a node id found encrypted data, which say nothing there. */
  readonly lastHop: 'data' | 'no data'
}

/** A profile for one node. */
export interface Disguise {
  /** For `createNode` or `startDaemon`. */
  readonly options: Pick<NodeOptions, 'generations' | 'policy' | 'dialect' | 'answersTo' | 'features' | 'channel'>
  /** To be called with that node as soon as it has started. */
  attach(node: LnoNode): void
}

/** @param random draws the secrets of paths that the node's own code does not make */
export function disguise(profile: Profile, random: Random): Disguise {
  const { generations, node: options, onMalformed, lastHop } = profile
  let started: LnoNode | undefined
  return {
    options: {
      ...options,
      generations,
      channel: complaining(generations, onMalformed, (peer) => started?.connections.disconnect(peer)),
    },
    attach: (node) => {
      started = node
      if (lastHop === 'no data') sendBare(node.messenger, random)
      if (options.dialect !== undefined) refuseUnreadable(node.messenger, options.dialect)
    },
  }
}
