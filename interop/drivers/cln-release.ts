import type { Capability } from '../driver.js'

/** `[26, 6, 6]`, `[0, 10, 2]` */
export type ClnVersion = readonly [number, number, number]

/** Reads `v26.06.6`, `0.10.2`, `v25.12-modded`; undefined when there is no version in it. */
export function clnVersion(text: string): ClnVersion | undefined {
  const [, major, minor, patch = '0'] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

const since = ([major, minor]: ClnVersion, atMajor: number, atMinor: number) =>
  major > atMajor || (major === atMajor && minor >= atMinor)

/** The last releases with one form of onion messages alone. */
const isBefore0102 = ([major, minor, patch]: ClnVersion) => major === 0 && (minor < 10 || (minor === 10 && patch < 2))

/** What a release is told at its start, and how its commands are named. */
export interface ClnRelease {
  readonly version: ClnVersion
  /** Beside folder, network, chain and address. */
  readonly flags: readonly string[]
  /** `fetchinvoice` names the amount so. */
  readonly amountField: 'amount_msat' | 'msatoshi'
  /** Offers take stated paths (`dev_paths`). */
  readonly statedPaths: boolean
  /** Set where its BOLT 12 is that of 2021. */
  readonly form?: '2021'
  /** Types of the messages in which it asks for an invoice, in their order. */
  readonly asks: readonly number[]
  /** Stand-alone invoice_requests as BOLT 12 has them today; before, they were offers with `send_invoice`. */
  readonly refunds: boolean
}

/** Facts of each release, from its sources. */
export function clnRelease(version: ClnVersion): ClnRelease {
  const developer = since(version, 23, 11)
  const today = since(version, 22, 11)
  return {
    version,
    flags: [
      // It is an error to ask for what is always on.
      ...(since(version, 24, 11) ? [] : ['--experimental-offers']),
      ...(developer ? ['--developer', '--dev-fast-gossip', '--dev-bitcoind-poll=1'] : []),
    ],
    amountField: today ? 'amount_msat' : 'msatoshi',
    statedPaths: developer && since(version, 24, 8),
    ...(!today && { form: '2021' }),
    asks: today ? [513] : since(version, 0, 11) ? [513, 387] : isBefore0102(version) ? [385] : [387, 385],
    refunds: today,
  }
}

const NO_WAY = 'fetchinvoice searches its own way, and connects to the introduction node or issuer when it finds none'

/** What Core Lightning does not do, by release. */
export function clnCannot(release: ClnRelease): Readonly<Partial<Record<Capability, string>>> {
  return {
    offer_compact: 'a path begins at a channel only when its own gossip knows that channel',
    offer_dummy_hops: 'it adds no dummy hops',
    fetch_over: NO_WAY,
    fetch_scid: 'it knows the channels of its own gossip alone',
    refund_path: 'invoicerequest takes no stated paths',
    pay: 'the lab opens no channels for it',
    ...(release.statedPaths
      ? {}
      : {
          offer_path: 'offers take stated paths since v24.08 (dev_paths)',
          offer_paths: 'offers take stated paths since v24.08 (dev_paths)',
          offer_self_introduction: 'offers take stated paths since v24.08 (dev_paths)',
        }),
    ...(release.refunds
      ? {}
      : {
          refund: 'before v22.11 a refund was an offer with send_invoice, of a draft that is gone',
          claim: 'before v22.11 a refund was an offer with send_invoice, of a draft that is gone',
        }),
  }
}
