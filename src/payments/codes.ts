import { type CodeText, LnoError, type Where } from '../base/error.js'

/** Codes of payments and of the channels that they go over. */
export const PAYMENT_CODES = {
  NO_PAYMENT_ROUTE: {
    meaning: 'No channel of ours leads to the place where a path of the invoice begins, or none with enough in it.',
    advice:
      'Open a channel with the node that the invoice names first, or with a host that reaches it: `lno channel open`.',
  },
  PAYMENT_TWICE: {
    meaning: 'This payment hash was paid already, or is being paid.',
    advice: 'Look at the payment with `lno payment show`; ask for a new invoice to pay again.',
  },
  PAYMENT_EXPIRED: {
    meaning: 'The invoice expired before it could be paid.',
    advice: 'Ask for a new invoice.',
  },
  PAYMENT_FEE_LIMIT: {
    meaning: 'The fees of every way are above what was authorised.',
    advice: 'Allow more with --max-fee, or use another channel.',
  },
  PAYMENT_DELAY_LIMIT: {
    meaning: 'Every way would bind the money for more blocks than is allowed.',
    advice: 'Ask for a new invoice: nobody needs two weeks to pass a payment on. Nothing was sent.',
  },
  PAYMENT_ONION_TOO_LARGE: {
    meaning: 'Path and contents do not fit the 1300 bytes of a payment onion.',
    advice: 'The recipient must make a shorter path; nothing was sent.',
  },
  PAYMENT_REFUSED: {
    meaning: 'The recipient, or a node on the way, gave the payment back for good.',
    advice: 'Ask for a new invoice. Nothing was paid.',
  },
  PAYMENT_PART_FAILED: {
    meaning: 'One part of a payment came back; another way may still work.',
    advice: 'Nothing to do: other ways are tried by themselves.',
  },
  PAYMENT_OVERRIDDEN: {
    meaning:
      'A part of the payment was in a channel when that was overridden: no preimage came, and nobody says whether the recipient was paid.',
    advice: 'Ask the recipient before paying again. Nothing more is sent for this payment.',
  },
  PAYMENT_FAILED: {
    meaning: 'Every way that was tried gave the payment back.',
    advice: 'Try again later with a new invoice, or open another channel. Nothing was paid.',
  },
  PAYMENT_RECORD_CORRUPT: {
    meaning: 'A stored record of payments or channels cannot be read.',
    advice: 'Restore the data folder from a backup; do not delete records, money hangs on them.',
  },
  GRANT_REFUSED: {
    meaning: 'The grant cannot be made, or there is none such.',
    advice: 'Look at what was granted with `lno host grants`.',
  },
  NO_INBOUND: {
    meaning: 'There is no channel over which this amount could be received now.',
    advice: 'Open a channel with a host: `lno channel open`, or wait until it is connected.',
  },
  HEIGHT_UNKNOWN: {
    meaning: 'The height of the chain is not known, without which no HTLC can be made on this network.',
    advice: 'On bitcoin the node needs a source of the height; on test networks it is counted.',
  },
  HOSTED_LIMIT: {
    meaning: 'A message of a hosted channel holds more than the state of a channel has room for.',
    advice: 'At most 20 HTLCs each way, and short scripts, secrets and features: a whole state must fit one message.',
  },
  HOSTED_STATE: {
    meaning: 'The state of a hosted channel contradicts itself: its balances, HTLCs or counters cannot be.',
    advice: 'Do not sign or keep it. The peer is broken, or the bytes were changed.',
  },
  HOSTED_SIGNATURE: {
    meaning: 'A signature of the state of a hosted channel is not that of the node it should be.',
    advice: 'The state was changed after it was signed, or it belongs to other nodes: it proves nothing.',
  },
  EXPORT_MALFORMED: {
    meaning: 'The file is not the exported state of a hosted channel.',
    advice: 'Take the file as `lno channel export` wrote it; nothing may be cut off or edited.',
  },
  EXPORT_VERSION: {
    meaning: 'The exported state is in a form that is newer than this program.',
    advice: 'Use the version of lno that wrote it, or a later one.',
  },
  HOSTED_VIOLATION: {
    meaning:
      'The peer of a hosted channel broke its rules: an HTLC outside the limits, a wrong preimage, a removal taken back.',
    advice: 'The channel is errored until its host proposes an override and its client accepts it.',
  },
  HOSTED_PEER_ERROR: {
    meaning: 'The peer of a hosted channel sent an error for it.',
    advice: 'Its text says why. The channel is errored until its host proposes an override and its client accepts it.',
  },
  HOSTED_DEFECT: {
    meaning:
      'The books of a hosted channel would not have added up: the step was not made, and the channel is errored.',
    advice: 'This is a defect of this program; please report it. An override revives the channel.',
  },
  HTLC_EXPIRED: {
    meaning: 'An HTLC expired while it was in a hosted channel, which is errored therefore.',
    advice: 'Who gets its amount, an override says: the host proposes it, the client accepts it.',
  },
  CHANNEL_REFUSED: {
    meaning:
      'A hosted channel was not opened: the host does not offer one, or what it offers is not what was asked for.',
    advice: 'Ask the host for a grant, and check its secret: each works once.',
  },
  CHANNEL_EXISTS: {
    meaning: 'With this peer there is a channel already, and there cannot be two.',
    advice: 'Use the one there is. A closed one is opened again without a grant.',
  },
  CHANNEL_UNKNOWN: {
    meaning: 'With this peer there is no channel.',
    advice: 'See the channels that there are with `lno channel list`.',
  },
  CHANNEL_NOT_EMPTY: {
    meaning: 'A hosted channel is closed only when its client owns nothing in it and no HTLC is under way.',
    advice: "Spend the client's balance first, and wait until every payment has ended.",
  },
  CHANNEL_NOT_ERRORED: {
    meaning: 'An override is for errored channels alone, and this one is not errored.',
    advice: 'Nothing is to be done.',
  },
  OVERRIDE_UNDECIDED: {
    meaning:
      'An HTLC of the channel was forwarded, and whether it will be paid is not known yet: to give it back now could mean to pay for it.',
    advice:
      'Wait until it is paid, given back or expired where it went to, then propose again; or state the balance with --balance.',
  },
  OVERRIDE_NOT_YOURS: {
    meaning: "An override is proposed by the channel's host and accepted by its client; you are the other one.",
    advice: 'As the client, ask the host to propose one; as the host, wait for the client.',
  },
  OVERRIDE_MISSING: {
    meaning: 'The host of the errored channel has proposed no override.',
    advice: 'Ask the host to propose one, and connect to it.',
  },
  OVERRIDE_OTHER: {
    meaning: 'The host proposes another balance than the one that was to be accepted.',
    advice: 'Look at the channel again (`lno channel show`), and accept what it shows, or nothing.',
  },
  OVERRIDE_BALANCE: {
    meaning: 'The balance of an override lies between nothing and the capacity of the channel.',
    advice: 'State another one, or none: then every HTLC goes back, but those whose preimage is known.',
  },
} as const satisfies Readonly<Record<string, CodeText>>
export type PaymentCode = keyof typeof PAYMENT_CODES

/** An error of this folder. */
export function paymentError(code: PaymentCode, message: string, where: Where = {}): LnoError {
  return new LnoError(code, message, where)
}
