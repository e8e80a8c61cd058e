import { closeSync, createReadStream, fchmodSync, openSync, writeSync } from 'node:fs'
import { isLnoError, type LnoError } from '../../base/error.js'
import { captureError } from './codes.js'
import type { CaptureEntry, CaptureHeader } from './format.js'
import { readCapture } from './parse.js'
import { type CaptureOptions, type CaptureWriter, captureTo } from './writer.js'

/** A capture that goes to a file. */
export interface CaptureFile extends CaptureWriter {
  close(): void
}

/**
 * Begins a capture in a new file that only its owner can read (0600). A line is in the file when the call returns, so that a crash
 * costs nothing that was said before it.
 *
 * @param onFailed hears once that the disk does not take it any more; the node goes on, and nothing more is written
 * @throws LnoError `CAPTURE_FAILED`, also when the file exists
 */
export function captureFile(path: string, options: CaptureOptions, onFailed: (error: LnoError) => void): CaptureFile {
  let file: number | undefined = create(path)
  const close = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  const write = (line: string): void => {
    if (file === undefined) return
    const bytes = Buffer.from(line)
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
  }
  const guarded = (line: string): void => {
    try {
      write(line)
    } catch (cause) {
      close()
      onFailed(failed(path, cause))
    }
  }
  let begun = false
  try {
    const writer = captureTo((line) => (begun ? guarded(line) : write(line)), options)
    begun = true
    return { ...writer, close }
  } catch (cause) {
    close()
    throw failed(path, cause)
  }
}

/**
 * The lines of a capture, the header first.
 * @throws LnoError (while it is read) `CAPTURE_FAILED`, and what `parseCapture` throws
 */
export async function* readCaptureFile(path: string): AsyncGenerator<CaptureHeader | CaptureEntry, void> {
  try {
    yield* readCapture(createReadStream(path))
  } catch (cause) {
    throw isLnoError(cause) ? cause : failed(path, cause)
  }
}

function create(path: string): number {
  try {
    // Never over something that is there, and through no link: it may hold keys.
    const file = openSync(path, 'wx', 0o600)
    fchmodSync(file, 0o600)
    return file
  } catch (cause) {
    throw failed(path, cause)
  }
}

function failed(path: string, cause: unknown): LnoError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return captureError('CAPTURE_FAILED', `${path}: ${why}`, { cause })
}
