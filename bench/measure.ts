/**
 * A loop with a clock, and nothing else: what is measured and what it is held against take turns of a millisecond or two, so
 * that a busy machine slows both, and the figures are medians over the turns.
 */

/** A primitive operation that the measured thing cannot do without, and how often it needs it. */
export interface Part {
  readonly what: string
  readonly times: number
  run(): unknown
}

/** One thing to measure. */
export interface Subject {
  readonly name: string
  run(): unknown
  readonly primitives: readonly Part[]
  /** The ratio to the primitives that we want to stay within. */
  readonly aim?: number
}

export interface Result {
  readonly name: string
  readonly perSecond: number
  readonly microseconds: number
  /** Microseconds of the primitives. */
  readonly primitives: number
  /** Median over the turns of measured : primitives. */
  readonly ratio: number
  readonly aim: number | undefined
  readonly parts: readonly { readonly what: string; readonly times: number }[]
}

/** Shorter than what a scheduler gives a process at a time, so that most turns are not interrupted. */
const SLICE_NS = 1_500_000
const WARM_UP_NS = 150_000_000

/** What came out last: a result that is kept cannot be optimised away. */
const kept: { last: unknown } = { last: undefined }

function nanoseconds(run: () => unknown, times: number): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < times; i++) kept.last = run()
  return Number(process.hrtime.bigint() - start)
}

/** How often `run` fits into a turn, once the compiler is done with it. */
function timesPerSlice(run: () => unknown): number {
  let spent = 0
  let times = 0
  for (let round = 1; spent < WARM_UP_NS; round *= 2) {
    times = round
    spent = nanoseconds(run, times)
  }
  return Math.max(1, Math.round((times * SLICE_NS) / spent))
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Nanoseconds a call of each of the two, as medians, and the median of their ratio. */
export function interleave(
  first: () => unknown,
  second: () => unknown,
  rounds: number,
): { readonly first: number; readonly second: number; readonly ratio: number } {
  const times = [timesPerSlice(first), timesPerSlice(second)] as const
  const spent: (readonly [number, number])[] = []
  for (let round = 0; round < rounds; round++) {
    // Whoever goes first changes, so that what one leaves behind (garbage, heat) does not always hit the other.
    const a = round % 2 === 0 ? nanoseconds(first, times[0]) : 0
    const b = nanoseconds(second, times[1])
    spent.push([(a || nanoseconds(first, times[0])) / times[0], b / times[1]])
  }
  return {
    first: median(spent.map(([a]) => a)),
    second: median(spent.map(([, b]) => b)),
    ratio: median(spent.map(([a, b]) => a / b)),
  }
}

export function measure(subject: Subject, rounds: number): Result {
  const { name, aim, primitives } = subject
  const bare = () => {
    for (const part of primitives) for (let i = 0; i < part.times; i++) kept.last = part.run()
  }
  const { first, second, ratio } = interleave(() => subject.run(), bare, rounds)
  return {
    name,
    perSecond: 1e9 / first,
    microseconds: first / 1e3,
    primitives: second / 1e3,
    ratio,
    aim,
    parts: primitives.map(({ what, times }) => ({ what, times })),
  }
}
