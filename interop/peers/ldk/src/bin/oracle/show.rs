//! What LDK read, in the form in which the run compares it: field names of BOLT 12, numbers as digits, bytes as hex.

use lightning::bitcoin::secp256k1::PublicKey;
use lightning::blinded_path::message::BlindedMessagePath;
use lightning::blinded_path::payment::BlindedPaymentPath;
use lightning::blinded_path::{BlindedHop, Direction, IntroductionNode};
use lightning::offers::offer::{Amount, Quantity};
use lightning::util::ser::Writeable;
use serde_json::{json, Map, Value};

pub fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn from_hex(text: &str) -> Result<Vec<u8>, String> {
	if text.len() % 2 != 0 || !text.is_ascii() {
		return Err("not hex".into());
	}
	(0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).map_err(|e| e.to_string())).collect()
}

/// The fields of a message, absent ones left out.
#[derive(Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
	pub fn put(&mut self, name: &str, value: impl Into<Value>) {
		self.0.insert(name.into(), value.into());
	}
	pub fn number(&mut self, name: &str, value: Option<u64>) {
		if let Some(value) = value {
			self.put(name, value.to_string());
		}
	}
	pub fn bytes(&mut self, name: &str, value: Option<&[u8]>) {
		if let Some(value) = value {
			self.put(name, hex(value));
		}
	}
	pub fn text(&mut self, name: &str, value: Option<&str>) {
		if let Some(value) = value {
			self.put(name, value);
		}
	}
	/// LDK makes no difference between no bits and no bitmap.
	pub fn features(&mut self, name: &str, little_endian: &[u8]) {
		let bits: Vec<u8> = little_endian.iter().rev().copied().skip_while(|byte| *byte == 0).collect();
		if !bits.is_empty() {
			self.put(name, hex(&bits));
		}
	}
	pub fn price(&mut self, amount: Option<Amount>) {
		match amount {
			Some(Amount::Bitcoin { amount_msats }) => self.number("offer_amount", Some(amount_msats)),
			Some(Amount::Currency { iso4217_code, amount }) => {
				self.put("offer_currency", iso4217_code.as_str());
				self.number("offer_amount", Some(amount));
			},
			None => {},
		}
	}
	pub fn quantity_max(&mut self, quantity: Quantity) {
		match quantity {
			Quantity::One => {},
			Quantity::Unbounded => self.number("offer_quantity_max", Some(0)),
			Quantity::Bounded(most) => self.number("offer_quantity_max", Some(most.get())),
		}
	}
	pub fn message_paths(&mut self, name: &str, paths: &[BlindedMessagePath]) {
		if !paths.is_empty() {
			self.put(name, paths.iter().map(message_path).collect::<Vec<_>>());
		}
	}
	pub fn value(self) -> Value {
		Value::Object(self.0)
	}
}

fn path(first: &IntroductionNode, key: PublicKey, hops: &[BlindedHop]) -> Value {
	let first = match first {
		IntroductionNode::NodeId(id) => hex(&id.serialize()),
		IntroductionNode::DirectedShortChannelId(Direction::NodeOne, scid) => format!("{scid}/0"),
		IntroductionNode::DirectedShortChannelId(Direction::NodeTwo, scid) => format!("{scid}/1"),
	};
	let hops: Vec<Value> =
		hops.iter().map(|hop| json!([hex(&hop.blinded_node_id.serialize()), hex(&hop.encrypted_payload)])).collect();
	json!({ "first_node_id": first, "first_path_key": hex(&key.serialize()), "path": hops })
}

pub fn message_path(found: &BlindedMessagePath) -> Value {
	path(found.introduction_node(), found.blinding_point(), found.blinded_hops())
}

pub fn payment_path(found: &BlindedPaymentPath) -> Value {
	path(found.introduction_node(), found.blinding_point(), found.blinded_hops())
}

pub fn payinfo(found: &BlindedPaymentPath) -> Value {
	let info = &found.payinfo;
	let mut features = Fields::default();
	features.features("features", info.features.le_flags());
	json!({
		"fee_base_msat": info.fee_base_msat.to_string(),
		"fee_proportional_millionths": info.fee_proportional_millionths.to_string(),
		"cltv_expiry_delta": info.cltv_expiry_delta.to_string(),
		"htlc_minimum_msat": info.htlc_minimum_msat.to_string(),
		"htlc_maximum_msat": info.htlc_maximum_msat.to_string(),
		"features": features.value()["features"].as_str().unwrap_or(""),
	})
}

pub fn written(value: &impl Writeable) -> String {
	hex(&value.encode())
}
