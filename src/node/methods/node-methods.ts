import { method, none } from '../control/index.js'
import { isoTime } from '../iso-time.js'
import type { LnoNode } from '../node.js'

/** What the process around a node knows and does. */
export interface Daemon {
  readonly version: string
  readonly pid: number
  readonly dataDir: string
  readonly socketPath: () => string
  /** Begins to stop; the answer to whoever asked still leaves. */
  stop(): void
}

/** `node.info`, `node.stop` */
export function nodeMethods(node: LnoNode, daemon: Daemon) {
  return [
    method('node.info', none, () => {
      const { nodeId, network, addresses, features, generations, counters, peers, offers, wallet, startedAt } =
        node.info()
      return {
        node_id: nodeId,
        network,
        addresses,
        features,
        generations,
        messages: counters,
        peers,
        offers,
        wallet,
        version: daemon.version,
        pid: daemon.pid,
        data_dir: daemon.dataDir,
        socket: daemon.socketPath(),
        started_at: isoTime(startedAt),
      }
    }),
    method('node.stop', none, () => {
      daemon.stop()
      return { stopping: true, pid: daemon.pid }
    }),
  ] as const
}
