/** The world of one run of the command line. A test hands in its own; `main.ts` hands in the process. */

/** Something that takes text: standard output or standard error. */
export interface Output {
  write(text: string): void
  readonly isTTY: boolean
  /** Width in characters; undefined when nobody looks at it in a terminal. */
  readonly columns: number | undefined
}

export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: { readonly isTTY: boolean; read(): AsyncIterable<Uint8Array> }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by SIGINT or SIGTERM; its reason is the name of the signal. */
  readonly signal: AbortSignal
  /** Unix time in milliseconds. */
  now(): number
}
