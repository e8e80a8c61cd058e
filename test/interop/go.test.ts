import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { prepareChain } from '../../interop/chain/btcd.js'
import { isAtLeast } from '../../interop/lib/go.js'
import { tempDir } from '../support/temp-dir.js'

/** What is said where a program cannot be built. Nothing is built here: each attempt ends before. */

afterEach(() => vi.unstubAllEnvs())

/** Nothing in the cache, and a PATH with this `go` alone, or none. */
function machine(go?: string): string {
  const cache = tempDir()
  const path = tempDir()
  if (go !== undefined) {
    writeFileSync(join(path, 'go'), `#!/bin/sh\n${go}\n`)
    chmodSync(join(path, 'go'), 0o755)
  }
  vi.stubEnv('LNO_INTEROP_CACHE', cache)
  vi.stubEnv('PATH', `${path}:/usr/bin:/bin`)
  return cache
}

const reason = async () => {
  const availability = await prepareChain(() => undefined)
  return availability.ok ? `found ${availability.version}` : availability.reason
}

test('no Go: one sentence says which one is needed, and half a build stays nowhere', async () => {
  const cache = machine('exit 127')
  expect(await reason()).toBe('btcd needs Go 1.25.0 or newer to be built: there is none')
  expect(readdirSync(cache)).toEqual([])
})

test('a Go that is too old is named, and none is downloaded in its place', async () => {
  machine('[ "$GOTOOLCHAIN" = local ] && echo go1.24.9')
  expect(await reason()).toBe('btcd needs Go 1.25.0 or newer to be built: this is Go 1.24.9')
})

test('a module proxy that gives nothing is named with what Go says of it', async () => {
  const cache = machine('if [ "$1" = env ]; then echo go1.26.8; else echo "dial tcp: no route to host" >&2; exit 1; fi')
  expect(await reason()).toBe('btcd cannot be built: the Go module proxy did not give it (dial tcp: no route to host)')
  expect(readdirSync(cache)).toEqual([])
})

test('a build that fails says its last line', async () => {
  machine('case "$1" in env) echo go1.26.8;; mod) ;; *) echo "no space left on device" >&2; exit 1;; esac')
  expect(await reason()).toBe('btcd cannot be built: no space left on device')
})

test('a program that was built is taken from the cache from then on, without any Go', async () => {
  const builds =
    'case "$1" in env) echo go1.26.8;; mod) ;; *) shift 8; printf "#!/bin/sh\\necho btcd version 9.9.9\\n" > "$1"; chmod 755 "$1";; esac'
  const cache = machine(builds)
  expect(await reason()).toBe('found 9.9.9')
  machine()
  vi.stubEnv('LNO_INTEROP_CACHE', cache)
  expect(await reason()).toBe('found 9.9.9')
})

test.each([
  ['1.26.8', '1.25.13', true],
  ['1.25.13', '1.25.13', true],
  ['1.25.9', '1.25.13', false],
  ['1.9', '1.25.0', false],
  ['1.26rc1', '1.25.13', true],
  ['2.0', '1.25.13', true],
])('Go %s is enough for %s: %s', (have, want, enough) => {
  expect(isAtLeast(have, want)).toBe(enough)
})
