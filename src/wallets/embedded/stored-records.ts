import type { Store } from '../../base/effects.js'
import { LEDGER_KEYS } from '../../payments/engine/ledger.js'

/** Every key of a wallet begins so; the next range begins with the character behind the dash. */
const ALL = { from: 'wallet-', to: 'wallet.' } as const

/** What the core is loaded from: all that is stored of the wallet but the ledger, which has as many entries as ever were. */
export async function storedRecords(store: Store): Promise<readonly (readonly [key: string, value: Uint8Array])[]> {
  const records: (readonly [string, Uint8Array])[] = []
  for (const range of [
    { from: ALL.from, to: LEDGER_KEYS.from },
    { from: LEDGER_KEYS.to, to: ALL.to },
  ]) {
    for await (const record of store.range(range)) records.push(record)
  }
  return records
}
