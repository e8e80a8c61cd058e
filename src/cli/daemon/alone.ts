import type { LnoError } from '../../base/error.js'
import { type CaptureRequest, captureNode } from '../../node/capture/recorder.js'
import { systemClock } from '../../node/clock.js'
import { toJsonEvent } from '../../node/events.js'
import { identityOf } from '../../node/identity.js'
import { systemNet } from '../../node/net/index.js'
import { createNode, type LnoNode } from '../../node/node.js'
import { systemRandom } from '../../node/random.js'
import { memoryStore } from '../../node/store/memory-store.js'
import type { NetworkName } from '../../wire/chains.js'

export interface AloneOptions {
  /** Writes all messages and events down. */
  readonly capture?: CaptureRequest | undefined
  /** Hears once that the capture cannot go on. */
  readonly onCaptureFailed: (error: LnoError) => void
}

/**
 * A node for one command: a key that nobody has seen before, no disk, no calls taken.
 * @throws LnoError `CAPTURE_FAILED`, and what `use` throws
 */
export async function withThrowAwayNode<T>(
  network: NetworkName,
  use: (node: LnoNode) => Promise<T>,
  options: AloneOptions,
): Promise<T> {
  const identity = identityOf(systemRandom(32))
  const capture =
    options.capture && captureNode(options.capture, identity, network, systemClock, options.onCaptureFailed)
  const node = await createNode({
    network,
    identity,
    store: memoryStore(),
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    nextTurn: (run) => void setImmediate(run),
    ...(capture && {
      tap: capture.message,
      onEvent: (event) => capture.event(toJsonEvent(event, systemClock.now())),
    }),
  })
  try {
    return await use(node)
  } finally {
    await node.stop()
    capture?.close()
  }
}
