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
  /** The code that it ends with, by who asks (of a refund: the payee), in its own words or those of lno. */
  readonly codes?: Readonly<Record<string, string | undefined>>
  /** A relay that counts must say that it dropped something. */
  readonly relayRefused?: true
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

const LND_GATED = {
  whose: 'theirs',
  relay: ['lnd-gated'],
  kinds: ['silence'],
  relayRefused: true,
  reason:
    'A stock LND drops onion messages of peers without a channel (protocol.onion-msg-relay-all is off by default); nothing says so on the wire.',
  link: 'https://github.com/lightningnetwork/lnd/pull/10089',
} as const

export const KNOWN: readonly KnownDifference[] = [
  {
    id: 'lnd-gated-drops',
    scenarios: ['fetch.'],
    codes: { lno: 'SENT_NO_REPLY', ldk: undefined, 'ldk-stock': undefined },
    ...LND_GATED,
  },
  {
    // Nobody acknowledges the invoice of a refund: to whoever sends it silence says nothing.
    id: 'lnd-gated-drops-invoices',
    scenarios: ['refund.'],
    ...LND_GATED,
  },
  {
    id: 'ldk-invoice-error-length',
    whose: 'theirs',
    scenarios: ['fetch.direct.disabled'],
    payer: ['ldk', 'ldk-stock'],
    kinds: ['refused'],
    codes: { ldk: 'UNREADABLE', 'ldk-stock': 'UNREADABLE' },
    reason:
      'LDK 0.2.7 reads an invoice_error only with its own length in front, as it writes it; in the form of BOLT 12 it is dropped as unreadable.',
    bytes: [
      { what: 'invoice_error "MissingPaths" as LDK 0.2.7 writes it', hex: '0e050c4d697373696e675061746873' },
      { what: 'the same in the form of BOLT 12, which LDK drops', hex: '050c4d697373696e675061746873' },
    ],
    link: 'docs/interop-differences.md#ldk-invoice-error-length',
  },
  {
    id: 'ldk-refund-error-length',
    whose: 'theirs',
    scenarios: ['refund.direct.disabled'],
    payee: ['ldk', 'ldk-stock'],
    kinds: ['refused'],
    codes: { ldk: 'REFUND_DISABLED', 'ldk-stock': 'REFUND_DISABLED' },
    reason:
      'The payer refuses the invoice and says so, and LDK 0.2.7 drops the invoice_error as unreadable: it wants its length in front.',
    link: 'docs/interop-differences.md#ldk-refund-error-length',
  },
  {
    id: 'ldk-low-amount-unread',
    whose: 'spec unclear',
    scenarios: ['fetch.direct.wrong-amount'],
    payee: ['ldk', 'ldk-stock'],
    kinds: ['silence'],
    reason:
      'LDK 0.2.7 reads no request below the price of its offer (InsufficientAmount): the message is dropped as unreadable. BOLT 12 wants it rejected, and an issuer may say why.',
    link: 'docs/interop-differences.md#ldk-low-amount-unread',
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
