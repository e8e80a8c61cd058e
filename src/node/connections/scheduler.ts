import { CHEAP_JOBS_PER_TURN } from './limits.js'

/** Something to do for one peer or caller. `expensive` is public-key work: a millisecond or more. */
export interface Job {
  readonly expensive: boolean
  readonly run: () => void
}

/** The jobs of one peer, done in their order. */
export interface JobQueue {
  push(job: Job): void
  /** Forgets what waits. */
  clear(): void
  readonly length: number
}

/** Calls its argument in the next turn of the event loop. */
export type NextTurn = (run: () => void) => void

/** Makes queues that are drained in turn. */
export interface Scheduler {
  queue(): JobQueue
}

/**
 * Drains queues round-robin, at most one expensive job and a few cheap ones a turn of the event loop, so that timers and
 * sockets get their time and a peer with a full queue does not delay one with a single message. A job of a queue never
 * overtakes an earlier one of the same queue.
 */
export function scheduler(nextTurn: NextTurn): Scheduler {
  let ring: Job[][] = []
  let planned = false

  function plan(): void {
    if (planned || ring.length === 0) return
    planned = true
    nextTurn(turn)
  }

  function turn(): void {
    planned = false
    let expensiveDone = false
    let cheapLeft = CHEAP_JOBS_PER_TURN
    // Queues whose first job is expensive wait, in their order, in front of all others.
    const waiting: Job[][] = []
    try {
      while (ring.length > 0 && cheapLeft > 0) {
        const jobs = ring.shift()!
        const job = jobs[0]
        if (job === undefined) continue
        if (job.expensive) {
          if (expensiveDone) {
            waiting.push(jobs)
            continue
          }
          expensiveDone = true
        } else cheapLeft--
        jobs.shift()
        if (jobs.length > 0) ring.push(jobs)
        job.run()
      }
    } finally {
      // Also when a job throws: the others must not wait for ever.
      ring = [...waiting, ...ring]
      plan()
    }
  }

  return {
    queue: () => {
      const jobs: Job[] = []
      return {
        push: (job) => {
          if (jobs.push(job) === 1 && !ring.includes(jobs)) ring.push(jobs)
          plan()
        },
        clear: () => {
          jobs.length = 0
        },
        get length() {
          return jobs.length
        },
      }
    },
  }
}
