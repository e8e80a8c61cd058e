/** The HTTP API of an Eclair: forms by POST, answers in JSON. */
export interface EclairHttp {
  /** @throws EclairError what it answered; Error when it does not answer */
  post<T>(method: string, form?: Readonly<Record<string, string>>, timeoutMs?: number): Promise<T>
}

/** An answer that is an error. Of what went wrong inside, Eclair tells its log alone. */
export class EclairError extends Error {
  /** HTTP status: 400 of a form that it does not take, 401, 408 of its own clock, 500. */
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Milliseconds for an answer unless another time is given. */
const PATIENCE_MS = 60_000

/** Milliseconds that Eclair has to say itself that the time is over. */
const SLACK_MS = 5_000

export function eclairHttp(at: {
  readonly host: string
  readonly port: number
  readonly password: string
}): EclairHttp {
  // Only the password is looked at.
  const authorization = `Basic ${Buffer.from(`:${at.password}`).toString('base64')}`
  return {
    async post<T>(method: string, form: Readonly<Record<string, string>> = {}, timeoutMs = PATIENCE_MS) {
      const body = new URLSearchParams({ ...form, timeoutSeconds: `${Math.max(1, Math.ceil(timeoutMs / 1000))}` })
      let status: number
      let text: string
      try {
        const answer = await fetch(`http://${at.host}:${at.port}/${method}`, {
          method: 'POST',
          headers: { authorization },
          body,
          signal: AbortSignal.timeout(timeoutMs + SLACK_MS),
        })
        status = answer.status
        text = await answer.text()
      } catch (error) {
        const { cause } = error as Error
        throw new Error(`eclair: ${method}: ${cause instanceof Error ? cause.message : (error as Error).message}`)
      }
      let said: unknown
      try {
        said = JSON.parse(text)
      } catch {
        said = text.trim()
      }
      if (status === 200) return said as T
      const { error = text.trim() } = said as { readonly error?: string }
      throw new EclairError(status, error || `HTTP ${status}`)
    },
  }
}
