//! Offers, requests, refunds: what this node asks of LDK's offers flow.

use crate::json::{failure, flag, hex_of, ldk_failure, number, opt_number, opt_text, text, texts, ways, Answer, Failure};
use crate::node::{now, Node, Paid};
use crate::routes::{Shape, StatedPaths};
use crate::scids;
use lightning::bitcoin::secp256k1::PublicKey;
use lightning::blinded_path::message::BlindedMessagePath;
use lightning::ln::channelmanager::{OptionalOfferPaymentParams, PaymentId, Retry};
use lightning::offers::offer::{Offer, Quantity};
use lightning::offers::parse::Bolt12SemanticError;
use lightning::offers::refund::Refund;
use lightning::onion_message::messenger::NullMessageRouter;
use lightning::routing::router::RouteParametersConfig;
use lightning::sign::EntropySource;
use serde_json::{json, Value};
use std::num::NonZeroU64;
use std::str::FromStr;
use std::sync::Mutex;
use std::time::Duration;

/// A refund that states no end has one all the same in LDK.
const REFUND_SECONDS: u64 = 86_400;

/// Paths of an offer or refund out of `paths`, `dummy_hops`, `compact`, `self_introduction`; with the channels that
/// compact ones begin at.
fn shapes(node: &Node, params: &Value) -> Result<(Vec<Shape>, Vec<String>), Failure> {
	let mut all: Vec<Shape> = ways(&params["paths"])?.unwrap_or_default().into_iter().map(Shape::over).collect();
	if flag(params, "self_introduction") {
		all.push(Shape::default());
	}
	let dummy_hops = opt_number(params, "dummy_hops")?.unwrap_or(0) as usize;
	let mut channels = Vec::new();
	for shape in &mut all {
		shape.dummy_hops = dummy_hops;
		shape.compact = flag(params, "compact");
		if shape.compact {
			channels.push(scids::channel_of(&node.graph, shape.relays.first().unwrap_or(&node.id))?);
		}
		node.routes.state_way_back(&shape.relays);
	}
	Ok((all, channels))
}

fn with_stated<T>(
	node: &Node, shapes: &[Shape], make: impl FnOnce(&StatedPaths) -> Result<T, Bolt12SemanticError>,
) -> Result<(T, Vec<BlindedMessagePath>), Failure> {
	let stated = StatedPaths { shapes, graph: &node.graph, keys: &node.keys, others: Mutex::default() };
	let made = make(&stated).map_err(ldk_failure)?;
	Ok((made, stated.others.into_inner().unwrap()))
}

/// `offer { description, amount_msat?, quantity_max?, absolute_expiry?, issuer?, paths?, dummy_hops?, compact?,
/// self_introduction? }`. A stock router makes its own paths, unless `paths` is an empty list: then there are none.
pub fn offer(node: &Node, params: &Value) -> Answer {
	let (shapes, channels) = shapes(node, params)?;
	let (mut builder, others) = if node.routes.is_lab() {
		with_stated(node, &shapes, |stated| node.manager.create_offer_builder_using_router(stated))?
	} else if params["paths"].as_array().is_some_and(Vec::is_empty) {
		let none = node.manager.create_offer_builder_using_router(&NullMessageRouter {}).map_err(ldk_failure)?;
		(none, vec![])
	} else {
		(node.manager.create_offer_builder().map_err(ldk_failure)?, vec![])
	};
	for path in others {
		builder = builder.path(path);
	}
	builder = builder.description(text(params, "description")?.to_string());
	if let Some(issuer) = opt_text(params, "issuer") {
		builder = builder.issuer(issuer.to_string());
	}
	if let Some(amount) = opt_number(params, "amount_msat")? {
		builder = builder.amount_msats(amount);
	}
	if let Some(expiry) = opt_number(params, "absolute_expiry")? {
		builder = builder.absolute_expiry(Duration::from_secs(expiry));
	}
	if params["quantity_max"] == "unlimited" {
		builder = builder.supported_quantity(Quantity::Unbounded);
	} else if let Some(max) = opt_number(params, "quantity_max")? {
		let max = NonZeroU64::new(max).ok_or_else(|| failure("BAD_PARAMS", "quantity_max of 0"))?;
		builder = builder.supported_quantity(Quantity::Bounded(max));
	}
	let offer = builder.build().map_err(ldk_failure)?;
	Ok(json!({ "offer": offer.to_string(), "scids": channels }))
}

fn parsed_offer(params: &Value) -> Result<Offer, Failure> {
	Offer::from_str(text(params, "offer")?).map_err(ldk_failure)
}

/// `disable_offer { offer }`: requests for it are dropped from now on.
pub fn disable(node: &Node, params: &Value) -> Answer {
	node.offers.disable(&parsed_offer(params)?);
	Ok(json!({}))
}

/// States the way to whoever stands at the beginning of these paths, or is named, and gives the reply paths that go it
/// backwards.
fn state_way(
	node: &Node, params: &Value, paths: &[BlindedMessagePath], named: Option<PublicKey>,
) -> Result<Vec<Shape>, Failure> {
	let over = crate::json::points(&params["over"])?;
	let mut back = over.clone();
	back.reverse();
	let mut replies = Vec::new();
	for path in paths {
		node.routes.state_path(path, &over);
		match node.routes.introduction(path) {
			Some(introduction) if introduction != node.id => {
				let relays = [vec![introduction], back.clone()].concat();
				replies.push(Shape::over(relays));
			},
			Some(_) => replies.push(Shape::default()),
			None => return Err(failure("UNRESOLVED_SCID", "no channel is known at which the path begins")),
		}
	}
	if let (true, Some(named)) = (paths.is_empty(), named) {
		node.routes.state_node(named, &over);
		replies.push(Shape::over(back));
	}
	Ok(match ways(&params["reply"])? {
		Some(stated) => stated.into_iter().map(Shape::over).collect(),
		None => replies,
	})
}

/// Channels that paths of others may begin at: stock routers follow them just as well.
fn learn_channels(node: &Node, params: &Value) -> Result<(), Failure> {
	texts(&params["scids"])?.into_iter().try_for_each(|channel| scids::learn(&node.graph, channel))
}

/// A stated id of a request, or a fresh one.
fn payment_id(node: &Node, params: &Value) -> Result<PaymentId, Failure> {
	match opt_text(params, "payment_id") {
		None => Ok(PaymentId(node.keys.get_secure_random_bytes())),
		Some(text) => {
			let bytes = crate::json::bytes(text)?;
			bytes.try_into().map(PaymentId).map_err(|_| failure("BAD_PARAMS", "a payment_id of 32 bytes"))
		},
	}
}

/// `fetch { offer, amount_msat?, quantity?, payer_note?, over?, reply?, scids? }`: asks for an invoice, and does not pay
/// it. Events tell what comes: invoice_received, invoice_error, payment_failed.
pub fn fetch(node: &Node, params: &Value) -> Answer {
	let offer = parsed_offer(params)?;
	let id = payment_id(node, params)?;
	learn_channels(node, params)?;
	if node.routes.is_lab() {
		let replies = state_way(node, params, offer.paths(), offer.issuer_signing_pubkey())?;
		node.routes.state_replies(id, replies);
	}
	let options = OptionalOfferPaymentParams {
		payer_note: opt_text(params, "payer_note").map(str::to_string),
		..Default::default()
	};
	let amount = opt_number(params, "amount_msat")?;
	match opt_number(params, "quantity")? {
		None => node.manager.pay_for_offer(&offer, amount, id, options),
		Some(quantity) => node.manager.pay_for_offer_with_quantity(&offer, amount, id, options, quantity),
	}
	.map_err(ldk_failure)?;
	Ok(json!({ "payment_id": Paid::id(&id) }))
}

/// `pay { payment_id }`: pays the invoice that came for a request or refund.
pub fn pay(node: &Node, params: &Value) -> Answer {
	let id = payment_id(node, params)?;
	let invoices = node.invoices.lock().unwrap();
	let paid = invoices.get(&id).ok_or_else(|| failure("NO_INVOICE", "no invoice came for this payment_id"))?;
	node.manager.send_payment_for_bolt12_invoice(&paid.invoice, paid.context.as_ref()).map_err(ldk_failure)?;
	Ok(json!({}))
}

/// `abandon { payment_id }`: LDK stops asking.
pub fn abandon(node: &Node, params: &Value) -> Answer {
	node.manager.abandon_payment(payment_id(node, params)?);
	Ok(json!({}))
}

/// `refund { description, amount_msat, absolute_expiry?, paths? }`: makes a stand-alone invoice_request.
pub fn refund(node: &Node, params: &Value) -> Answer {
	let (shapes, channels) = shapes(node, params)?;
	let id = payment_id(node, params)?;
	let amount = number(params, "amount_msat")?;
	let expiry = opt_number(params, "absolute_expiry")?.map_or(now() + Duration::from_secs(REFUND_SECONDS), Duration::from_secs);
	let (retry, config) = (Retry::Attempts(0), RouteParametersConfig::default());
	let (mut builder, others) = if node.routes.is_lab() {
		with_stated(node, &shapes, |stated| {
			node.manager.create_refund_builder_using_router(stated, amount, expiry, id, retry, config)
		})?
	} else if params["paths"].as_array().is_some_and(Vec::is_empty) {
		let none = &NullMessageRouter {};
		let builder = node.manager.create_refund_builder_using_router(none, amount, expiry, id, retry, config);
		(builder.map_err(ldk_failure)?, vec![])
	} else {
		(node.manager.create_refund_builder(amount, expiry, id, retry, config).map_err(ldk_failure)?, vec![])
	};
	for path in others {
		builder = builder.path(path);
	}
	let refund = builder.description(text(params, "description")?.to_string()).build().map_err(ldk_failure)?;
	Ok(json!({ "refund": refund.to_string(), "payment_id": Paid::id(&id), "scids": channels }))
}

/// `claim { refund, over?, reply?, scids? }`: answers a stand-alone invoice_request with an invoice.
pub fn claim(node: &Node, params: &Value) -> Answer {
	let refund = Refund::from_str(text(params, "refund")?).map_err(ldk_failure)?;
	learn_channels(node, params)?;
	if node.routes.is_lab() {
		let replies = state_way(node, params, refund.paths(), Some(refund.payer_signing_pubkey()))?;
		node.routes.state_next_reply(Some(replies));
	}
	let claimed = node.manager.request_refund_payment(&refund);
	node.routes.state_next_reply(None);
	let invoice = claimed.map_err(ldk_failure)?;
	Ok(json!({ "invoice": hex_of(&invoice), "payment_hash": invoice.payment_hash().to_string() }))
}
