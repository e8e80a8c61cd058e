import type { ControlClient } from '../../node/control/client.js'

/** A payment of the node, as commands print it. */
export interface PaymentView {
  readonly payment_id: string
  readonly status: 'asking' | 'invoice' | 'sending' | 'paid' | 'failed'
  readonly payment_hash?: string
  readonly amount_msat: string
  readonly fee_msat: string
  readonly max_fee_msat: string
  readonly offer_id?: string
  readonly description?: string
  readonly payer_note?: string
  readonly quantity?: string
  readonly label?: string
  readonly preimage?: string
  readonly failure?: FailureView
  readonly parts: readonly PartView[]
  readonly refund_id?: string
  /** `lni…`, where one payment is shown. */
  readonly bolt12?: string
  readonly created_at: string
  readonly ended_at?: string
}

export interface FailureView {
  readonly code: string
  readonly message: string
}

/** One HTLC of a payment. */
export interface PartView {
  readonly peer: string
  readonly amount_msat: string
  readonly fee_msat: string
  readonly path: number
  readonly status: 'sent' | 'paid' | 'failed' | 'disputed'
  readonly failure?: FailureView
}

export interface ChannelView {
  readonly peer: string
  readonly role: 'host' | 'client'
  readonly status: 'opening' | 'down' | 'up' | 'errored' | 'closed'
  readonly capacity_msat: string
  readonly local_msat: string
  readonly remote_msat: string
  readonly in_flight_in_msat: string
  readonly in_flight_out_msat: string
  readonly sendable_msat: string
  readonly receivable_msat: string
  readonly owes: { readonly who: 'them' | 'us' | 'nobody'; readonly msat: string }
}

export interface GrantView {
  readonly grant_id: string
  readonly capacity_msat: string
  readonly balance_msat: string
  readonly label?: string
}

export interface EntryView {
  readonly seq: string
  readonly at: string
  readonly kind: string
  readonly peer: string
  readonly amount_msat: string
  readonly fee_msat: string
  readonly payment_hash?: string
  readonly payment_id?: string
  readonly offer_id?: string
  readonly description?: string
  readonly payer_note?: string
  readonly payer_id?: string
  readonly quantity?: string
  readonly label?: string
}

/** All changes of money, and what they come to. */
export interface AccountView {
  readonly entries: readonly EntryView[]
  readonly total_msat: string
  readonly in_flight_msat: string
  readonly sendable_msat: string
  readonly receivable_msat: string
}

interface Method<P, R> {
  readonly params: P
  readonly result: R
}
type Peer = { readonly peer: string }

export interface PaymentApi extends Readonly<Record<string, Method<unknown, unknown>>> {
  readonly 'pay.start': Method<Readonly<Record<string, unknown>>, PaymentView>
  readonly 'payment.list': Method<{ readonly limit: number }, { readonly payments: readonly PaymentView[] }>
  readonly 'payment.show': Method<{ readonly id: string }, PaymentView>
  readonly 'proof.create': Method<
    { readonly id: string; readonly include: readonly string[]; readonly note?: string },
    { readonly proof: string }
  >
  readonly 'channel.open': Method<Peer & { readonly secret?: string; readonly min_capacity_msat?: string }, ChannelView>
  readonly 'channel.list': Method<Readonly<Record<string, never>>, { readonly channels: readonly ChannelView[] }>
  readonly 'channel.show': Method<Peer, ChannelView>
  readonly 'channel.close': Method<Peer, ChannelView>
  readonly 'channel.override_propose': Method<Peer & { readonly local_msat?: string }, ChannelView>
  readonly 'channel.override_accept': Method<Peer, ChannelView>
  readonly 'channel.export': Method<Peer, { readonly file: string }>
  readonly 'host.grant': Method<
    { readonly capacity_msat: string; readonly balance_msat: string; readonly label?: string },
    { readonly secret: string; readonly grant_id: string }
  >
  readonly 'host.grants': Method<Readonly<Record<string, never>>, { readonly grants: readonly GrantView[] }>
  readonly 'host.revoke': Method<{ readonly grant: string }, GrantView>
  readonly 'account.list': Method<
    { readonly from?: string; readonly limit?: number },
    AccountView & { readonly more: boolean }
  >
}

/** The same connection, for the methods of payments. */
export type PaymentClient = ControlClient<PaymentApi>
