/** All bitcoin there will ever be, in msat: no amount may be above (rule M6; BOLT 1 "Fundamental Types"). */
export const MAX_MSAT = 2_100_000_000_000_000_000n
