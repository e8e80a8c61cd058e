/** The smallest of some amounts. */
export function smallest(first: bigint, ...others: readonly bigint[]): bigint {
  let least = first
  for (const one of others) if (one < least) least = one
  return least
}

/** The largest of some amounts. */
export function largest(first: bigint, ...others: readonly bigint[]): bigint {
  let most = first
  for (const one of others) if (one > most) most = one
  return most
}
