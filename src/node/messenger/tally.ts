import type { Generation } from '../../onion/generation.js'
import type { NodeId } from './routes.js'

/** Onion messages of one form since the node started. */
export interface FormCount {
  /** Of our own, handed to a peer (or to ourselves, the beginning of their path). */
  readonly sent: number
  /** For us. */
  readonly received: number
  /** Of others, taken for the next peer. */
  readonly forwarded: number
  readonly dropped: number
}

/**
 * Counts by form: the name of a generation or, where several share one type and only the last hop of a message can tell which it
 * is, that type.
 */
export type Counters = Readonly<Record<string, FormCount>>

/** A form that a peer has shown to speak. */
export interface ProvenForm {
  /** As in `Counters`. */
  readonly form: string
  /** Unix milliseconds of the last message of this form that came from it and could be read. */
  readonly at: number
}

/** Peers whose forms are remembered, those that were heard of last: twice as many as are ever connected. */
export const MAX_PROVEN_PEERS = 1024

/** What is known of the forms of messages that passed: how many, and from whom. Plain numbers in bounded memory, gone with the process. */
export class Tally {
  readonly #forms = new Map<number, string>()
  readonly #counts = new Map<string, { -readonly [K in keyof FormCount]: number }>()
  readonly #proven = new Map<NodeId, Map<string, number>>()

  constructor(generations: readonly Generation[]) {
    for (const { messageType, name } of generations) {
      this.#forms.set(messageType, this.#forms.has(messageType) ? String(messageType) : name)
    }
    for (const form of [...generations.map(({ name }) => name), ...this.#forms.values()]) {
      this.#counts.set(form, { sent: 0, received: 0, forwarded: 0, dropped: 0 })
    }
  }

  /** What can be told of a message by its type alone. */
  formOf({ messageType, name }: Generation): string {
    return this.#forms.get(messageType) ?? name
  }

  count(form: string, what: keyof FormCount): void {
    const counts = this.#counts.get(form)
    if (counts !== undefined) counts[what]++
  }

  /** A message of this form came from a peer, and it was one that can be read. */
  prove(peer: NodeId, form: string, now: number): void {
    const forms = this.#proven.get(peer) ?? new Map<string, number>()
    forms.set(form, now)
    // To the end of the order: what is forgotten is what was not heard of for the longest time.
    this.#proven.delete(peer)
    this.#proven.set(peer, forms)
    if (this.#proven.size <= MAX_PROVEN_PEERS) return
    const [oldest] = this.#proven.keys()
    if (oldest !== undefined) this.#proven.delete(oldest)
  }

  counters(): Counters {
    return Object.fromEntries([...this.#counts].map(([form, counts]) => [form, { ...counts }]))
  }

  /** In the order in which they were first shown. */
  provenForms(peer: NodeId): readonly ProvenForm[] {
    return [...(this.#proven.get(peer) ?? [])].map(([form, at]) => ({ form, at }))
  }
}
