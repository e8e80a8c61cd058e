/** What differs between the releases of c-lightning that spoke the form of 2021, as a value. */
export interface LegacyDialect {
  /** `v0.10.2`. */
  readonly name: string
}
