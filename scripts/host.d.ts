/**
 * All that the pure folders may use of the world around them. Browsers, Node, Deno, Bun and workers have these two
 * classes; nothing else of a host is visible to `tsc -p tsconfig.pure.json`.
 */
declare class TextEncoder {
  encode(input?: string): Uint8Array
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: Uint8Array): string
}
