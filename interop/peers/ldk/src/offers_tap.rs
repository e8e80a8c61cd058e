//! Stands between the onion messenger and the ChannelManager: tells of every message about offers, and keeps requests for
//! offers away that were switched off, which LDK itself has no word for.

use crate::json::{event, hex_of};
use crate::node::{Manager, Paid};
use lightning::blinded_path::message::OffersContext;
use lightning::offers::invoice_request::InvoiceRequest;
use lightning::offers::offer::Offer;
use lightning::onion_message::messenger::{MessageSendInstructions, Responder, ResponseInstruction};
use lightning::onion_message::offers::{OffersMessage, OffersMessageHandler};
use lightning::util::ser::Writeable;
use serde_json::{json, Value};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

pub struct OffersTap {
	manager: Arc<Manager>,
	/// Offers that are not answered any more, as their bytes.
	disabled: Mutex<HashSet<Vec<u8>>>,
}

pub fn kind(message: &OffersMessage) -> &'static str {
	match message {
		OffersMessage::InvoiceRequest(_) => "invoice_request",
		OffersMessage::Invoice(_) => "invoice",
		OffersMessage::StaticInvoice(_) => "static_invoice",
		OffersMessage::InvoiceError(_) => "invoice_error",
	}
}

fn described(message: &OffersMessage) -> Value {
	let mut members = json!({ "kind": kind(message), "contents": hex_of(message) });
	if let OffersMessage::InvoiceRequest(request) = message {
		members["payer_id"] = json!(request.payer_signing_pubkey().to_string());
	}
	members
}

/// The offer's part of a request: the records of types 1 to 79 and of the experimental range of offers, as they came.
fn offer_of(request: &InvoiceRequest) -> Vec<u8> {
	let all = request.encode();
	let mut kept = Vec::new();
	let mut at = 0;
	while at < all.len() {
		let start = at;
		let record_type = bigsize(&all, &mut at);
		let length = bigsize(&all, &mut at) as usize;
		at = all.len().min(at + length);
		if matches!(record_type, 1..=79 | 1_000_000_000..=1_999_999_999) {
			kept.extend_from_slice(&all[start..at]);
		}
	}
	kept
}

/// Of bytes that LDK wrote itself.
fn bigsize(all: &[u8], at: &mut usize) -> u64 {
	let first = all[*at];
	let width = match first {
		0xfd => 2,
		0xfe => 4,
		0xff => 8,
		small => {
			*at += 1;
			return u64::from(small);
		},
	};
	let value = all[*at + 1..*at + 1 + width].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
	*at += 1 + width;
	value
}

impl OffersTap {
	pub fn new(manager: Arc<Manager>) -> Self {
		OffersTap { manager, disabled: Mutex::default() }
	}

	pub fn disable(&self, offer: &Offer) {
		self.disabled.lock().unwrap().insert(offer.encode());
	}
}

impl OffersMessageHandler for OffersTap {
	fn handle_message(
		&self, message: OffersMessage, context: Option<OffersContext>, responder: Option<Responder>,
	) -> Option<(OffersMessage, ResponseInstruction)> {
		let mut members = described(&message);
		members["context"] = json!(context.is_some());
		members["reply_path"] = json!(responder.is_some());
		event("offers_in", members);
		match &message {
			OffersMessage::InvoiceRequest(request) => {
				if self.disabled.lock().unwrap().contains(&offer_of(request)) {
					return None;
				}
			},
			OffersMessage::InvoiceError(error) => {
				let field = error.erroneous_field.as_ref();
				let mut members = json!({
					"message": error.message.to_string(),
					"erroneous_field": field.map(|field| field.tlv_fieldnum.to_string()),
				});
				match &context {
					Some(OffersContext::OutboundPayment { payment_id, .. }) => members["payment_id"] = Paid::id(payment_id),
					Some(OffersContext::InboundPayment { payment_hash }) => {
						members["payment_hash"] = json!(payment_hash.to_string())
					},
					_ => (),
				}
				event("invoice_error", members);
			},
			_ => (),
		}
		let response = self.manager.handle_message(message, context, responder);
		if let Some((message, _)) = &response {
			event("offers_out", described(message));
		}
		response
	}

	fn release_pending_messages(&self) -> Vec<(OffersMessage, MessageSendInstructions)> {
		let pending = self.manager.release_pending_messages();
		for (message, _) in &pending {
			event("offers_out", described(message));
		}
		pending
	}
}
