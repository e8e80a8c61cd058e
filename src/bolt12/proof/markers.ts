import { inRanges, type TypeRange } from '../ranges.js'

/**
 * Types of the records that a proof shows of an invoice, and numbers that markers may have (rule PP9). Between them lie
 * signatures and what a proof adds, and later may add, of its own (rule PP12).
 */
export const SHOWN_RANGES: readonly TypeRange[] = [
  [1n, 239n],
  [1_000_000_000n, 3_999_999_999n],
]

/** True for a record of the invoice, false for one of the proof itself and for signatures. */
export function isShown(type: bigint): boolean {
  return inRanges(type, SHOWN_RANGES)
}

/**
 * The marker behind a marker or a shown type: one more. Behind 239 that is the first experimental type, as nothing
 * between them can be a marker; the rule for writers says so, and a reader that did not know it would refuse what they
 * write.
 */
export function nextMarker(after: bigint): bigint {
  const next = after + 1n
  return next > 239n && next < 1_000_000_000n ? 1_000_000_000n : next
}

/**
 * The markers for the hidden ones of an invoice's types (rule PP3). They tell how many are hidden and between which of the
 * shown ones, not which types they are. Type 0 is hidden in every proof and has none.
 * @param types ascending, without signatures
 */
export function markersOf(types: readonly bigint[], isIncluded: (type: bigint) => boolean): readonly bigint[] {
  const markers: bigint[] = []
  let last = 0n
  for (const type of types) {
    if (isIncluded(type)) {
      last = type
    } else if (type !== 0n) {
      last = nextMarker(last)
      markers.push(last)
    }
  }
  return markers
}

/** Whether a marker is wrong, by the one in front of it and the types that are shown. */
type IsWrong = (marker: bigint, previous: bigint | undefined, shown: ReadonlySet<bigint>) => boolean

/** The ways in which a marker can be wrong (rule PP9). */
const FAULTS = {
  order: (marker, previous) => previous !== undefined && marker <= previous,
  zero: (marker) => marker === 0n,
  range: (marker) => marker !== 0n && !isShown(marker),
  shown: (marker, _, shown) => shown.has(marker),
  sequence: (marker, previous = 0n, shown) =>
    marker !== nextMarker(previous) && !shown.has(marker - 1n) && !(marker === nextMarker(239n) && shown.has(239n)),
} as const satisfies Record<string, IsWrong>

export type MarkerFault = keyof typeof FAULTS

/** Index of the first marker with that fault. */
export function faultyMarker(
  fault: MarkerFault,
  markers: readonly bigint[],
  shown: ReadonlySet<bigint>,
): number | undefined {
  const isWrong: IsWrong = FAULTS[fault]
  const index = markers.findIndex((marker, i) => isWrong(marker, markers[i - 1], shown))
  return index < 0 ? undefined : index
}

const ALONE: readonly MarkerFault[] = ['order', 'zero', 'range', 'shown']

/** True when each marker may stand there by itself, so that gaps between them can be looked for. */
export function areMarkersListed(markers: readonly bigint[], shown: ReadonlySet<bigint>): boolean {
  return ALONE.every((fault) => faultyMarker(fault, markers, shown) === undefined)
}

/** True when every part of rule PP9 holds. */
export function areMarkersGood(markers: readonly bigint[], shown: ReadonlySet<bigint>): boolean {
  return areMarkersListed(markers, shown) && faultyMarker('sequence', markers, shown) === undefined
}
