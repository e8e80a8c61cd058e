//! Messages made by LDK's own builders.

use crate::decode::{show_invoice, show_offer, show_refund, show_request};
use crate::onion::read_path;
use crate::show::from_hex;
use crate::signer::Drawn;
use crate::{bytes, text, Answer};
use lightning::bitcoin::hashes::Hash;
use lightning::bitcoin::key::TweakedPublicKey;
use lightning::bitcoin::secp256k1::{All, Keypair, PublicKey, Secp256k1, SecretKey, XOnlyPublicKey};
use lightning::bitcoin::{Network, WPubkeyHash, WScriptHash};
use lightning::blinded_path::payment::{BlindedPayInfo, BlindedPaymentPath};
use lightning::blinded_path::IntroductionNode;
use lightning::ln::channelmanager::PaymentId;
use lightning::ln::inbound_payment::ExpandedKey;
use lightning::offers::invoice::UnsignedBolt12Invoice;
use lightning::offers::invoice_request::InvoiceRequest;
use lightning::offers::nonce::Nonce;
use lightning::offers::offer::{Offer, OfferBuilder, Quantity};
use lightning::offers::refund::{Refund, RefundBuilder};
use lightning::onion_message::dns_resolution::HumanReadableName;
use lightning::types::features::BlindedHopFeatures;
use lightning::types::payment::PaymentHash;
use serde_json::Value;
use std::num::NonZeroU64;
use std::time::Duration;

fn reason(error: impl std::fmt::Debug) -> String {
	format!("{error:?}")
}

/// Numbers come as digits: JSON has no 64 bits.
fn number(item: &Value, name: &str) -> Result<Option<u64>, String> {
	match item[name].as_str() {
		Some(digits) => digits.parse().map(Some).map_err(reason),
		None => Ok(None),
	}
}

fn wanted(item: &Value, name: &str) -> Result<u64, String> {
	number(item, name)?.ok_or_else(|| format!("the request has no {name}"))
}

fn network(name: &str) -> Result<Network, String> {
	name.parse().map_err(reason)
}

fn list<'a>(item: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
	item[name].as_array().into_iter().flatten()
}

/// `{ kind, …options by the names of BOLT 12 }`.
pub fn build(item: &Value) -> Answer {
	match text(item, "kind")? {
		"offer" => offer(item),
		"refund" => refund(item),
		"invoice_request" => request(item),
		"invoice" => invoice(item),
		other => Err(format!("unknown kind {other}")),
	}
}

fn offer(item: &Value) -> Answer {
	let mut builder = OfferBuilder::new(point(item, "offer_issuer_id")?);
	for chain in list(item, "chains") {
		builder = builder.chain(network(chain.as_str().unwrap_or(""))?);
	}
	if item["offer_metadata"].is_string() {
		builder = builder.metadata(bytes(item, "offer_metadata")?).map_err(reason)?;
	}
	if let Some(amount) = number(item, "offer_amount")? {
		builder = builder.amount_msats(amount);
	}
	if let Some(description) = item["offer_description"].as_str() {
		builder = builder.description(description.into());
	}
	if let Some(expiry) = number(item, "offer_absolute_expiry")? {
		builder = builder.absolute_expiry(Duration::from_secs(expiry));
	}
	for path in list(item, "offer_paths") {
		builder = builder.path(read_path(&from_hex(path.as_str().unwrap_or(""))?)?);
	}
	if let Some(issuer) = item["offer_issuer"].as_str() {
		builder = builder.issuer(issuer.into());
	}
	match number(item, "offer_quantity_max")? {
		None => {},
		Some(0) => builder = builder.supported_quantity(Quantity::Unbounded),
		Some(most) => builder = builder.supported_quantity(Quantity::Bounded(NonZeroU64::new(most).unwrap())),
	}
	builder.build().map_err(reason).map(|offer| show_offer(&offer))
}

fn point(item: &Value, name: &str) -> Result<PublicKey, String> {
	PublicKey::from_slice(&bytes(item, name)?).map_err(reason)
}

fn refund(item: &Value) -> Answer {
	let mut builder =
		RefundBuilder::new(bytes(item, "invreq_metadata")?, point(item, "invreq_payer_id")?, wanted(item, "invreq_amount")?)
			.map_err(reason)?
			.description(text(item, "offer_description")?.into());
	if let Some(chain) = item["chain"].as_str() {
		builder = builder.chain(network(chain)?);
	}
	if let Some(expiry) = number(item, "offer_absolute_expiry")? {
		builder = builder.absolute_expiry(Duration::from_secs(expiry));
	}
	if let Some(issuer) = item["offer_issuer"].as_str() {
		builder = builder.issuer(issuer.into());
	}
	for path in list(item, "invreq_paths") {
		builder = builder.path(read_path(&from_hex(path.as_str().unwrap_or(""))?)?);
	}
	if let Some(quantity) = number(item, "invreq_quantity")? {
		builder = builder.quantity(quantity);
	}
	if let Some(note) = item["invreq_payer_note"].as_str() {
		builder = builder.payer_note(note.into());
	}
	builder.build().map_err(reason).map(|refund| show_refund(&refund))
}

fn request(item: &Value) -> Answer {
	let offer: Offer = text(item, "offer")?.parse().map_err(reason)?;
	let seed = bytes(item, "seed")?;
	let secp = Secp256k1::new();
	let nonce = Nonce::from_entropy_source(&Drawn::new(seed.clone()));
	let payment = PaymentId(seed.try_into().map_err(|_| "a seed has 32 bytes")?);
	let key = ExpandedKey::new([7; 32]);
	let mut builder = offer.request_invoice(&key, nonce, &secp, payment).map_err(reason)?;
	if let Some(chain) = item["chain"].as_str() {
		builder = builder.chain(network(chain)?).map_err(reason)?;
	}
	// The amount is held against the quantity, so that one goes first.
	if let Some(quantity) = number(item, "invreq_quantity")? {
		builder = builder.quantity(quantity).map_err(reason)?;
	}
	if let Some(amount) = number(item, "invreq_amount")? {
		builder = builder.amount_msats(amount).map_err(reason)?;
	}
	if let Some(note) = item["invreq_payer_note"].as_str() {
		builder = builder.payer_note(note.into());
	}
	if let Some(name) = item["name"].as_str() {
		let name = HumanReadableName::from_encoded(name).map_err(|_| "not a name")?;
		builder = builder.sourced_from_human_readable_name(name);
	}
	show_request(&builder.build_and_sign().map_err(reason)?)
}

fn payment_paths(item: &Value) -> Result<Vec<BlindedPaymentPath>, String> {
	list(item, "paths")
		.map(|entry| {
			let path = read_path(&bytes(entry, "path")?)?;
			let IntroductionNode::NodeId(first) = path.introduction_node() else {
				return Err("LDK builds paths with the id of their first node only".into());
			};
			let payinfo = BlindedPayInfo {
				fee_base_msat: wanted(entry, "fee_base_msat")? as u32,
				fee_proportional_millionths: wanted(entry, "fee_proportional_millionths")? as u32,
				cltv_expiry_delta: wanted(entry, "cltv_expiry_delta")? as u16,
				htlc_minimum_msat: wanted(entry, "htlc_minimum_msat")?,
				htlc_maximum_msat: wanted(entry, "htlc_maximum_msat")?,
				features: BlindedHopFeatures::empty(),
			};
			let hops = path.blinded_hops().to_vec();
			Ok(BlindedPaymentPath::from_blinded_path_and_payinfo(*first, path.blinding_point(), hops, payinfo))
		})
		.collect()
}

fn invoice(item: &Value) -> Answer {
	let secp = Secp256k1::new();
	let keys =
		Keypair::from_secret_key(&secp, &SecretKey::from_slice(&bytes(item, "secret")?).map_err(reason)?);
	let paths = payment_paths(item)?;
	let hash = PaymentHash(bytes(item, "invoice_payment_hash")?.try_into().map_err(|_| "a hash has 32 bytes")?);
	let created = Duration::from_secs(wanted(item, "invoice_created_at")?);
	macro_rules! finish {
		($builder: expr) => {{
			let mut builder = $builder.map_err(reason)?;
			if let Some(expiry) = number(item, "invoice_relative_expiry")? {
				builder = builder.relative_expiry(expiry as u32);
			}
			for fallback in list(item, "fallbacks") {
				let program = bytes(fallback, "address")?;
				builder = match (text(fallback, "version")?, program.len()) {
					("0", 20) => builder.fallback_v0_p2wpkh(&WPubkeyHash::from_slice(&program).map_err(reason)?),
					("0", 32) => builder.fallback_v0_p2wsh(&WScriptHash::from_slice(&program).map_err(reason)?),
					("1", 32) => {
						let key = XOnlyPublicKey::from_slice(&program).map_err(reason)?;
						builder.fallback_v1_p2tr_tweaked(&TweakedPublicKey::dangerous_assume_tweaked(key))
					},
					_ => return Err("LDK makes no such fallback".into()),
				};
			}
			if item["mpp"] == true {
				builder = builder.allow_mpp();
			}
			builder.build().map_err(reason)?
		}};
	}
	let unsigned: UnsignedBolt12Invoice = match item["request"].as_str() {
		Some(request) => {
			let request = InvoiceRequest::try_from(from_hex(request)?).map_err(reason)?;
			finish!(request.respond_with_no_std(paths, hash, created))
		},
		None => {
			let refund: Refund = text(item, "refund")?.parse().map_err(reason)?;
			finish!(refund.respond_with_no_std(paths, hash, keys.public_key(), created))
		},
	};
	let invoice = unsigned
		.sign(|message: &UnsignedBolt12Invoice| Ok(sign(&secp, message, &keys)))
		.map_err(reason)?;
	Ok(show_invoice(&invoice))
}

fn sign(
	secp: &Secp256k1<All>, message: &UnsignedBolt12Invoice, keys: &Keypair,
) -> lightning::bitcoin::secp256k1::schnorr::Signature {
	secp.sign_schnorr_no_aux_rand(message.as_ref().as_digest(), keys)
}
