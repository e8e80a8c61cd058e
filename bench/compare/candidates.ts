/** What the BOLT 12 packages of others are, and how each is asked what the vectors ask. */

/** A module as it was loaded: what it exports is looked at when it is used. */
// biome-ignore lint/suspicious/noExplicitAny: other people's packages, some without types, built for this comparison alone
export type Loaded = any

/** Where a package comes from: npm, or this checkout. */
export type Origin = { readonly npm: string } | { readonly own: true }

/** A package behind one interface. What it has no function for is left out, and counts as "no function", not as a failure. */
export interface Asked {
  /** The description of an offer, if it can be told. Throws when the offer is refused. */
  offer(text: string): string | undefined
  /** Root of the merkle tree of a TLV stream, 32 bytes. */
  merkleRoot?(stream: Uint8Array): Uint8Array
  /** Whether the signature of an invoice_request is that of its payer. */
  signed?(text: string, stream: Uint8Array): boolean
  /** Throws, or returns false, when the proof is refused. */
  proof?(text: string): boolean
}

export interface Candidate {
  readonly name: string
  readonly origin: Origin
  /** What is exported for decoding an offer: its weight is compared too. */
  readonly decoder: string
  /** A wasm module beside the JavaScript, by its name in the package. */
  readonly wasm?: string
  ask(module: Loaded): Asked
  /** What its documentation says that it is for. */
  readonly claims: string
  readonly cannot: string
}

export const CANDIDATES: readonly Candidate[] = [
  {
    name: 'lno',
    origin: { own: true },
    decoder: 'decodeOffer',
    claims: 'offers, requests, invoices, proofs, onion messages',
    cannot: 'payments over channels with a chain',
    ask: (module) => ({
      offer: (text) => {
        const offer = module.decodeOffer(text)
        const chains = ['bitcoin', 'testnet'].map((name) => module.chainHashOf(name))
        const { ok } = module.checkOffer(offer, { now: 1_700_000_000n, chains })
        if (!ok) throw new Error('refused')
        return offer.fields.offer_description
      },
      merkleRoot: (stream) => module.merkleRoot(module.readRecords(stream).records),
      signed: (text) => module.decodeInvoiceRequest(text) !== undefined,
      proof: (text) => module.verifyPayerProof(text).ok,
    }),
  },
  {
    name: 'boltz-bolt12',
    origin: { npm: 'boltz-bolt12' },
    decoder: 'Offer',
    wasm: 'boltz_bolt12_bg.wasm',
    claims: 'parse offers and invoices (LDK as WebAssembly)',
    cannot: 'reads offers and invoices only; no requests, no payer proofs; WebAssembly, loaded by a bundler',
    ask: (module) => ({
      offer: (text) => {
        const offer = new module.Offer(text)
        const { description } = offer
        offer.free()
        return description
      },
    }),
  },
  {
    name: 'bolt12-decoder',
    origin: { npm: 'bolt12-decoder' },
    decoder: 'default',
    claims: 'decode offers, requests and invoices',
    cannot: 'reads only; no signatures, no payer proofs; keys and features go unchecked',
    ask: (module) => ({ offer: (text) => module.default.decode(text).description }),
  },
  {
    name: 'light-bolt12-decoder',
    origin: { npm: 'light-bolt12-decoder' },
    decoder: 'decode',
    claims: 'decode payment requests, no signatures checked',
    cannot: 'reads no offer: it expects a bech32 checksum, which BOLT 12 has not',
    ask: (module) => ({
      offer: (text) => {
        const { sections } = module.decode(text)
        return sections.find((section: { name: string }) => section.name === 'description')?.value
      },
    }),
  },
]
