import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import { blindedPath } from '../../../src/blinding/blinded-path.js'
import { inspectPath } from '../../../src/blinding/inspect.js'
import { decodeAs, decodeOffer } from '../../../src/bolt12/decode.js'
import { dump } from '../../../src/bolt12/dump.js'
import { inspect } from '../../../src/bolt12/inspect.js'
import { toJson } from '../../../src/bolt12/json.js'
import { type Kind, layoutOf } from '../../../src/bolt12/layout.js'
import { decodeLegacyAs } from '../../../src/bolt12/legacy/decode.js'
import { LEGACY } from '../../../src/bolt12/legacy/dialect.js'
import { isLegacyKind, isLegacyString } from '../../../src/bolt12/legacy/form.js'
import { inspectLegacy } from '../../../src/bolt12/legacy/inspect.js'
import { legacyToJson } from '../../../src/bolt12/legacy/json.js'
import { legacyLayoutOf } from '../../../src/bolt12/legacy/layout.js'
import { fromPasted } from '../../../src/bolt12/pasted.js'
import { encodeString } from '../../../src/bolt12/string.js'
import { parsePeer } from '../../../src/node/addresses.js'
import { buildOnionMessage, forwardMessage, peel } from '../../../src/onion/engine.js'
import { decodeFailureMessage } from '../../../src/onion/failure-message.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { decodePaymentPayload } from '../../../src/onion/payment-payload.js'
import { parseAddress, readAddresses } from '../../../src/wire/address.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { encode } from '../../../src/wire/codec.js'
import { lno, problemWith } from '../../cli/run.js'
import { arbitraryOf } from '../../support/arbitrary.js'
import { codeOf } from '../../support/code-of.js'
import { damaged, hostileStream } from '../../support/hostile.js'
import { node } from '../../support/keys.js'
import { SIGNED } from './flips.js'

const KINDS: readonly Kind[] = ['offer', 'invoice_request', 'invoice', 'invoice_error', 'payer_proof']
const LEGACY_KINDS = ['offer', 'invoice_request', 'invoice'] as const
const context = { now: 0n, chains: [chainHashOf('bitcoin')] }

/** Text that a person may paste or a page may hand over: noise, strings of noise, and good strings that suffered. */
const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .tuple(fc.constantFrom('lno', 'lnr', 'lni', 'lnp'), fc.uint8Array({ minLength: 1, maxLength: 80 }))
    .map(([prefix, bytes]) => encodeString(prefix, bytes)),
  fc
    .tuple(fc.constantFrom('lno', 'lnr', 'lni', 'lnp'), fc.constantFrom(...KINDS))
    .chain(([prefix, kind]) => hostileStream(layoutOf(kind).table).map((bytes) => encodeString(prefix, bytes))),
  fc
    .constantFrom(...LEGACY_KINDS)
    .chain((kind) =>
      hostileStream(legacyLayoutOf(kind, LEGACY).table).map((bytes) =>
        encodeString(({ offer: 'lno', invoice_request: 'lnr', invoice: 'lni' } as const)[kind], bytes),
      ),
    ),
  damaged(fc.constant(encodeUtf8(`lightning:${encodeString('lnr', SIGNED.invoice_request.bytes)}`))).map((bytes) =>
    new TextDecoder().decode(bytes),
  ),
)

/** Bytes: streams of any kind that suffered, signed messages that suffered, noise. */
const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(...KINDS).chain((kind) => hostileStream(layoutOf(kind).table)),
  fc.constantFrom(...LEGACY_KINDS).chain((kind) => hostileStream(legacyLayoutOf(kind, LEGACY).table)),
  ...Object.values(SIGNED).map((signed) => damaged(fc.constant(signed.bytes))),
  fc.uint8Array({ maxLength: 200 }),
)

const alice = node(0x41)
const bob = node(0x42)
const SELVES = [alice, bob].map(({ secret, id }) => ({ secret, node_id: id }))
const random = (seed: number) => (length: number) => new Uint8Array(length).fill(seed)
const message = buildOnionMessage({
  generation: modern,
  via: [alice.id],
  to: bob.id,
  contents: { invoice_request: SIGNED.invoice_request.bytes },
  random: random(3),
  size: 600,
}).message

export function strangers(runs: number): void {
  describe('whatever a stranger hands us', () => {
    test('text is read or refused with a code, and inspect says what is the matter', () => {
      fc.assert(
        fc.property(text, (given) => {
          codeOf(() => fromPasted(given))
          codeOf(() => parseAddress(given))
          codeOf(() => parsePeer(given))
          const code = codeOf(() => decodeOffer(given))
          const inspection = inspect(given, { as: 'offer' })
          if (code !== 'accepted') expect(inspection.issues.map((issue) => issue.code)).toContain(code)
          JSON.stringify(toJson(inspect(given, { context })))
          isLegacyString(given)
          JSON.stringify(legacyToJson(inspectLegacy(given, { context })))
        }),
        { numRuns: 4 * runs },
      )
    })

    test('bytes are read as any kind of message or refused with a code, and inspect and dump say what they are', () => {
      fc.assert(
        fc.property(bytes, fc.constantFrom(...KINDS), (given, kind) => {
          const code = codeOf(() => decodeAs(kind, given))
          const inspection = inspect(given, { as: kind, context })
          if (code !== 'accepted') expect(inspection.issues.map((issue) => issue.code)).toContain(code)
          JSON.stringify(toJson(inspection))
          dump(given, kind)
          if (isLegacyKind(kind)) {
            const refused = codeOf(() => decodeLegacyAs(kind, given))
            const seen = inspectLegacy(given, { as: kind, context })
            if (refused !== 'accepted') expect(seen.issues.map((issue) => issue.code)).toContain(refused)
            JSON.stringify(legacyToJson(seen))
          }
          codeOf(() => decodePaymentPayload(given))
          codeOf(() => decodeFailureMessage(given))
          codeOf(() => readAddresses(given))
        }),
        { numRuns: 4 * runs },
      )
    })

    test('a blinded path is described or refused with a code', () => {
      fc.assert(
        fc.property(damaged(arbitraryOf(blindedPath).map((path) => encode(blindedPath, path))), (given) => {
          codeOf(() => inspectPath(given))
        }),
        { numRuns: 2 * runs },
      )
    })

    // Arbitrary packets, layers, payloads and data: test/onion/long-routes.test.ts.
    test('an onion message that suffered is dropped by whoever gets it, or passed on and dropped by the next', () => {
      fc.assert(
        fc.property(damaged(fc.constant(message)), fc.constantFrom(...SELVES), (given, self) => {
          const decision = peel(modern, self, given)
          if (decision.kind === 'drop') return
          // What stands behind the packet is ignored, so a message that only grew is what it was.
          expect(decision.kind).toBe('forward')
          if (decision.kind === 'forward') peel(modern, SELVES[1]!, forwardMessage(decision).message)
        }),
        { numRuns: 4 * runs },
      )
    })

    test('the command line explains and decodes it, or says in one line what is wrong', async () => {
      const commands = fc.constantFrom(['explain'], ['decode'], ['decode', '--json'], ['merkle'], ['path', 'inspect'])
      await fc.assert(
        fc.asyncProperty(commands, text, fc.boolean(), async (command, given, piped) => {
          const outcome = piped ? await lno([...command, '-'], { stdin: given }) : await lno([...command, '--', given])
          expect([0, 1, 2]).toContain(outcome.code)
          // An explanation of what is broken goes to standard output; anything else is one line of complaint.
          if (outcome.stdout === '') expect(problemWith(outcome)).toBeUndefined()
        }),
        { numRuns: 2 * runs },
      )
    })
  })
}
