/** The two forms of BOLT 12: today's, and that of c-lightning v0.10.1 to v0.12.1. */
export type Bolt12Form = 'modern' | '2021'
