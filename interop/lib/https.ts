import { Agent, request } from 'node:https'

/** What a server answered. */
export interface HttpsAnswer {
  readonly status: number
  readonly text: string
}

export interface HttpsClient {
  /** @throws Error no answer, in time or at all */
  send(method: 'GET' | 'POST', path: string, body?: unknown, timeoutMs?: number): Promise<HttpsAnswer>
}

/** Milliseconds for an answer unless another time is given. */
const PATIENCE_MS = 60_000

/** A client of one server on this machine, which has a certificate made for this run: nobody else's is believed. */
export function httpsClient(options: {
  readonly host: string
  readonly port: number
  /** PEM */
  readonly certificate: string
  readonly headers: Readonly<Record<string, string>>
}): HttpsClient {
  const { host, port, certificate, headers } = options
  // Kept-alive sockets would be found closed by a server that stops between two requests.
  const agent = new Agent({ ca: certificate, keepAlive: false })
  return {
    send: (method, path, body, timeoutMs = PATIENCE_MS) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body)
        const sent = request(
          {
            host,
            port,
            method,
            path,
            agent,
            headers: {
              ...headers,
              ...(text !== undefined && {
                'content-type': 'application/json',
                'content-length': Buffer.byteLength(text),
              }),
            },
          },
          (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.once('error', reject)
            response.once('end', () =>
              resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
            )
          },
        )
        sent.setTimeout(timeoutMs, () => sent.destroy(new Error(`no answer to ${path} in ${timeoutMs / 1000} s`)))
        sent.once('error', reject)
        sent.end(text)
      }),
  }
}
