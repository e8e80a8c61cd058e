import type { FetchOutcome } from '../driver.js'

/**
 * A difference that is written down: where it applies, the outcome is another than the scenario's, and that is no
 * surprise. One that does not show any more fails the cell as well, so that this list stays true.
 */
export interface KnownDifference {
  readonly id: string
  /** Scenario ids, or prefixes that end in `.`; all when absent. */
  readonly scenarios?: readonly string[]
  /** Drivers; any when absent. */
  readonly payer?: readonly string[]
  readonly payee?: readonly string[]
  /** At least one of the relays. */
  readonly relay?: readonly string[]
  readonly kinds: readonly FetchOutcome['kind'][]
  /** It may also go as the specification says (a race, a second try of theirs). */
  readonly sometimes?: true
  readonly whose: 'ours' | 'theirs' | 'spec unclear'
  /** One sentence. */
  readonly reason: string
  /** What went over the wire, where bytes show it. */
  readonly bytes?: readonly { readonly what: string; readonly hex: string }[]
  /** Where it is discussed: a public thread, or the page of this project with the bytes. */
  readonly link?: string
}

export const KNOWN: readonly KnownDifference[] = [
  {
    id: 'lnd-gated-drops',
    whose: 'theirs',
    scenarios: ['fetch.', 'refund.'],
    relay: ['lnd-gated'],
    kinds: ['silence'],
    reason:
      'A stock LND drops onion messages of peers without a channel (protocol.onion-msg-relay-all is off by default); nothing says so on the wire.',
    link: 'https://github.com/lightningnetwork/lnd/pull/10089',
  },
  {
    id: 'ldk-invoice-error-length',
    whose: 'theirs',
    scenarios: ['fetch.direct.disabled'],
    payer: ['ldk', 'ldk-stock'],
    kinds: ['refused', 'silence'],
    reason:
      'LDK 0.2.7 reads an invoice_error only with its own length in front, as it writes it; in the form of BOLT 12 it is dropped as unreadable.',
    bytes: [
      { what: 'invoice_error "MissingPaths" as LDK 0.2.7 writes it', hex: '0e050c4d697373696e675061746873' },
      { what: 'the same in the form of BOLT 12, which LDK drops', hex: '050c4d697373696e675061746873' },
    ],
    link: 'docs/interop-differences.md#ldk-invoice-error-length',
  },
]

/** The difference that a cell is known for. */
export function knownFor(
  scenario: string,
  players: { readonly payer: string; readonly payee: string; readonly relays: readonly string[] },
  known: readonly KnownDifference[] = KNOWN,
): KnownDifference | undefined {
  const named = (list: readonly string[] | undefined, name: string) => list === undefined || list.includes(name)
  return known.find(
    ({ scenarios, payer, payee, relay }) =>
      (scenarios === undefined ||
        scenarios.some((id) => id === scenario || (id.endsWith('.') && scenario.startsWith(id)))) &&
      named(payer, players.payer) &&
      named(payee, players.payee) &&
      (relay === undefined || players.relays.some((name) => relay.includes(name))),
  )
}
