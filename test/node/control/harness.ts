import { connect, type Socket } from 'node:net'
import * as v from 'valibot'
import { onTestFinished } from 'vitest'
import { LnoError } from '../../../src/base/error.js'
import {
  type ApiOf,
  type ConnectOptions,
  type ControlClient,
  type ControlOptions,
  type ControlServer,
  connectControl,
  method,
  startControl,
  u64Text,
} from '../../../src/node/control/index.js'
import { openDataDir } from '../../../src/node/data-dir.js'
import { tempDir } from '../../support/temp-dir.js'

/** A promise and what settles it. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** Methods that show what the border does, and what the running ones were told. */
export function testMethods() {
  const started = deferred<AbortSignal>()
  const gate = deferred()
  const methods = [
    method('double', v.strictObject({ amountMsat: u64Text }), ({ amountMsat }) => ({
      doubled: amountMsat * 2n,
      bytes: Uint8Array.of(0xab, 1),
      absent: undefined,
    })),
    method('steps', v.strictObject({ count: v.number() }), async ({ count }, { progress }) => {
      for (let step = 1; step <= count; step++) progress({ step, msat: BigInt(step) })
      return count
    }),
    method('refuse', v.strictObject({}), () => {
      throw new LnoError('NO_ROUTE', 'no way there', {
        path: ['offer_paths', 0],
        tlvType: 16n,
        offset: 7,
        spec: 'BOLT 12',
        rule: 'RR8',
      })
    }),
    method('crash', v.strictObject({}), () => {
      throw new TypeError('secret detail')
    }),
    method('big', v.strictObject({ length: v.number() }), ({ length }) => 'x'.repeat(length)),
    method('hang', v.strictObject({}), async (_params, { signal }) => {
      started.resolve(signal)
      await gate.promise
      return 'late'
    }),
    method('whoami', v.strictObject({}), (_params, { client }) => client),
  ] as const
  return { methods, started: started.promise, open: () => gate.resolve() }
}
export type TestApi = ApiOf<ReturnType<typeof testMethods>['methods'][number]>

export interface Harness {
  readonly dir: string
  readonly server: ControlServer
  readonly started: Promise<AbortSignal>
  readonly faults: unknown[]
  /** Lets `hang` answer. */
  open(): void
  client(options?: ConnectOptions): Promise<ControlClient<TestApi>>
  raw(): Promise<Raw>
}

export const HELLO = { version: '0.1.0', nodeId: '02'.repeat(33), network: 'regtest' }

/** A server on a new data folder. */
export async function serve(options: Partial<ControlOptions> = {}, dir = tempDir()): Promise<Harness> {
  const data = await openDataDir(dir)
  const { methods, started, open } = testMethods()
  const faults: unknown[] = []
  const server = await startControl({
    data,
    hello: HELLO,
    methods,
    onFault: (error) => faults.push(error),
    ...options,
  })
  onTestFinished(async () => {
    open()
    await server.close()
    await data.close()
  })
  return {
    dir,
    server,
    started,
    faults,
    open,
    client: async (connectOptions) => {
      const client = await connectControl<TestApi>(dir, connectOptions)
      onTestFinished(() => client.close())
      return client
    },
    raw: () => rawClient(server.socketPath),
  }
}

/** A client that sends what it likes, and reads lines when asked to. */
export interface Raw {
  readonly socket: Socket
  send(...lines: unknown[]): void
  /** The next line, parsed; undefined at the end. */
  line(): Promise<Record<string, unknown> | undefined>
}

export async function rawClient(path: string): Promise<Raw> {
  const socket = connect({ path })
  onTestFinished(() => {
    socket.destroy()
  })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  const lines: string[] = []
  let rest = ''
  let over = false
  let wake = (): void => {}
  socket.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    wake()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    over = true
    wake()
  })
  return {
    socket,
    send: (...messages) => {
      for (const message of messages)
        socket.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`)
    },
    line: async () => {
      while (lines.length === 0 && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const next = lines.shift()
      return next === undefined ? undefined : (JSON.parse(next) as Record<string, unknown>)
    },
  }
}
