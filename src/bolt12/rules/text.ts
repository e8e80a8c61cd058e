/** What a rule says, for people. Imported by printers and the docs only, so that a bundle that decodes stays small. */
export interface RuleText {
  /** In our own words; the message keeps to it, or not. */
  readonly text: string
  /** Where it stands: BOLT and section. */
  readonly section: string
}

/** Sentences by section, then by rule id. */
const SECTIONS: readonly (readonly [section: string, texts: Readonly<Record<string, string>>])[] = [
  [
    'BOLT 1 Type-Length-Value Format',
    {
      M4: 'The records stand in ascending order, each type once, each length within the bytes, no unknown even type.',
    },
  ],
  [
    'BOLT 1 Fundamental Types',
    {
      M6: 'No amount is above 21 million bitcoin.',
      T1: 'A truncated integer has no leading zero byte and no more bytes than its type allows.',
      T2: 'A public key is 33 bytes, begins with 02 or 03, and lies on the curve.',
      T3: 'Text is valid UTF-8.',
    },
  ],
  [
    'BOLT 12 TLV Fields for Offers',
    {
      T4: 'A list of chains is made of whole 32-byte hashes.',
      T8: 'Every record has a type that belongs in this kind of message.',
      T9: 'A signature is 64 bytes.',
    },
  ],
  [
    'BOLT 4 Route Blinding',
    {
      T5: 'The blinded paths fill the field exactly; each begins at a public key or at a channel and its direction.',
    },
  ],
  [
    'BOLT 12 Invoices',
    {
      T6: 'The costs of the paths have fixed width and fill the field exactly.',
      T7: 'Addresses and names fill their field exactly.',
    },
  ],
  [
    'BOLT 12 Encoding',
    {
      'A1.1': 'A string is written in one case only.',
      'A1.2': 'A string is written in upper case for QR codes, in lower case elsewhere.',
      'A1.3': 'A long string may be broken with +, and white space behind it.',
      'A1.4': 'The string is all lower or all upper case.',
      'A1.5': 'Each + stands between two characters of the string.',
      'A1.6': 'The string is lno1, lnr1, lni1 or lnp1 and then bech32 characters, without a checksum.',
      'A1.7': 'At most 4 bits are left over at the end of the string, and they are zero.',
      'A1.8': 'Something follows the prefix.',
      'A1.9': 'The string holds one well-formed stream of records and nothing else.',
    },
  ],
  [
    'BOLT 12 Signature Calculation',
    {
      'A2.1': 'Hashes are tagged: the hash of the tag, twice, goes in front of the message.',
      'A2.2': 'The tree covers every record, known or not, but those of types 240-1000.',
      'A2.3': 'Each record has a leaf hash and a nonce hash, which depends on the first record.',
      'A2.4': 'Two hashes are joined with the smaller one first; one without a partner goes up as it is.',
      'A2.5': 'The hash that is signed names the message and the field of the signature.',
      'A2.6': 'Signatures are BIP-340: they depend on the x coordinate of the key alone.',
      'A2.7': 'Published signatures are made with 32 zero bytes of extra randomness; real ones with random bytes.',
      'A2.8': 'Records are hashed as they were received.',
    },
  ],
  [
    'BOLT 12 Requirements For Offers',
    {
      OW1: 'The writer uses only types that belong in an offer.',
      OW2: 'The writer names the chains unless bitcoin is the only one.',
      OW3: 'The writer sets the least price of one item, above 0, if there is one.',
      OW4: 'The writer gives the price in msat, or names its currency and counts in its minor unit.',
      OW5: 'The writer describes what a price is for.',
      OW6: 'Without a least price the writer sets neither amount nor currency.',
      OW7: 'The writer may add bytes of its own.',
      OW8: 'The writer sets the feature bits that it supports.',
      OW9: 'The writer says when the offer expires, if it does.',
      OW10: 'A writer without public channels gives paths that begin at nodes which others can reach.',
      OW11: 'A writer that gives no path gives its issuer id.',
      OW12: 'The writer says who it is, a domain first if it has one.',
      OW13: 'The writer sets the most items of an invoice if there may be several: 0 when no limit is known.',
      OR1: 'Every record has a type that belongs in an offer.',
      OR2: 'The offer is one well-formed stream of records without an unknown even type.',
      OR3: 'The offer demands no feature that is unknown here.',
      OR4: 'The offer is for a chain in use here.',
      OR5: 'An offer with a price says what it is for.',
      OR6: 'The price is not zero.',
      OR7: 'A currency comes with an amount.',
      OR8: 'There is an issuer id or a path to send a request to.',
      OR9: 'There is at least one path in the list of paths, and at least one hop in each.',
      OR10: 'The offer has not expired.',
      OR11: 'A price in another currency is converted before the payer agrees to it, and compared with the invoice.',
      OR12: 'The request goes over one of the paths, if there are any, and only else to the issuer id.',
      OR13: 'Several requests may be sent at once.',
    },
  ],
]

function byId(): Record<string, RuleText> {
  const out: Record<string, RuleText> = Object.create(null) // ids come from people: `constructor` must find nothing
  for (const [section, texts] of SECTIONS) for (const [id, text] of Object.entries(texts)) out[id] = { text, section }
  return out
}

/** What each rule says, by its id. */
export const RULE_TEXT: Readonly<Record<string, RuleText>> = /* @__PURE__ */ byId()
