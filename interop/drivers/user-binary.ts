/** A program that the user names on the command line. */
export interface UserBinary {
  readonly path: string
  /** What this one of several is called. */
  readonly label?: string
}

/** Reads `PATH` or `v0.10.2=PATH`. A path that has an equals sign in it is not mistaken: labels begin as versions do. */
export function userBinary(text: string): UserBinary {
  const [, label, path] = /^(v?\d[\w.+-]*)=(.+)$/s.exec(text) ?? []
  return label === undefined || path === undefined ? { path: text } : { path, label }
}
