import { httpsClient } from '../lib/https.js'

/** An error that btcd answered with. */
export class RpcError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface RpcAccess {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** PEM */
  readonly certificate: string
}

/** btcd's JSON-RPC. */
export interface ChainRpc {
  /** @throws RpcError what btcd answered; Error it did not */
  call<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T>
}

export function chainRpc(access: RpcAccess): ChainRpc {
  const { host, port, user, password, certificate } = access
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const client = httpsClient({ host, port, certificate, headers: { authorization } })
  return {
    async call<T>(method: string, ...params: readonly unknown[]) {
      const { status, text } = await client.send('POST', '/', { jsonrpc: '1.0', id: 1, method, params })
      let answer: { readonly result: T; readonly error: { readonly code: number; readonly message: string } | null }
      try {
        answer = JSON.parse(text)
      } catch {
        throw new Error(`btcd answered ${method} with status ${status}: ${text.slice(0, 200)}`)
      }
      if (answer.error !== null) throw new RpcError(answer.error.code, `${method}: ${answer.error.message}`)
      return answer.result
    },
  }
}
