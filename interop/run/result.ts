import type { Provenance } from '../driver.js'

/** Version of the report's format; members may be added within one. */
export const REPORT_VERSION = 1

/**
 * How a cell ended. `pass`: as the specification says. `flaky`: so in its second run only. `known`: not so, but as a
 * difference that is written down says, on whichever side. `cannot`: one side does not do this at all. `fail`: none of
 * these; the only outcome that turns the run red.
 */
export type Outcome = 'pass' | 'flaky' | 'known' | 'cannot' | 'fail'

/** One scenario played by stated implementations. */
export interface Cell {
  /** Id of the scenario. */
  readonly scenario: string
  /** Names of the drivers. */
  readonly payer: string
  readonly payee: string
  /** In order, from the payer on. */
  readonly relays: readonly string[]
  readonly outcome: Outcome
  /** What had to happen, as a sentence, and by which rule of `conformance/rules.json` or which behaviour of a peer. */
  readonly expected: string
  readonly why: string
  readonly rule?: string
  /** What happened, as a sentence. */
  readonly observed: string
  /** Of `known` and `cannot`: why; with the page that says more. */
  readonly reason?: string
  readonly link?: string
  readonly durationMs: number
  /** How often it was played: twice where the first run failed. */
  readonly runs: number
  /** Node ids (66 hex digits) by role, as far as they are known: the page names the nodes of captures by them. */
  readonly nodes?: Readonly<Record<string, string>>
  /** Logs and captures that were kept: names, and paths relative to the report's folder. */
  readonly files: readonly CellFile[]
}

export interface CellFile {
  /** `payer.log`, `relay1.capture` */
  readonly name: string
  readonly path: string
  /** Captures (docs/capture.md of the project) are decoded step by step by the page. */
  readonly kind: 'log' | 'capture'
}

/** A scenario as the report tells it. */
export interface ScenarioInfo {
  readonly id: string
  readonly title: string
  readonly action: string
  /** `direct`, `one relay`, `two relays`, `joined` */
  readonly path: string
  /** The shape of the offer or refund, in words. */
  readonly shape: string
  readonly why: string
  readonly rule?: string
}

/** An implementation as the report tells it. */
export interface PeerInfo {
  readonly driver: string
  /** Absent: it did not run here, for this reason. */
  readonly version?: string
  readonly how?: Provenance
  readonly reason?: string
}

/** A whole run: what `--report DIR` writes as `report.json`. */
export interface Report {
  readonly report: typeof REPORT_VERSION
  readonly lno: { readonly version: string; readonly commit: string; readonly modified: boolean }
  /** UTC, ISO 8601. */
  readonly started: string
  readonly durationMs: number
  readonly host: { readonly node: string; readonly platform: string; readonly cpus: number }
  /** What was asked for: `all` scenarios, or which. */
  readonly selection: string
  readonly peers: readonly PeerInfo[]
  readonly scenarios: readonly ScenarioInfo[]
  readonly cells: readonly Cell[]
}
