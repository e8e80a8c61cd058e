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
  [
    'BOLT 12 Requirements For Invoice Requests',
    {
      RW1: 'A request for an offer holds all of its fields, byte for byte, unknown ones too.',
      RW2: 'The request is for one of the chains of the offer.',
      RW3: 'The payer signs with the key that it names.',
      RW4: 'Where the offer has no price the payer names an amount, else at least the price of what is asked for.',
      RW5: 'The payer takes a fresh key for each request.',
      RW6: 'The payer says how many items, from 1 to the maximum, where the offer has one, and only there.',
      RW7: 'A request that stands alone says what it pays for, how much, and where to send the invoice.',
      RW8: 'A request that stands alone holds no field that only an offer gives a meaning.',
      RW9: 'The writer uses only types that belong in a request.',
      RW10: 'The metadata of a request cannot be guessed.',
      RW11: 'Amounts are in the smallest unit of the chain.',
      RW12: 'The payer sets the feature bits that it supports.',
      RW13: 'A payer that found the offer by a name gives that name.',
      RR1: 'The request holds the key of the payer and its metadata.',
      RR2: 'Every record has a type that belongs in a request.',
      RR3: 'The request demands no feature that is unknown here.',
      RR4: 'The signature is that of the payer; only a request that stands alone may do without.',
      RR5: 'There is at least one hop in each path of the request.',
      RR6: 'The same metadata gets the same invoice only where the offer has an issuer id; else always a new one.',
      RR7: 'The fields of the offer are exactly those of an offer of ours that is in force.',
      RR8: 'The request came over one of the paths of its offer, or over none where the offer has none.',
      RR9: 'A quantity is there if the offer takes one, and lies between 1 and its maximum.',
      RR10: 'The amount is not below what the offer asks for this quantity.',
      RR11: 'Offer or request name an amount.',
      RR12: 'The invoice goes back over the reply path.',
      RR13: 'A request that stands alone names an amount, and neither chains, features nor a maximum quantity.',
      RR14: 'The invoice for a request that stands alone goes over its paths, and without them to the payer.',
      RR15: 'The request is for a chain in use here.',
      RR16: 'Name and domain hold only letters, digits, dots, hyphens and underscores.',
    },
  ],
  [
    'BOLT 12 Requirements For Invoices',
    {
      IW1: 'An invoice says when it was made and the least amount that is accepted.',
      IW2: 'An invoice holds all fields of its request, and its amount where it named one.',
      IW3: 'The payment hash is the hash of the preimage.',
      IW4: 'The key that signs is the issuer id, or the last blinded node id of the path that the request came over.',
      IW5: 'There is exactly one signature.',
      IW6: 'The invoice says whether it may or must be paid in several parts.',
      IW7: 'The invoice says when it expires unless that is after two hours.',
      IW8: 'Addresses to fall back to come with the best one first.',
      IW9: 'There is at least one path, best first, and the costs of each.',
      IW10: 'Payments that use none of these paths are ignored.',
      IR1: 'The invoice holds amount, time of making, payment hash and node id.',
      IR2: 'The invoice is for a chain in use here.',
      IR3: 'The invoice demands no feature that is unknown here.',
      IR4: 'The invoice has not expired.',
      IR5: 'There is at least one path, each with at least one hop and with costs of its own.',
      IR6: 'There is a path that demands no feature which is unknown here.',
      IR7: 'The invoice repeats every field of the request that was sent, byte for byte.',
      IR8: 'The key that signs is the one that the offer, or the path that was used, promised.',
      IR9: 'Who sends an invoice for a request that stands alone is known from elsewhere.',
      IR10: 'The signature is that of the node id.',
      IR11: 'Paths that stand first are preferred.',
      IR12: 'The invoice is paid in several parts only if it allows that.',
      IR13: 'The amount is what was asked for, or what the user agreed to pay.',
      IR14: 'Addresses that are no addresses are ignored.',
      IR15: 'The invoice came over the very path that was given for the answer.',
    },
  ],
  [
    'BOLT 12 Invoice Errors',
    {
      EW1: 'An error says what is wrong.',
      EW2: 'An error may name the field at fault.',
      EW3: 'A suggested value comes with its field, and is a valid encoding of it.',
      ER1: 'An error counts only when it comes over the path that was given for the answer, and says something.',
    },
  ],
  [
    'BOLT 12 Payer Proofs',
    {
      PP1: 'A proof never shows the metadata of the request.',
      PP2: 'A proof shows the key of the payer, the payment hash, the node id, the features and the signature of the invoice.',
      PP3: 'Each field that is shown comes with its nonce hash; each hidden one leaves a marker that does not tell its type.',
      PP4: 'One hash stands for each part of the tree in which all is hidden, from the bottom up, smaller types first.',
      PP5: 'A proof holds the preimage of the payment; it may hold a note.',
      PP6: 'The payer signs the proof with the key that asked for the invoice.',
      PP7: 'All that a proof needs is there, and the metadata of the request is not.',
      PP8: 'The hash of the preimage is the payment hash.',
      PP9: 'The markers of hidden fields count up, each one more than the marker or the field in front of it.',
      PP10: 'There is a nonce hash for each field of the invoice that is shown.',
      PP11: 'There is a hash for each hidden part of the tree, no more and no less.',
      PP12: 'The node id signed the invoice, whose tree follows from what is shown.',
      PP13: 'The signature of the proof is that of the payer.',
    },
  ],
]

function byId(): Record<string, RuleText> {
  const out: Record<string, RuleText> = Object.create(null) // ids come from people: `constructor` must find nothing
  for (const [section, texts] of SECTIONS) for (const [id, text] of Object.entries(texts)) out[id] = { text, section }
  return out
}

/** What each rule of BOLT 12 says, by its id. */
export const RULE_TEXT: Readonly<Record<string, RuleText>> = /* @__PURE__ */ byId()
