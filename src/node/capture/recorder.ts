import type { Clock } from '../../base/effects.js'
import type { LnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import type { NodeIdentity } from '../identity.js'
import { packageVersion } from '../version.js'
import { type CaptureFile, captureFile } from './file.js'

/** What the user asked for. */
export interface CaptureRequest {
  /** A file that does not exist yet. */
  readonly path: string
  /** Whether the node's own key is written too. */
  readonly keys: boolean
}

/**
 * Begins the capture of a node that is about to start; its `message` is the node's `tap`.
 * @throws LnoError `CAPTURE_FAILED`
 */
export function captureNode(
  { path, keys }: CaptureRequest,
  { keys: own }: NodeIdentity,
  network: string,
  clock: Clock,
  onFailed: (error: LnoError) => void,
): CaptureFile {
  return captureFile(
    path,
    {
      lno: packageVersion(),
      network,
      nodeId: toHex(own.publicKey),
      startedAt: clock.now(),
      ...(keys && { nodeKey: own.secret }),
    },
    onFailed,
  )
}
