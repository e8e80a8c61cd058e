import type { Clock, Store, StoreChange } from '../../base/effects.js'
import { isLnoError, type LnoError } from '../../base/error.js'
import type { PaymentCore } from '../../payments/core.js'
import type { LinkId } from '../../payments/link.js'
import type { CoreEffect, CoreInput, CoreStep, PaymentEvent } from '../../payments/step.js'
import { walletError } from '../codes.js'
import { alarm } from './alarm.js'
import { fairQueue } from './fair-queue.js'
import { MAX_STEPS_A_COMMIT, MAX_WAITING_COMMANDS } from './limits.js'
import { Lines } from './lines.js'
import type { WalletPeer, WalletPeers } from './peers.js'

/** What a driver needs. */
export interface DriverOptions {
  readonly core: Pick<PaymentCore, 'step'>
  readonly store: Store
  readonly peers: WalletPeers
  readonly clock: Clock
  /** Block height now, if anybody knows it. */
  readonly height: () => number | undefined
  /** Calls back in the next turn of the event loop. */
  readonly nextTurn: (run: () => void) => void
  /** Hears what is stored. Must not throw. */
  readonly onEvent: (event: PaymentEvent) => void
  /** The driver has ended because of this. */
  readonly onStopped: (error: LnoError) => void
}

/** Feeds a core with what happens, stores what it changes and does what it wants done. */
export interface Driver {
  /**
   * The first step, taken at once and before all others. Resolves once it is stored.
   * @throws LnoError `WALLET_STOPPED`
   */
  begin(): Promise<void>
  /**
   * Steps a command of ours. Resolves once it is stored, with what `read` gave right after the step.
   * @throws LnoError what the core refuses it with; `WALLET_STOPPED`, `WALLET_BUSY`
   */
  submit<T>(input: CoreInput, read: () => T): Promise<T>
  /** A peer is connected, or is not any more. */
  peerUp(peer: WalletPeer): void
  peerDown(peer: LinkId): void
  message(peer: LinkId, message: Uint8Array): void
  /**
   * Resolves when all is on disk that the core knows now: only then may it be shown.
   * @throws LnoError `WALLET_STOPPED`
   */
  stored(): Promise<void>
  /** Why it ended, if it did. */
  readonly stopped: LnoError | undefined
  /** Takes nothing any more; what was stepped is stored, and its effects happen. */
  close(): Promise<void>
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: LnoError) => void
}

interface Waiting {
  readonly input: CoreInput
  /** Of a peer's input: the connection that it is about. */
  readonly connection?: number
  /** Of a command: whoever gave it. */
  readonly command?: Waiter & { readonly read: () => void }
}

/** Steps whose changes are stored together. */
interface Batch {
  steps: number
  /** The last value of each key counts. */
  readonly changes: Map<string, StoreChange>
  /** An effect for a peer is for the connection that the core knew of. */
  readonly effects: { readonly effect: CoreEffect; readonly connection: number | undefined }[]
  readonly waiters: Waiter[]
}

/** The source of commands and ticks among the queues of the peers. */
const SELF = ''

/**
 * One input a turn of the event loop. While the disk works, further steps are taken and collected, to be stored with one commit;
 * the effects of a step happen behind its commit and in order. A commit that fails ends everything: the core is ahead of the
 * disk then, and nothing of what it wants may be done.
 */
export function drive(options: DriverOptions): Driver {
  const { core, store, peers, clock, height, nextTurn } = options
  const waiting = fairQueue<Waiting>()
  const lines = new Lines()
  const clockwork = alarm({ clock, height, ring: tick })
  let commands = 0
  let tickWaits = false
  let planned = false
  let batch: Batch | undefined
  let writing: Batch | undefined
  let stopped: LnoError | undefined
  let closing: Promise<void> | undefined

  function push(source: string, item: Waiting): void {
    waiting.push(source, item)
    plan()
  }

  function plan(): void {
    const full = writing !== undefined && batch !== undefined && batch.steps >= MAX_STEPS_A_COMMIT
    if (planned || full || stopped || closing || waiting.size === 0) return
    planned = true
    nextTurn(turn)
  }

  function turn(): void {
    planned = false
    if (stopped || closing) return
    const item = waiting.next()
    if (item !== undefined) take(item)
    if (writing === undefined) void write()
    plan()
  }

  function take(item: Waiting): void {
    const { input, connection, command } = item
    if (input.type === 'message') lines.leave(input.peer, input.message.length)
    if (input.type === 'peer_up') lines.told(input.peer, connection)
    if (input.type === 'tick') tickWaits = false
    if (command !== undefined) commands--
    let step: CoreStep
    try {
      step = core.step(input, { now: clock.now(), height: height() })
    } catch (error) {
      // A command that is refused has changed nothing. Anything else is a defect, after which memory cannot be trusted.
      if (command !== undefined && isLnoError(error)) command.reject(error)
      else stop(walletError('WALLET_STOPPED', `the wallet failed at ${input.type}`, { cause: error }), command)
      return
    }
    const into = collect()
    into.steps++
    for (const change of step.changes) into.changes.set(change.key, change)
    for (const effect of step.effects) {
      into.effects.push({ effect, connection: 'peer' in effect ? lines.of(effect.peer)?.known : undefined })
    }
    if (input.type === 'peer_down') lines.told(input.peer, undefined)
    if (command !== undefined) {
      command.read()
      into.waiters.push(command)
    }
  }

  function collect(): Batch {
    batch ??= { steps: 0, changes: new Map(), effects: [], waiters: [] }
    return batch
  }

  async function write(): Promise<void> {
    while (batch !== undefined && stopped === undefined) {
      const now = batch
      batch = undefined
      writing = now
      try {
        if (now.changes.size > 0) await store.commit([...now.changes.values()])
      } catch (error) {
        stop(
          walletError('WALLET_STOPPED', 'what the wallet was about to promise could not be stored', { cause: error }),
        )
      }
      if (stopped) return
      try {
        for (const { effect, connection } of now.effects) perform(effect, connection)
      } catch (error) {
        stop(walletError('WALLET_STOPPED', 'the wallet failed at what it had stored', { cause: error }))
        return
      }
      writing = undefined
      for (const { resolve } of now.waiters) resolve()
      plan()
    }
  }

  function perform(effect: CoreEffect, connection: number | undefined): void {
    switch (effect.type) {
      case 'send':
        // For a connection that has ended: with the next one the two sides find together anew.
        if (!isLive(effect.peer, connection)) break
        if (!peers.send(effect.peer, effect.message)) peers.hangUp(effect.peer, 'it takes no messages')
        break
      case 'hang_up':
        if (isLive(effect.peer, connection)) peers.hangUp(effect.peer, effect.why)
        break
      case 'wake':
        clockwork.at(effect.at)
        break
      case 'tell':
        options.onEvent(effect.event)
    }
  }

  function isLive(peer: LinkId, connection: number | undefined): boolean {
    return connection !== undefined && lines.of(peer)?.live === connection
  }

  function tick(): void {
    if (tickWaits) return
    tickWaits = true
    push(SELF, { input: { type: 'tick' } })
  }

  function stop(error: LnoError, last?: Waiter): void {
    if (stopped) return
    stopped = error
    clockwork.stop()
    const left = [...waiting.clear().flatMap(({ command }) => command ?? [])]
    for (const { reject } of [
      ...(last ? [last] : []),
      ...(writing?.waiters ?? []),
      ...(batch?.waiters ?? []),
      ...left,
    ]) {
      reject(error)
    }
    options.onStopped(error)
  }

  function stored(): Promise<void> {
    return new Promise((resolve, reject) => {
      const last = batch ?? writing
      if (stopped) reject(stopped)
      else if (last === undefined) resolve()
      else last.waiters.push({ resolve, reject })
    })
  }

  function peerDown(peer: LinkId): void {
    const line = lines.of(peer)
    const connection = line?.live
    if (line === undefined || connection === undefined) return
    line.live = undefined
    if (line.known === connection) {
      push(peer, { input: { type: 'peer_down', peer }, connection })
      return
    }
    // The core never heard of this connection, and need not: of a peer that comes and goes nothing piles up.
    for (const { input } of waiting.remove(peer, (item) => item.connection === connection)) {
      if (input.type === 'message') lines.leave(peer, input.message.length)
    }
    lines.tidy(peer)
  }

  return {
    begin: () =>
      new Promise((resolve, reject) => {
        commands++
        take({ input: { type: 'start' }, command: { read: () => undefined, resolve, reject } })
        void write()
      }),
    submit: (input, read) =>
      new Promise((resolve, reject) => {
        if (stopped || closing) return reject(stopped ?? closed())
        if (commands >= MAX_WAITING_COMMANDS) {
          return reject(walletError('WALLET_BUSY', `${MAX_WAITING_COMMANDS} commands wait already`))
        }
        commands++
        let result: ReturnType<typeof read>
        const command = {
          read: () => {
            result = read()
          },
          resolve: () => resolve(result),
          reject,
        }
        push(SELF, { input, command })
      }),
    peerUp: (peer) => {
      if (stopped || closing) return
      peerDown(peer.id) // should the end of an older connection not have been told
      const connection = lines.open(peer.id)
      push(peer.id, { input: { type: 'peer_up', peer: peer.id, features: peer.features }, connection })
    },
    peerDown,
    message: (peer, message) => {
      const line = lines.of(peer)
      if (stopped || closing || line?.live === undefined || line.overrun) return
      if (lines.enter(line, message.length)) {
        push(peer, { input: { type: 'message', peer, message }, connection: line.live })
      } else peers.hangUp(peer, 'its messages come faster than they can be stored')
    },
    stored,
    get stopped() {
      return stopped
    },
    close: () => {
      closing ??= stored().then(
        () => stop(closed()),
        () => undefined,
      )
      return closing
    },
  }
}

function closed(): LnoError {
  return walletError('WALLET_STOPPED', 'the wallet was closed')
}
