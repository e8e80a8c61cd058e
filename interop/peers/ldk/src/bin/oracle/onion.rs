//! Blinded paths and onion messages: read, walked, made and peeled by LDK.

use crate::show::{from_hex, hex, message_path, written};
use crate::signer::{Drawn, LastWords, Node};
use crate::{bytes, text, Answer};
use lightning::bitcoin::secp256k1::{PublicKey, Secp256k1, SecretKey};
use lightning::blinded_path::message::{BlindedMessagePath, MessageContext, MessageForwardNode, NextMessageHop};
use lightning::blinded_path::{IntroductionNode, NodeIdLookUp};
use lightning::io::{self, Cursor, Read};
use lightning::ln::msgs::{DecodeError, OnionMessage};
use lightning::onion_message::messenger::{
	create_onion_message, peel_onion_message, CustomOnionMessageHandler, Destination, MessageSendInstructions,
	OnionMessagePath, PeeledOnion, Responder, ResponseInstruction,
};
use lightning::onion_message::offers::OffersMessage;
use lightning::onion_message::packet::OnionMessageContents;
use lightning::offers::invoice::Bolt12Invoice;
use lightning::offers::invoice_request::InvoiceRequest;
use lightning::sign::ReceiveAuthKey;
use lightning::util::ser::{LengthReadable, Readable, Writeable, Writer};
use serde_json::{json, Value};

fn reason(error: impl std::fmt::Debug) -> String {
	format!("{error:?}")
}

fn secret(text: &str) -> Result<SecretKey, String> {
	SecretKey::from_slice(&from_hex(text)?).map_err(reason)
}

fn point(text: &str) -> Result<PublicKey, String> {
	PublicKey::from_slice(&from_hex(text)?).map_err(reason)
}

fn texts(item: &Value, name: &str) -> Vec<String> {
	item[name].as_array().into_iter().flatten().filter_map(|one| one.as_str()).map(String::from).collect()
}

pub fn read_path(bytes: &[u8]) -> Result<BlindedMessagePath, String> {
	let mut reader = Cursor::new(bytes);
	let path = BlindedMessagePath::read(&mut reader).map_err(reason)?;
	if (reader.position() as usize) < bytes.len() {
		return Err("bytes behind the path".into());
	}
	Ok(path)
}

/// `{ hex }`: read and written again.
pub fn path(item: &Value) -> Answer {
	let path = read_path(&bytes(item, "hex")?)?;
	Ok(json!({ "bytes": written(&path), "path": message_path(&path) }))
}

struct Channels<'a>(&'a Value);

impl NodeIdLookUp for Channels<'_> {
	fn next_node_id(&self, scid: u64) -> Option<PublicKey> {
		self.0[scid.to_string()].as_str().and_then(|id| point(id).ok())
	}
}

/// `{ hex, secrets, channels }`: one hop after the other is taken off by its node; what the next one is handed.
pub fn walk(item: &Value) -> Answer {
	let secp = Secp256k1::new();
	let mut path = read_path(&bytes(item, "hex")?)?;
	let channels = Channels(&item["channels"]);
	let mut steps = Vec::new();
	for text in texts(item, "secrets") {
		let node = Node(secret(&text)?);
		path.advance_path_by_one(&&node, &&channels, &secp).map_err(|_| format!("stopped after {}", steps.len()))?;
		let left = message_path(&path);
		steps.push(json!({ "next_node_id": left["first_node_id"], "next_path_key": left["first_path_key"] }));
	}
	Ok(Value::Array(steps))
}

/// `{ nodes: [{ id, scid? }], recipient, dummy_hops, context, seed }`.
pub fn make_path(item: &Value) -> Answer {
	let nodes = item["nodes"]
		.as_array()
		.into_iter()
		.flatten()
		.map(|node| {
			let short_channel_id = node["scid"].as_str().map(|scid| scid.parse()).transpose().map_err(reason)?;
			Ok(MessageForwardNode { node_id: point(text(node, "id")?)?, short_channel_id })
		})
		.collect::<Result<Vec<_>, String>>()?;
	let path = BlindedMessagePath::new_with_dummy_hops(
		&nodes,
		point(text(item, "recipient")?)?,
		item["dummy_hops"].as_u64().unwrap_or(0) as usize,
		ReceiveAuthKey([9; 32]),
		MessageContext::Custom(bytes(item, "context")?),
		&Drawn::new(bytes(item, "seed")?),
		&Secp256k1::new(),
	);
	Ok(json!({ "bytes": written(&path), "path": message_path(&path) }))
}

/// Contents of any type, as bytes.
#[derive(Clone, Debug)]
struct Contents {
	kind: u64,
	value: Vec<u8>,
}

impl Writeable for Contents {
	fn write<W: Writer>(&self, writer: &mut W) -> Result<(), io::Error> {
		writer.write_all(&self.value)
	}
}

impl OnionMessageContents for Contents {
	fn tlv_type(&self) -> u64 {
		self.kind
	}
	fn msg_type(&self) -> &'static str {
		"contents of the run"
	}
}

struct AnyContents;

impl CustomOnionMessageHandler for AnyContents {
	type CustomMessage = Contents;
	fn handle_custom_message(
		&self, _: Contents, _: Option<Vec<u8>>, _: Option<Responder>,
	) -> Option<(Contents, ResponseInstruction)> {
		None
	}
	fn read_custom_message<R: Read>(&self, kind: u64, buffer: &mut R) -> Result<Option<Contents>, DecodeError> {
		let mut value = Vec::new();
		let mut chunk = [0; 4096];
		loop {
			match buffer.read(&mut chunk).map_err(|_| DecodeError::ShortRead)? {
				0 => return Ok(Some(Contents { kind, value })),
				count => value.extend_from_slice(&chunk[..count]),
			}
		}
	}
	fn release_pending_custom_messages(&self) -> Vec<(Contents, MessageSendInstructions)> {
		Vec::new()
	}
}

/// `{ secret, message }`: one layer taken off, as a relay or the last hop does. The message comes without its type.
pub fn peel(item: &Value) -> Answer {
	let node = Node(secret(text(item, "secret")?)?);
	let read = bytes(item, "message")?;
	let message = OnionMessage::read_from_fixed_length_buffer(&mut &read[..]).map_err(reason)?;
	let log = LastWords::default();
	let peeled = peel_onion_message(&message, &Secp256k1::new(), &node, &log, &AnyContents);
	let deliver = |kind: u64, value: Vec<u8>, reply_path: Option<BlindedMessagePath>| {
		let mut out = json!({ "deliver": { "type": kind.to_string(), "value": hex(&value) } });
		if let Some(path) = reply_path {
			out["deliver"]["reply_path"] = written(&path).into();
		}
		out
	};
	match peeled {
		Ok(PeeledOnion::Forward(next, message)) => {
			let next = match next {
				NextMessageHop::NodeId(id) => hex(&id.serialize()),
				NextMessageHop::ShortChannelId(scid) => scid.to_string(),
			};
			Ok(json!({ "forward": { "next": next, "message": written(&message) } }))
		},
		Ok(PeeledOnion::Offers(contents, _, reply)) => Ok(deliver(contents.tlv_type(), contents.encode(), reply)),
		Ok(PeeledOnion::Custom(contents, _, reply)) => Ok(deliver(contents.kind, contents.value, reply)),
		Ok(_) => Err("contents of another protocol".into()),
		Err(()) => Err(log.0.into_inner().unwrap()),
	}
}

/// `{ via, node | path, type, value, reply_path?, seed }`.
pub fn message(item: &Value) -> Answer {
	let drawn = Drawn::new(bytes(item, "seed")?);
	let node = Node(secret(&"2a".repeat(32))?);
	let destination = match item["path"].as_str() {
		Some(path) => Destination::BlindedPath(read_path(&from_hex(path)?)?),
		None => Destination::Node(point(text(item, "node")?)?),
	};
	if let Destination::BlindedPath(path) = &destination {
		if let IntroductionNode::DirectedShortChannelId(..) = path.introduction_node() {
			return Err("LDK needs its graph for a path that begins at a channel".into());
		}
	}
	let path = OnionMessagePath {
		intermediate_nodes: texts(item, "via").iter().map(|id| point(id)).collect::<Result<_, _>>()?,
		destination,
		first_node_addresses: Vec::new(),
	};
	let reply = item["reply_path"].as_str().map(|text| read_path(&from_hex(text)?)).transpose()?;
	let value = bytes(item, "value")?;
	let secp = Secp256k1::new();
	let channels = Channels(&Value::Null);
	macro_rules! create {
		($contents: expr) => {
			create_onion_message(&&drawn, &&node, &&channels, &secp, path, $contents, reply)
		};
	}
	let made = match text(item, "type")? {
		"64" => create!(OffersMessage::InvoiceRequest(InvoiceRequest::try_from(value).map_err(reason)?)),
		"66" => create!(OffersMessage::Invoice(Bolt12Invoice::try_from(value).map_err(reason)?)),
		kind => create!(Contents { kind: kind.parse().map_err(reason)?, value }),
	};
	let (first, message, _) = made.map_err(reason)?;
	Ok(json!({ "first": hex(&first.serialize()), "message": written(&message) }))
}
