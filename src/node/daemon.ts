import { setImmediate } from 'node:timers'
import type { NetAddress } from '../base/effects.js'
import type { Wallet } from '../wallets/wallet.js'
import type { ChainName } from '../wire/chains.js'
import type { CaptureFile } from './capture/file.js'
import { type CaptureRequest, captureNode } from './capture/recorder.js'
import { systemClock } from './clock.js'
import { type ControlServer, startControl } from './control/index.js'
import { openDataDir } from './data-dir.js'
import { limitEvents } from './event-limit.js'
import { type JsonEvent, type NodeEvent, toJsonEvent } from './events.js'
import { allMethods } from './methods/index.js'
import { systemNet } from './net/index.js'
import { createNode, type LnoNode, type NodeOptions } from './node.js'
import { systemRandom } from './random.js'

/** A node with a folder and a control socket: what `lno node start` runs. */
export interface DaemonOptions
  extends Pick<
    NodeOptions,
    'scids' | 'ping' | 'channel' | 'generations' | 'policy' | 'dialect' | 'answersTo' | 'features' | 'hosting'
  > {
  readonly network: ChainName
  /**
   * `embedded` unless given, on every network but bitcoin, where hosted channels need a source of the height of the chain: there
   * it is none.
   */
  readonly wallet?: 'embedded' | 'none' | Wallet
  readonly dataDir: string
  readonly listen: readonly NetAddress[]
  /** Of the program. */
  readonly version: string
  /** Writes all messages and events down. */
  readonly capture?: CaptureRequest
  /** Hears of events, in both forms, and of no more than a log should hold (`EVENT_LIMIT`). */
  readonly onEvent: (json: JsonEvent, event: NodeEvent) => void
  /** Hears of faults of ours: errors without a code. */
  readonly onFault: (error: unknown) => void
}

export interface RunningDaemon {
  readonly node: LnoNode
  readonly socketPath: string
  /** Resolves when it has ended, from whichever side: `stop`, or the method `node.stop`. */
  readonly stopped: Promise<void>
  stop(): Promise<void>
}

/**
 * Starts in the order of dependence (folder and its lock, node, control socket) and stops in the reverse one.
 * @throws LnoError `NODE_ALREADY_RUNNING`, `CAPTURE_FAILED`, and what `openDataDir`, `createNode` and `startControl` throw
 */
export async function startDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const { network, dataDir, listen, version, scids, ping, channel } = options
  const { generations, policy, dialect, answersTo, features, hosting } = options
  const wallet = options.wallet ?? (network === 'bitcoin' ? 'none' : 'embedded')
  const data = await openDataDir(dataDir)
  let node: LnoNode | undefined
  let control: ControlServer | undefined
  let capture: CaptureFile | undefined
  let ended: () => void
  const stopped = new Promise<void>((resolve) => {
    ended = resolve
  })
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      const steps = [() => control?.close(), () => node?.stop(), () => capture?.close(), () => data.close()]
      for (const step of steps) {
        // One that fails must not keep the others from happening: peers wait, and the lock must be free in the end.
        try {
          await step()
        } catch (error) {
          options.onFault(error)
        }
      }
      ended()
    })()
    return stopping
  }
  const log = limitEvents(systemClock, (event) => options.onEvent(toJsonEvent(event, systemClock.now()), event))
  try {
    // A capture that fails must not take the node with it.
    capture = options.capture && captureNode(options.capture, data.identity, network, systemClock, options.onFault)
    node = await createNode({
      network,
      identity: data.identity,
      store: data.store,
      net: systemNet,
      clock: systemClock,
      random: systemRandom,
      listen,
      ...(scids && { scids }),
      ...(ping && { ping }),
      ...(channel && { channel }),
      ...(generations && { generations }),
      ...(policy && { policy }),
      ...(dialect && { dialect }),
      ...(answersTo && { answersTo }),
      ...(features && { features }),
      ...(wallet !== 'none' && { wallet }),
      ...(hosting && { hosting }),
      nextTurn: (run) => void setImmediate(run),
      ...(capture && { tap: capture.message }),
      onEvent: (event) => {
        const json = toJsonEvent(event, systemClock.now())
        capture?.event(json)
        control?.publish(json)
        log(event)
      },
    })
    const daemon = {
      version,
      pid: process.pid,
      dataDir: data.dir,
      socketPath: () => control?.socketPath ?? '',
      // In a later turn: the answer to whoever asked leaves first.
      stop: () => void setImmediate(() => void stop()),
    }
    control = await startControl({
      data,
      hello: { version, nodeId: node.id, network },
      methods: allMethods(node, daemon, systemClock.now),
      onFault: options.onFault,
    })
    return { node, socketPath: control.socketPath, stopped, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
