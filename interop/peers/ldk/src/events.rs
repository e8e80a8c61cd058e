//! LDK's own events: told to whoever drives the node, and answered where LDK waits for an answer.

use crate::channels;
use crate::json::{event, hex, hex_of};
use crate::node::{Node, Paid};
use lightning::blinded_path::message::OffersContext;
use lightning::events::{Event, EventsProvider, ReplayEvent};
use lightning::ln::channelmanager::PaymentId;
use serde_json::{json, Value};
use std::sync::Arc;

/// Hands out all that wait.
pub fn process(node: &Arc<Node>) {
	let handler = |event: Event| -> Result<(), ReplayEvent> {
		handle(node, event);
		Ok(())
	};
	node.manager.process_pending_events(&handler);
	node.messenger.process_pending_events(&handler);
	node.monitor.process_pending_events(&handler);
}

fn opt_id(id: &Option<PaymentId>) -> Value {
	id.as_ref().map_or(Value::Null, Paid::id)
}

fn handle(node: &Arc<Node>, ldk: Event) {
	match ldk {
		Event::InvoiceReceived { payment_id, invoice, context, responder } => {
			event(
				"invoice_received",
				json!({
					"payment_id": Paid::id(&payment_id),
					"invoice": hex_of(&invoice),
					"amount_msat": invoice.amount_msats().to_string(),
					"payment_hash": invoice.payment_hash().to_string(),
					"payer_id": invoice.payer_signing_pubkey().to_string(),
					"over_path": matches!(context, Some(OffersContext::OutboundPayment { .. })),
					"reply_path": responder.is_some(),
				}),
			);
			node.invoices.lock().unwrap().insert(payment_id, Paid { invoice, context });
		},
		Event::PaymentSent { payment_id, payment_hash, payment_preimage, fee_paid_msat, .. } => event(
			"payment_sent",
			json!({
				"payment_id": opt_id(&payment_id),
				"payment_hash": payment_hash.to_string(),
				"preimage": hex(&payment_preimage.0),
				"fee_msat": fee_paid_msat.map(|fee| fee.to_string()),
			}),
		),
		Event::PaymentFailed { payment_id, payment_hash, reason } => event(
			"payment_failed",
			json!({
				"payment_id": Paid::id(&payment_id),
				"payment_hash": payment_hash.map(|hash| hash.to_string()),
				"reason": reason.map(|reason| format!("{reason:?}")),
			}),
		),
		Event::PaymentPathFailed { payment_id, failure, short_channel_id, .. } => event(
			"payment_path_failed",
			json!({
				"payment_id": opt_id(&payment_id),
				"failure": format!("{failure:?}"),
				"scid": short_channel_id.map(|scid| scid.to_string()),
			}),
		),
		Event::PaymentClaimable { payment_hash, amount_msat, purpose, .. } => {
			event(
				"payment_claimable",
				json!({ "payment_hash": payment_hash.to_string(), "amount_msat": amount_msat.to_string() }),
			);
			match purpose.preimage() {
				Some(preimage) => node.manager.claim_funds(preimage),
				None => node.manager.fail_htlc_backwards(&payment_hash),
			}
		},
		Event::PaymentClaimed { payment_hash, amount_msat, .. } => event(
			"payment_claimed",
			json!({ "payment_hash": payment_hash.to_string(), "amount_msat": amount_msat.to_string() }),
		),
		Event::PaymentForwarded { total_fee_earned_msat, .. } => {
			event("payment_forwarded", json!({ "fee_msat": total_fee_earned_msat.map(|fee| fee.to_string()) }))
		},
		Event::ConnectionNeeded { node_id, addresses } => {
			event("connection_needed", json!({ "peer": node_id.to_string(), "addresses": addresses.len() }))
		},
		Event::FundingGenerationReady {
			temporary_channel_id,
			counterparty_node_id,
			channel_value_satoshis,
			output_script,
			user_channel_id,
		} => channels::fund(
			node,
			temporary_channel_id,
			counterparty_node_id,
			channel_value_satoshis,
			output_script,
			user_channel_id,
		),
		Event::ChannelPending { channel_id, funding_txo, counterparty_node_id, .. } => event(
			"channel_pending",
			json!({
				"channel_id": channel_id.to_string(),
				"funding": funding_txo.to_string(),
				"peer": counterparty_node_id.to_string(),
			}),
		),
		Event::ChannelReady { channel_id, counterparty_node_id, .. } => event(
			"channel_ready",
			json!({ "channel_id": channel_id.to_string(), "peer": counterparty_node_id.to_string() }),
		),
		Event::ChannelClosed { channel_id, reason, .. } => event(
			"channel_closed",
			json!({ "channel_id": channel_id.to_string(), "reason": reason.to_string() }),
		),
		Event::SpendableOutputs { outputs, .. } => event("spendable_outputs", json!({ "count": outputs.len() })),
		other => {
			let name = format!("{other:?}");
			event("ldk", json!({ "name": name.split([' ', '{']).next() }))
		},
	}
}
