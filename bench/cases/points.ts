import { nobleBackend as backend } from '../../src/crypto/noble.js'
import type { Part } from '../measure.js'

/** Whether each of these bytes is a point: a square root modulo p each. */
export function validity(points: readonly Uint8Array[]): Part {
  let next = 0
  return {
    what: 'point checked',
    times: points.length,
    run: () => backend.isPoint(points[next++ % points.length]!),
  }
}
