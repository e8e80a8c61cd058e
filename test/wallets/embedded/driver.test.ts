import { describe, expect, test } from 'vitest'
import { LnoError } from '../../../src/base/error.js'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import type { CoreEffect, CoreInput, CoreStep, PaymentEvent } from '../../../src/payments/step.js'
import { manualClock } from '../../../src/testing/manual-clock.js'
import { type Driver, drive } from '../../../src/wallets/embedded/driver.js'
import {
  HEIGHT_PERIOD_MS,
  MAX_STEPS_A_COMMIT,
  MAX_WAITING_COMMANDS,
  MAX_WAITING_MESSAGES,
} from '../../../src/wallets/embedded/limits.js'
import { fakePeers, slowStore } from './doubles.js'

const say = (peer: string, text: string): CoreEffect => ({ type: 'send', peer, message: encodeUtf8(text) })
const tell = (peer: string): CoreEffect => ({ type: 'tell', event: { type: 'channel_closed', peer } })
const close = (peer: string): CoreInput => ({ type: 'close', peer })

/** A driver over a core that writes down its steps; each changes a key and answers with what the test says. */
function world(answer: (input: CoreInput) => Partial<CoreStep> = () => ({})) {
  const clock = manualClock()
  const store = slowStore()
  const peers = fakePeers()
  const steps: string[] = []
  const told: PaymentEvent[] = []
  const stops: LnoError[] = []
  let height: number | undefined = 800_000
  const driver: Driver = drive({
    core: {
      step: (input, at) => {
        steps.push(`${input.type} ${'peer' in input ? input.peer : at.height}`)
        return { changes: [{ key: `step/${steps.length}`, value: new Uint8Array(1) }], effects: [], ...answer(input) }
      },
    },
    store: { ...store, get: never, range: never, close: never },
    peers,
    clock,
    height: () => height,
    nextTurn: (run) => void clock.after(0, run),
    onEvent: (event) => told.push(event),
    onStopped: (error) => stops.push(error),
  })
  peers.onPeer({ up: (peer) => driver.peerUp(peer), down: (peer) => driver.peerDown(peer) })
  peers.onMessage([], (peer, message) => driver.message(peer, message))
  const grow = (to: number | undefined) => {
    height = to
  }
  return { clock, store, peers, steps, told, stops, driver, grow }
}

function never(): never {
  throw new Error('a driver only commits')
}

/** Whether a promise has settled, and how. */
function watch(promise: Promise<unknown>): { state: unknown } {
  const seen = { state: 'waits' as unknown }
  promise.then(
    (value) => {
      seen.state = value
    },
    (error) => {
      seen.state = error instanceof LnoError ? error.code : error
    },
  )
  return seen
}

describe('a commit', () => {
  test('comes before what it allows, and everything stays in order', async () => {
    const { clock, store, peers, driver, told } = world((input) => ({
      effects: input.type === 'close' ? [say('a', 'one'), tell('a'), say('a', 'two')] : [],
    }))
    peers.connect('a')
    await clock.settle()
    await store.open[0]!.done()
    const closed = watch(driver.submit(close('a'), () => 'after the step'))
    await clock.settle()
    expect(peers.log).toEqual([])
    expect(told).toEqual([])
    expect(closed.state).toBe('waits')
    await store.open[0]!.done()
    expect(peers.log).toEqual(['a: one', 'a: two'])
    expect(told).toHaveLength(1)
    expect(closed.state).toBe('after the step')
  })

  test('takes in all that was stepped while the disk worked, a key once', async () => {
    const { clock, store, steps, driver } = world((input) =>
      input.type === 'close' ? { changes: [{ key: 'same', value: encodeUtf8(input.peer) }] } : {},
    )
    const all = ['a', 'b', 'c', 'd'].map((peer) => watch(driver.submit(close(peer), () => peer)))
    await clock.settle()
    expect(steps).toHaveLength(4)
    expect(store.open).toHaveLength(1)
    await store.open[0]!.done()
    expect(all.map(({ state }) => state)).toEqual(['a', 'waits', 'waits', 'waits'])
    expect(store.open).toHaveLength(1)
    expect(store.open[0]!.changes).toEqual([{ key: 'same', value: encodeUtf8('d') }])
    await store.open[0]!.done()
    expect(all.map(({ state }) => state)).toEqual(['a', 'b', 'c', 'd'])
    expect(store.open).toHaveLength(0)
  })

  test('is waited for by steps without changes of their own, when it was before them', async () => {
    const { clock, store, driver, told } = world((input) =>
      input.type === 'tick' ? {} : { changes: [], effects: [tell('a')] },
    )
    await Promise.all([driver.submit(close('a'), () => 0), clock.settle()])
    expect(told).toHaveLength(1) // nothing to store, nothing to wait for
    const tick = driver.submit({ type: 'tick' }, () => 0)
    const quiet = driver.submit(close('a'), () => 0)
    await clock.settle()
    expect(told).toHaveLength(1)
    await store.open[0]!.done()
    await Promise.all([tick, quiet])
    expect(told).toHaveLength(2)
  })

  test('that the disk hangs in lets no more than a bounded number of steps run ahead of it', async () => {
    const { clock, store, steps, driver } = world()
    const all = Array.from({ length: 3 * MAX_STEPS_A_COMMIT }, () => driver.submit(close('a'), () => 0))
    await clock.settle()
    expect(steps).toHaveLength(1 + MAX_STEPS_A_COMMIT)
    while (store.open.length > 0) {
      await store.open[0]!.done()
      await clock.settle()
    }
    await Promise.all(all)
    expect(steps).toHaveLength(3 * MAX_STEPS_A_COMMIT)
  })

  test('that fails ends the wallet for good: nothing is sent, nothing stepped, everybody who waits is told', async () => {
    const { clock, store, peers, steps, driver, stops, told } = world(() => ({ effects: [say('a', 'no'), tell('a')] }))
    peers.connect('a')
    await clock.settle()
    await store.open[0]!.done()
    const before = peers.log.length
    const waiting = ['a', 'b', 'c'].map((peer) => watch(driver.submit(close(peer), () => 0)))
    const shown = watch(driver.stored())
    await clock.settle()
    const shownLater = watch(driver.stored())
    const failure = new Error('the disk is full')
    await store.open[0]!.fails(failure)
    expect(waiting.map(({ state }) => state)).toEqual(['WALLET_STOPPED', 'WALLET_STOPPED', 'WALLET_STOPPED'])
    expect([shown.state, shownLater.state]).toEqual([undefined, 'WALLET_STOPPED'])
    expect(stops).toHaveLength(1)
    expect(stops[0]!.cause).toBe(failure)
    expect(driver.stopped).toBe(stops[0])
    const stepped = steps.length
    peers.says('a', encodeUtf8('hello'))
    peers.disconnect('a')
    peers.connect('b')
    await expect(driver.submit(close('a'), () => 0)).rejects.toMatchObject({ code: 'WALLET_STOPPED' })
    await expect(driver.stored()).rejects.toMatchObject({ code: 'WALLET_STOPPED' })
    await clock.advance(2 * HEIGHT_PERIOD_MS)
    expect(steps).toHaveLength(stepped)
    expect(peers.log).toHaveLength(before)
    expect(told).toHaveLength(1)
    expect(clock.waiting).toBe(0)
  })
})

describe('a step', () => {
  test('is taken one a turn of the event loop, and in turn of those who want something', async () => {
    const turns: (() => void)[] = []
    const steps: string[] = []
    const peers = fakePeers()
    const driver = drive({
      core: {
        step: (input) => {
          steps.push('peer' in input ? `${input.peer} ${input.type}` : input.type)
          return { changes: [], effects: [] }
        },
      },
      store: { ...slowStore(), get: never, range: never, close: never },
      peers,
      clock: manualClock(),
      height: () => 1,
      nextTurn: (run) => turns.push(run),
      onEvent: never,
      onStopped: never,
    })
    for (const id of ['a', 'b']) driver.peerUp({ id, features: new Uint8Array(0) })
    for (const id of ['a', 'a', 'b']) driver.message(id, encodeUtf8('x'))
    const command = driver.submit({ type: 'tick' }, () => 0)
    for (let turn = 0; turns.length > 0; turn++) {
      expect(steps).toHaveLength(turn)
      turns.shift()!()
    }
    expect(steps).toEqual(['a peer_up', 'b peer_up', 'tick', 'a message', 'b message', 'a message'])
    await command
  })

  test('that refuses a command rejects it alone', async () => {
    const { store, clock, driver } = world((input) => {
      if (input.type === 'close' && input.peer === 'bad') throw new LnoError('CHANNEL_OWED', 'no')
      return {}
    })
    const bad = watch(driver.submit(close('bad'), () => 0))
    const good = watch(driver.submit(close('good'), () => 1))
    await clock.settle()
    await store.open[0]!.done()
    expect([bad.state, good.state]).toEqual(['CHANNEL_OWED', 1])
    expect(driver.stopped).toBeUndefined()
  })

  test.each([
    ['a defect in a command', close('a'), new Error('defect')],
    ['anything at what a peer sent', undefined, new LnoError('HOSTED_LIMIT', 'must not be thrown')],
  ])('that throws %s ends the wallet', async (_what, command, error) => {
    const { peers, clock, driver, stops } = world((input) => {
      if (input.type === 'close' || input.type === 'message') throw error
      return { changes: [] }
    })
    peers.connect('a')
    const done = command && watch(driver.submit(command, () => 0))
    if (!command) peers.says('a', encodeUtf8('x'))
    await clock.settle()
    expect(stops.map(({ cause }) => cause)).toEqual([error])
    if (done) expect(done.state).toBe('WALLET_STOPPED')
  })

  test('of a user waits with a bounded number of others', async () => {
    const { driver } = world()
    const all = Array.from({ length: MAX_WAITING_COMMANDS + 1 }, () => watch(driver.submit(close('a'), () => 0)))
    await Promise.resolve()
    expect(all.map(({ state }) => state).filter((state) => state !== 'waits')).toEqual(['WALLET_BUSY'])
  })
})

describe('a connection', () => {
  test('does not get what was meant for the one before it', async () => {
    const { clock, store, peers, driver } = world((input) => ({
      changes: input.type === 'close' ? [{ key: 'k', value: undefined }] : [],
      effects:
        input.type === 'close' ? [say('a', 'old'), { type: 'hang_up', peer: 'a', why: 'old' }] : [say('a', input.type)],
    }))
    peers.connect('a')
    await clock.settle()
    expect(peers.log).toEqual(['a: peer_up'])
    void driver.submit(close('a'), () => 0)
    await clock.settle()
    peers.disconnect('a')
    peers.connect('a')
    await store.open[0]!.done()
    await clock.settle()
    expect(peers.log).toEqual(['a: peer_up', 'a: peer_up'])
  })

  test('that takes no message is ended, because what came behind it would have a gap', async () => {
    const { clock, peers, steps } = world((input) => ({
      changes: [],
      effects: input.type === 'message' ? [say('a', 'one'), say('a', 'two')] : [],
    }))
    peers.connect('a')
    peers.stuff('a')
    peers.says('a', encodeUtf8('x'))
    await clock.settle()
    expect(peers.log).toEqual(['a hung up: it takes no messages'])
    expect(steps.at(-1)).toBe('peer_down a')
  })

  test.each([
    ['messages', MAX_WAITING_MESSAGES + 20, 10, MAX_WAITING_MESSAGES],
    ['bytes', 20, 40_000, 3],
  ])(
    'is ended when more %s wait than may, and nothing behind a gap is stepped',
    async (_what, count, size, stepped) => {
      const { clock, peers, steps, store } = world()
      peers.connect('a')
      await clock.settle()
      await store.open[0]!.done()
      for (let n = 0; n < count; n++) peers.says('a', new Uint8Array(size))
      expect(peers.log).toEqual(['a hung up: its messages come faster than they can be stored'])
      peers.connect('a')
      for (;;) {
        await clock.settle()
        const commit = store.open[0]
        if (commit === undefined) break
        await commit.done()
      }
      expect(steps.filter((step) => step === 'message a')).toHaveLength(stepped)
      expect(steps.slice(-2)).toEqual(['peer_down a', 'peer_up a'])
    },
  )

  test('that takes its time to end is hung up on once', async () => {
    const { clock, peers, steps } = world()
    peers.connect('a')
    await clock.settle()
    peers.slowToHangUp()
    for (let n = 0; n < 10; n++) peers.says('a', new Uint8Array(40_000))
    for (let n = 0; n < 10; n++) peers.says('a', new Uint8Array(1))
    await clock.settle()
    expect(peers.log).toEqual(['a hung up: its messages come faster than they can be stored'])
    expect(steps.filter((step) => step === 'message a')).toHaveLength(3)
  })

  test('that ended before the core heard of it is never told, and of a peer that comes and goes nothing piles up', async () => {
    const { clock, store, peers, steps, driver } = world()
    void driver.submit(close('z'), () => 0)
    await clock.settle()
    peers.connect('a')
    for (let n = 0; n < 1000; n++) {
      peers.says('a', encodeUtf8('lost'))
      peers.disconnect('a')
      peers.connect('a')
    }
    peers.says('a', encodeUtf8('heard'))
    await clock.settle()
    expect(steps).toEqual(['close z', 'peer_up a', 'message a'])
    await store.open[0]!.done()
  })
})

describe('time', () => {
  const wake = (at: number): CoreEffect => ({ type: 'wake', at })

  test('brings a tick for every time that was wanted, with one timer', async () => {
    const times: number[] = []
    const { clock, driver } = world((input) => {
      if (input.type === 'tick') times.push(clock.now())
      return input.type === 'close'
        ? { changes: [], effects: [wake(start + 5000), wake(start + 1000), wake(start + 1000), wake(start - 5)] }
        : { changes: [] }
    })
    const start = clock.now()
    await Promise.all([driver.submit(close('a'), () => 0), clock.settle()])
    expect(clock.waiting).toBe(1)
    await clock.advance(10_000)
    expect(times).toEqual([start, start + 1000, start + 5000])
    expect(clock.waiting).toBe(1)
  })

  test('brings one tick for many times that came due while steps waited', async () => {
    const { clock, driver, steps, store } = world((input) =>
      input.type === 'close' && input.peer === 'a'
        ? { effects: [wake(clock.now() + 100), wake(clock.now() + 200)] }
        : {},
    )
    void driver.submit(close('a'), () => 0)
    await clock.settle()
    await store.open[0]!.done()
    // The disk hangs, and no more steps can be taken.
    for (let n = 0; n <= MAX_STEPS_A_COMMIT; n++) void driver.submit(close('b'), () => 0)
    await clock.settle()
    await clock.advance(1000)
    for (;;) {
      await clock.settle()
      const commit = store.open[0]
      if (commit === undefined) break
      await commit.done()
    }
    expect(steps.filter((step) => step.startsWith('tick'))).toHaveLength(1)
  })

  test('brings a tick when the chain has grown, and none while it has not', async () => {
    const { clock, grow, steps, store } = world()
    await clock.advance(5 * HEIGHT_PERIOD_MS)
    expect(steps).toEqual([])
    grow(800_001)
    await clock.advance(HEIGHT_PERIOD_MS)
    expect(steps).toEqual(['tick 800001'])
    await store.open[0]!.done()
    grow(undefined)
    await clock.advance(HEIGHT_PERIOD_MS)
    expect(steps).toEqual(['tick 800001', 'tick undefined'])
  })
})

describe('closing', () => {
  test('stores what was stepped and lets it happen; what was not stepped is refused', async () => {
    const { clock, store, peers, steps, driver, stops } = world((input) => ({ effects: [say('a', input.type)] }))
    peers.connect('a')
    const stepped = watch(driver.submit(close('a'), () => 'stored'))
    await clock.settle()
    const late = watch(driver.submit(close('a'), () => 0))
    const closed = watch(driver.close())
    await clock.settle()
    expect(steps).toEqual(['peer_up a', 'close a'])
    expect(closed.state).toBe('waits')
    await store.open[0]!.done()
    await store.open[0]!.done()
    expect([stepped.state, late.state, closed.state]).toEqual(['stored', 'WALLET_STOPPED', undefined])
    expect(peers.log).toEqual(['a: peer_up', 'a: close'])
    expect(stops.map(({ message }) => message)).toEqual(['the wallet was closed'])
    expect(clock.waiting).toBe(0)
    await driver.close()
  })
})
