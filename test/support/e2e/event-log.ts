import type { JsonEvent } from '../../../src/node/events.js'

/** Milliseconds after which a wait is given up, so that a test says what it waited for. Not a budget. */
const PATIENCE_MS = 30_000

export type Matches = (event: JsonEvent) => boolean

/** What a node has said so far, and what it says next. */
export interface EventLog {
  /** In the order in which they came. */
  readonly all: readonly JsonEvent[]
  /** How many there are: a mark for `next`. */
  readonly length: number
  add(event: JsonEvent): void
  /** Those of a kind that match. */
  of(kind: JsonEvent['kind'], matches?: Matches): readonly JsonEvent[]
  /** The first one of a kind that matches, from the mark on: one that has come, or one that will. */
  next(kind: JsonEvent['kind'], matches?: Matches, mark?: number): Promise<JsonEvent>
  /** No more will come: whoever waits is told. */
  end(why: string): void
}

interface Waiter {
  readonly kind: JsonEvent['kind']
  readonly matches: Matches
  resolve(event: JsonEvent): void
  reject(error: Error): void
}

const any: Matches = () => true

/** An empty log. `name` is said when a wait fails. */
export function eventLog(name: string): EventLog {
  const all: JsonEvent[] = []
  const waiters = new Set<Waiter>()
  let over: string | undefined
  const tail = () => all.slice(-6).map((event) => `\n  ${JSON.stringify(event).slice(0, 300)}`)
  const failed = ({ kind }: Pick<Waiter, 'kind'>, why: string) =>
    new Error(`${name}: no ${kind} came: ${why}. The last events:${tail().join('')}`)

  return {
    all,
    get length() {
      return all.length
    },
    add(event) {
      all.push(event)
      for (const waiter of [...waiters]) if (event.kind === waiter.kind && waiter.matches(event)) waiter.resolve(event)
    },
    of: (kind, matches = any) => all.filter((event) => event.kind === kind && matches(event)),
    next(kind, matches = any, mark = 0) {
      const there = all.slice(mark).find((event) => event.kind === kind && matches(event))
      if (there !== undefined) return Promise.resolve(there)
      if (over !== undefined) return Promise.reject(failed({ kind }, over))
      return new Promise<JsonEvent>((resolve, reject) => {
        const leave = () => {
          clearTimeout(timer)
          waiters.delete(waiter)
        }
        const waiter: Waiter = {
          kind,
          matches,
          resolve: (event) => {
            leave()
            resolve(event)
          },
          reject: (error) => {
            leave()
            reject(error)
          },
        }
        const timer = setTimeout(() => waiter.reject(failed(waiter, `waited ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
        waiters.add(waiter)
      })
    },
    end(why) {
      over ??= why
      for (const waiter of [...waiters]) waiter.reject(failed(waiter, why))
    },
  }
}
