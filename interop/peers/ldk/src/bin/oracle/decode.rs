//! Offers, refunds, invoice requests, invoices as LDK reads them.

use crate::show::{hex, payinfo, payment_path, written, Fields};
use crate::{bytes, text, Answer};
use lightning::bitcoin::constants::ChainHash;
use lightning::io::Cursor;
use lightning::offers::invoice::Bolt12Invoice;
use lightning::offers::invoice_request::{InvoiceRequest, UnsignedInvoiceRequest};
use lightning::offers::offer::Offer;
use lightning::offers::refund::Refund;
use lightning::util::ser::{BigSize, Readable, Writeable};
use serde_json::{json, Value};

fn reason(error: impl std::fmt::Debug) -> String {
	format!("{error:?}")
}

fn chains(all: Vec<ChainHash>) -> Vec<String> {
	all.iter().map(|chain| hex(chain.as_bytes())).collect()
}

/// `{ kind, text }` or `{ kind, hex }`; requests and invoices have no text form in LDK.
pub fn decode(item: &Value) -> Answer {
	match text(item, "kind")? {
		"offer" => match item["text"].as_str() {
			Some(text) => text.parse::<Offer>().map_err(reason).map(|offer| show_offer(&offer)),
			None => Offer::try_from(bytes(item, "hex")?).map_err(reason).map(|offer| show_offer(&offer)),
		},
		"refund" => match item["text"].as_str() {
			Some(text) => text.parse::<Refund>().map_err(reason).map(|refund| show_refund(&refund)),
			None => Refund::try_from(bytes(item, "hex")?).map_err(reason).map(|refund| show_refund(&refund)),
		},
		"invoice_request" => {
			InvoiceRequest::try_from(bytes(item, "hex")?).map_err(reason).and_then(|request| show_request(&request))
		},
		"invoice" => {
			Bolt12Invoice::try_from(bytes(item, "hex")?).map_err(reason).map(|invoice| show_invoice(&invoice))
		},
		other => Err(format!("unknown kind {other}")),
	}
}

pub fn show_offer(offer: &Offer) -> Value {
	let mut fields = Fields::default();
	fields.put("offer_chains", chains(offer.chains()));
	fields.bytes("offer_metadata", offer.metadata().map(|all| &all[..]));
	fields.price(offer.amount());
	fields.text("offer_description", offer.description().map(|found| found.0));
	fields.features("offer_features", offer.offer_features().le_flags());
	fields.number("offer_absolute_expiry", offer.absolute_expiry().map(|time| time.as_secs()));
	fields.message_paths("offer_paths", offer.paths());
	fields.text("offer_issuer", offer.issuer().map(|found| found.0));
	fields.quantity_max(offer.supported_quantity());
	fields.bytes("offer_issuer_id", offer.issuer_signing_pubkey().map(|key| key.serialize()).as_ref().map(|key| &key[..]));
	json!({ "bytes": written(offer), "text": offer.to_string(), "fields": fields.value(), "offer_id": hex(&offer.id().0) })
}

pub fn show_refund(refund: &Refund) -> Value {
	let mut fields = Fields::default();
	fields.text("offer_description", Some(refund.description().0));
	fields.number("offer_absolute_expiry", refund.absolute_expiry().map(|time| time.as_secs()));
	fields.text("offer_issuer", refund.issuer().map(|found| found.0));
	fields.message_paths("invreq_paths", refund.paths());
	fields.bytes("invreq_metadata", Some(refund.payer_metadata()));
	fields.put("invreq_chain", hex(refund.chain().as_bytes()));
	fields.number("invreq_amount", Some(refund.amount_msats()));
	fields.features("invreq_features", refund.features().le_flags());
	fields.number("invreq_quantity", refund.quantity());
	fields.bytes("invreq_payer_id", Some(&refund.payer_signing_pubkey().serialize()));
	fields.text("invreq_payer_note", refund.payer_note().map(|found| found.0));
	json!({ "bytes": written(refund), "text": refund.to_string(), "fields": fields.value() })
}

pub fn show_request(request: &InvoiceRequest) -> Answer {
	let mut fields = Fields::default();
	fields.put("offer_chains", chains(request.chains()));
	fields.bytes("offer_metadata", request.metadata().map(|all| &all[..]));
	fields.price(request.amount());
	fields.text("offer_description", request.description().map(|found| found.0));
	fields.features("offer_features", request.offer_features().le_flags());
	fields.number("offer_absolute_expiry", request.absolute_expiry().map(|time| time.as_secs()));
	fields.message_paths("offer_paths", request.paths());
	fields.text("offer_issuer", request.issuer().map(|found| found.0));
	fields.quantity_max(request.supported_quantity());
	fields.bytes("offer_issuer_id", request.issuer_signing_pubkey().map(|key| key.serialize()).as_ref().map(|key| &key[..]));
	fields.bytes("invreq_metadata", Some(request.payer_metadata()));
	fields.put("invreq_chain", hex(request.chain().as_bytes()));
	if request.has_amount_msats() {
		fields.number("invreq_amount", request.amount_msats());
	}
	fields.features("invreq_features", request.invoice_request_features().le_flags());
	fields.number("invreq_quantity", request.quantity());
	fields.bytes("invreq_payer_id", Some(&request.payer_signing_pubkey().serialize()));
	fields.text("invreq_payer_note", request.payer_note().map(|found| found.0));
	if let Some(name) = request.offer_from_hrn() {
		fields.put("invreq_bip_353_name", json!({ "name": name.user(), "domain": name.domain() }));
	}
	fields.bytes("signature", Some(&request.signature().serialize()));
	// The hash that is signed comes out of a request that is not signed yet only.
	let unsigned = UnsignedInvoiceRequest::try_from(without_signature(&request.encode())?).map_err(reason)?;
	let hash = hex(&unsigned.tagged_hash().as_digest()[..]);
	Ok(json!({ "bytes": written(request), "fields": fields.value(), "signed": hash }))
}

/// The records outside the range of signatures.
fn without_signature(stream: &[u8]) -> Result<Vec<u8>, String> {
	let mut kept = Vec::new();
	let mut at = Cursor::new(stream);
	while (at.position() as usize) < stream.len() {
		let start = at.position() as usize;
		let kind: BigSize = Readable::read(&mut at).map_err(reason)?;
		let length: BigSize = Readable::read(&mut at).map_err(reason)?;
		let end = at.position() as usize + length.0 as usize;
		if !(240..=1000).contains(&kind.0) {
			kept.extend_from_slice(&stream[start..end]);
		}
		at.set_position(end as u64);
	}
	Ok(kept)
}

pub fn show_invoice(invoice: &Bolt12Invoice) -> Value {
	let mut fields = Fields::default();
	if let Some(all) = invoice.offer_chains() {
		fields.put("offer_chains", chains(all));
	}
	fields.bytes("offer_metadata", invoice.metadata().map(|all| &all[..]));
	fields.price(invoice.amount());
	fields.text("offer_description", invoice.description().map(|found| found.0));
	fields.features("offer_features", invoice.offer_features().map_or(&[], |all| all.le_flags()));
	fields.number("offer_absolute_expiry", invoice.absolute_expiry().map(|time| time.as_secs()));
	// Those of the offer, or of a refund the payer's.
	let paths = if invoice.offer_chains().is_some() { "offer_paths" } else { "invreq_paths" };
	fields.message_paths(paths, invoice.message_paths());
	fields.text("offer_issuer", invoice.issuer().map(|found| found.0));
	if let Some(quantity) = invoice.supported_quantity() {
		fields.quantity_max(quantity);
	}
	fields.bytes("offer_issuer_id", invoice.issuer_signing_pubkey().map(|key| key.serialize()).as_ref().map(|key| &key[..]));
	fields.bytes("invreq_metadata", Some(invoice.payer_metadata()));
	fields.put("invreq_chain", hex(invoice.chain().as_bytes()));
	fields.features("invreq_features", invoice.invoice_request_features().le_flags());
	fields.number("invreq_quantity", invoice.quantity());
	fields.bytes("invreq_payer_id", Some(&invoice.payer_signing_pubkey().serialize()));
	fields.text("invreq_payer_note", invoice.payer_note().map(|found| found.0));
	fields.put("invoice_paths", invoice.payment_paths().iter().map(payment_path).collect::<Vec<_>>());
	fields.put("invoice_blindedpay", invoice.payment_paths().iter().map(payinfo).collect::<Vec<_>>());
	fields.number("invoice_created_at", Some(invoice.created_at().as_secs()));
	fields.number("invoice_relative_expiry", Some(invoice.relative_expiry().as_secs()));
	fields.bytes("invoice_payment_hash", Some(&invoice.payment_hash().0));
	fields.number("invoice_amount", Some(invoice.amount_msats()));
	let fallbacks: Vec<Value> = invoice
		.fallbacks()
		.iter()
		.filter_map(|address| address.witness_program())
		.map(|found| json!({ "version": found.version().to_num().to_string(), "address": hex(found.program().as_bytes()) }))
		.collect();
	if !fallbacks.is_empty() {
		fields.put("invoice_fallbacks", fallbacks);
	}
	fields.features("invoice_features", invoice.invoice_features().le_flags());
	fields.bytes("invoice_node_id", Some(&invoice.signing_pubkey().serialize()));
	fields.bytes("signature", Some(&invoice.signature().serialize()));
	let mut out = json!({
		"bytes": written(invoice),
		"fields": fields.value(),
		"signed": hex(&invoice.signable_hash()),
	});
	if let Some(id) = invoice.offer_id() {
		out["offer_id"] = hex(&id.0).into();
	}
	out
}
