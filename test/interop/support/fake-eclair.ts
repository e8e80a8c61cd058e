import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Form = Readonly<Record<string, string>>

/** What the fake answers: a value as 200, or a status and an error of Eclair's. */
export type Answer = { readonly json: unknown } | { readonly status: number; readonly error: string }

export interface FakeEclair {
  readonly host: string
  readonly port: number
  readonly password: string
  /** What it was asked, in order, without `timeoutSeconds`. */
  readonly asked: readonly (readonly [method: string, form: Form])[]
}

/** A server that answers as Eclair's API does, by hand-made answers a method. */
export async function fakeEclair(
  answers: Readonly<Record<string, (form: Form) => Answer>>,
  password = 'a password of this test',
): Promise<FakeEclair> {
  const asked: (readonly [string, Form])[] = []
  const server = createServer((request, response) => {
    const given = Buffer.from(`${request.headers.authorization}`.replace('Basic ', ''), 'base64').toString()
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    request.once('end', () => {
      const say = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (given.split(':').slice(1).join(':') !== password) {
        say(401, { error: 'The supplied authentication is invalid' })
        return
      }
      const method = `${request.url}`.slice(1)
      const { timeoutSeconds, ...form } = Object.fromEntries(new URLSearchParams(text))
      asked.push([method, form])
      if (request.method !== 'POST' || !/^[1-9]\d*$/.test(`${timeoutSeconds}`))
        throw new Error('not as Eclair wants it')
      const answer = answers[method]?.(form) ?? { status: 404, error: 'The requested resource could not be found.' }
      if ('json' in answer) say(200, answer.json)
      else say(answer.status, { error: answer.error })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, password, asked }
}
