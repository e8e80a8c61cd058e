import { connect } from 'node:net'

/** JSON-RPC of a lightningd, over its Unix socket or a TCP port that leads to it. */
export interface ClnRpc {
  /** @throws ClnError what it answered; Error when it does not answer */
  call<T>(method: string, params?: Readonly<Record<string, unknown>>, timeoutMs?: number): Promise<T>
}

/** An error that lightningd answered with. */
export class ClnError extends Error {
  /** Numbers are listed in its documentation a command. */
  readonly code: number
  readonly data: unknown
  constructor(code: number, message: string, data: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** Milliseconds for an answer unless another time is given. */
const PATIENCE_MS = 60_000

/** Longest path of a socket that every system takes; Node cuts longer ones without a word. */
export const LONGEST_SOCKET_PATH = 103

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly code?: number; readonly message?: string; readonly data?: unknown }
}

/**
 * A client that opens a connection a call, so that a command that blocks holds up no other.
 * @throws Error a path that is too long
 */
export function clnRpc(at: { readonly path: string } | { readonly host: string; readonly port: number }): ClnRpc {
  if ('path' in at && Buffer.byteLength(at.path) > LONGEST_SOCKET_PATH)
    throw new Error(`the path of the socket is longer than ${LONGEST_SOCKET_PATH} bytes: ${at.path}`)
  let nextId = 1
  return {
    call<T>(method: string, params: Readonly<Record<string, unknown>> = {}, timeoutMs = PATIENCE_MS) {
      const id = `lno-${nextId++}`
      return new Promise<T>((resolve, reject) => {
        const socket = connect(at)
        let text = ''
        const end = (finish: () => void) => {
          socket.destroy()
          finish()
        }
        socket.setTimeout(timeoutMs, () =>
          end(() => reject(new Error(`lightningd: no answer to ${method} in ${timeoutMs / 1000} s`))),
        )
        socket.once('error', (error) => end(() => reject(new Error(`lightningd: ${method}: ${error.message}`))))
        socket.once('close', () => reject(new Error(`lightningd hung up before it answered ${method}`)))
        socket.setEncoding('utf8')
        socket.on('data', (chunk: string) => {
          text += chunk
          // An answer ends with an empty line; what stands before it may have been printed over several lines.
          if (!text.trimEnd().endsWith('}')) return
          let answer: Answer
          try {
            answer = JSON.parse(text) as Answer
          } catch {
            return
          }
          const { error } = answer
          if (error === undefined) end(() => resolve(answer.result as T))
          else end(() => reject(new ClnError(error.code ?? -1, error.message ?? 'no reason given', error.data)))
        })
        socket.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      })
    },
  }
}

/**
 * An amount as any release prints it: a number of msat, or text with the unit behind.
 * @throws Error something else
 */
export function msatOf(printed: unknown): bigint {
  if (typeof printed === 'number' && Number.isSafeInteger(printed)) return BigInt(printed)
  const [, digits] = typeof printed === 'string' ? (/^(\d+)(?:msat)?$/.exec(printed) ?? []) : []
  if (digits === undefined) throw new Error(`lightningd printed an amount as ${JSON.stringify(printed)}`)
  return BigInt(digits)
}
