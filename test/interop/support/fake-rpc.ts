import { type AddressInfo, createServer, type ListenOptions, type Socket } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tempDir } from '../../support/temp-dir.js'

/** An error that the fake answers with. */
export class RpcFault extends Error {
  readonly code: number
  readonly data: unknown
  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

export type Params = Readonly<Record<string, unknown>>

export interface FakeRpc {
  readonly path: string
  /** Of 127.0.0.1, where it answers as well, as the container of Core Lightning does. */
  readonly port: number
  /** What it was asked, in order. */
  readonly asked: readonly (readonly [method: string, params: Params])[]
}

/** A socket and a port that answer as lightningd's do, by hand-made answers a method. */
export async function fakeLightningRpc(
  answers: Readonly<Record<string, (params: Params) => unknown>>,
): Promise<FakeRpc> {
  const path = join(tempDir(), 'rpc')
  const asked: (readonly [string, Params])[] = []
  const serve = (socket: Socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (bytes: Uint8Array) => {
      const { id, method, params } = JSON.parse(String(bytes)) as { id: string; method: string; params: Params }
      asked.push([method, params])
      let answer: object
      try {
        const of = answers[method]
        if (of === undefined) throw new RpcFault(-32601, `Unknown command '${method}'`)
        answer = { result: of(params) }
      } catch (error) {
        if (!(error instanceof RpcFault)) throw error
        const { code, message, data } = error
        answer = { error: { code, message, ...(data !== undefined && { data }) } }
      }
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n\n`)
    })
  }
  const listen = async (at: ListenOptions) => {
    const server = createServer(serve)
    await new Promise<void>((resolve) => server.listen(at, resolve))
    onTestFinished(() => void server.close())
    return server.address()
  }
  await listen({ path })
  const { port } = (await listen({ host: '127.0.0.1', port: 0 })) as AddressInfo
  return { path, port, asked }
}
