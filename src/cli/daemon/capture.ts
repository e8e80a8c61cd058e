import { resolve } from 'node:path'
import type { CaptureRequest } from '../../node/capture/recorder.js'
import { usage } from '../frame/exit.js'

/** Options of commands that run a node. */
export const CAPTURE = {
  capture: { value: 'FILE', summary: 'write all messages and events, decrypted, to a new file (docs/capture.md)' },
  captureKeys: { summary: 'write the key of the node into it, too: whoever gets the file can then act as this node' },
} as const

/** What the options ask for; the warning is said here. @throws LnoError `USAGE` */
export function captureRequest(
  options: { readonly capture: string | undefined; readonly captureKeys: boolean },
  note: (text: string) => void,
): CaptureRequest | undefined {
  const { capture, captureKeys } = options
  if (capture === undefined) {
    if (captureKeys) throw usage('--capture-keys needs --capture FILE')
    return undefined
  }
  if (captureKeys) {
    note(
      `Warning: ${capture} will hold the secret key of the node. Whoever reads it can act as this node: never pass it on.`,
    )
  }
  return { path: resolve(capture), keys: captureKeys }
}
