export { type CaptureFile, captureFile, readCaptureFile } from './file.js'
export type {
  Capture,
  CapturedEvent,
  CapturedKeys,
  CapturedMessage,
  CapturedNote,
  CaptureEntry,
  CaptureHeader,
} from './format.js'
export { parseCapture, readCapture } from './parse.js'
export { type CaptureRequest, captureNode } from './recorder.js'
export { type CaptureOptions, type CaptureWriter, captureTo } from './writer.js'
