import { describe, expect, test } from 'vitest'
import type { ByteStream, NetAddress } from '../../src/base/effects.js'
import { toHex } from '../../src/base/hex.js'
import { manualClock } from '../../src/testing/manual-clock.js'
import { memoryNetwork } from '../../src/testing/memory-net.js'

const AT: NetAddress = { kind: 'tcp', host: 'b', port: 1 }

async function joined(options: { latencyMs?: number; windowBytes?: number; chunkBytes?: number } = {}) {
  const clock = manualClock()
  const network = memoryNetwork({ clock, ...options })
  let far: ByteStream | undefined
  await network.host('b').listen(AT, (stream) => {
    far = stream
  })
  const dial = network.host('10.0.0.1').dial(AT, { timeoutMs: 1000 })
  await clock.advance(options.latencyMs ?? 0)
  const near = await dial
  const got: string[] = []
  far!.onData = (bytes) => got.push(toHex(bytes))
  return { clock, network, near, far: far!, got }
}

describe('a manual clock', () => {
  test('runs timers in order of time, then of arming, and not before', async () => {
    const clock = manualClock(0)
    const ran: string[] = []
    clock.after(20, () => ran.push(`c ${clock.now()}`))
    clock.after(10, () => {
      ran.push(`a ${clock.now()}`)
      clock.after(5, () => ran.push(`late ${clock.now()}`))
    })
    clock.after(10, () => ran.push('b'))
    const cancel = clock.after(1, () => ran.push('cancelled'))
    cancel()
    await clock.advance(9)
    expect(ran).toEqual([])
    await clock.advance(11)
    expect(ran).toEqual(['a 10', 'b', 'late 15', 'c 20'])
    expect([clock.now(), clock.waiting]).toEqual([20, 0])
  })

  test('lets promises go on between two timers', async () => {
    const clock = manualClock()
    const ran: string[] = []
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
    void (async () => {
      await sleep(10)
      ran.push('first')
      await sleep(10)
      ran.push('second')
    })()
    clock.after(15, () => ran.push('between'))
    await clock.advance(30)
    expect(ran).toEqual(['first', 'between', 'second'])
  })
})

describe('a network in memory', () => {
  test('carries bytes in order after its latency, in pieces as wished, and copies them', async () => {
    const { clock, near, far, got } = await joined({ latencyMs: 10, chunkBytes: 2 })
    const bytes = Uint8Array.of(1, 2, 3)
    near.write(bytes)
    bytes.fill(9)
    near.write(Uint8Array.of(4))
    await clock.advance(9)
    expect(got).toEqual([])
    await clock.advance(1)
    expect(got).toEqual(['0102', '03', '04'])
    expect(far.remoteIp?.host).toBe('10.0.0.1')
    expect(near.remoteIp).toBeUndefined()
  })

  test('asks the writer to wait while the reader does, and tells when there is room', async () => {
    const { clock, near, far, got } = await joined({ windowBytes: 4 })
    let drained = 0
    near.onDrain = () => drained++
    far.pause()
    expect([near.write(new Uint8Array(3)), near.write(new Uint8Array(3))]).toEqual([true, false])
    await clock.settle()
    expect([got.length, drained]).toEqual([0, 0])
    far.resume()
    await clock.settle()
    expect([got.length, drained]).toEqual([2, 1])
  })

  test('ends in order: what was sent before a graceful end arrives', async () => {
    const { clock, network, near, far, got } = await joined()
    const ends: unknown[] = []
    far.onClose = (error) => ends.push(error)
    near.write(Uint8Array.of(1))
    near.close(true)
    await clock.settle()
    expect([got, ends, network.streams]).toEqual([['01'], [undefined], 0])
    expect(near.write(Uint8Array.of(2))).toBe(false)
  })

  test('can be cut, silent or down', async () => {
    const { clock, network, near, far } = await joined()
    const ends: string[] = []
    near.onClose = (error) => ends.push(`near ${error !== undefined}`)
    far.onClose = (error) => ends.push(`far ${error !== undefined}`)
    network.cut('b', '10.0.0.1')
    await clock.settle()
    expect(ends.sort()).toEqual(['far true', 'near true'])
    const dial = async () => {
      const call = network
        .host('c')
        .dial(AT, { timeoutMs: 500 })
        .then(
          () => 'open',
          (error) => error.code,
        )
      await clock.advance(500)
      return call
    }
    network.setHost('b', 'silent')
    expect(await dial()).toBe('CONNECT_TIMEOUT')
    network.setHost('b', 'down')
    expect(await dial()).toBe('CONNECT_REFUSED')
    network.setHost('b', 'up')
    expect(await dial()).toBe('open')
    network.setHost('b', 'down')
    expect(network.streams).toBe(0)
    network.setHost('b', 'up')
    network.setHost('c', 'down')
    expect(await dial()).toBe('CONNECT_REFUSED')
  })

  test('has links of different speed, and keeps the order of a stream when its link becomes faster', async () => {
    const { clock, network, near, got } = await joined()
    network.setLatency('b', '10.0.0.1', 50)
    near.write(Uint8Array.of(1))
    network.setLatency('b', '10.0.0.1', 1)
    near.write(Uint8Array.of(2))
    await clock.advance(49)
    expect(got).toEqual([])
    await clock.advance(1)
    expect(got.join('')).toBe('0102')
    near.write(Uint8Array.of(3))
    await clock.advance(1)
    expect(got.join('')).toBe('010203')
  })

  test('gives each listener its own port, and refuses one that is taken', async () => {
    const network = memoryNetwork({ clock: manualClock() })
    const listen = (port: number) => network.host('b').listen({ kind: 'tcp', host: '0.0.0.0', port }, () => undefined)
    const first = await listen(0)
    const second = await listen(0)
    expect(first.address).not.toEqual(second.address)
    await expect(listen((first.address as { port: number }).port)).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    await first.close()
    await listen((first.address as { port: number }).port)
  })
})
