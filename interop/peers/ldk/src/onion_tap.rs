//! Stands between the connections and LDK's onion messenger, changes nothing, and tells of every onion message.

use crate::host::LastLine;
use crate::json::{event, hex, hex_of};
use crate::node::Messenger;
use crate::offers_tap;
use crate::raw::RawHandler;
use lightning::bitcoin::secp256k1::{All, PublicKey, Secp256k1};
use lightning::ln::msgs::{BaseMessageHandler, Init, MessageSendEvent, OnionMessage, OnionMessageHandler};
use lightning::onion_message::messenger::{peel_onion_message, PeeledOnion};
use lightning::sign::KeysManager;
use lightning::types::features::{InitFeatures, NodeFeatures};
use lightning::util::ser::Writeable;
use serde_json::{json, Value};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Forwards that are awaited at most; those that LDK dropped stay in the set until then.
const AWAITED_MAX: usize = 10_000;

pub struct OnionTap {
	inner: Arc<Messenger>,
	keys: Arc<KeysManager>,
	secp: Secp256k1<All>,
	/// Messages as they must leave when they are passed on.
	awaited: Mutex<HashSet<Vec<u8>>>,
	forwarded: AtomicU64,
}

impl OnionTap {
	pub fn new(inner: Arc<Messenger>, keys: Arc<KeysManager>) -> Self {
		OnionTap { inner, keys, secp: Secp256k1::new(), awaited: Mutex::default(), forwarded: AtomicU64::new(0) }
	}

	/// Messages of others that left here.
	pub fn forwarded(&self) -> u64 {
		self.forwarded.load(Ordering::Relaxed)
	}

	/// Peels as the messenger is about to, to say what it will see.
	fn seen(&self, message: &OnionMessage) -> Value {
		let why = LastLine::default();
		match peel_onion_message(message, &self.secp, &*self.keys, &why, &RawHandler) {
			Ok(PeeledOnion::Forward(_, onward)) => {
				let mut awaited = self.awaited.lock().unwrap();
				if awaited.len() >= AWAITED_MAX {
					awaited.clear();
				}
				awaited.insert(onward.encode());
				json!({ "kind": "forward" })
			},
			Ok(PeeledOnion::Offers(contents, context, reply)) => json!({
				"kind": "offers",
				"contents": offers_tap::kind(&contents),
				"context": context.is_some(),
				"reply_path": reply.as_ref().map(hex_of),
			}),
			Ok(PeeledOnion::Custom(contents, _, reply)) => json!({
				"kind": "contents",
				"type": contents.tlv_type.to_string(),
				"reply_path": reply.as_ref().map(hex_of),
			}),
			Ok(_) => json!({ "kind": "other" }),
			Err(()) => json!({ "kind": "unreadable", "reason": why.take() }),
		}
	}
}

impl OnionMessageHandler for OnionTap {
	fn handle_onion_message(&self, peer: PublicKey, message: &OnionMessage) {
		let bytes = message.encode();
		let mut members = self.seen(message);
		members["peer"] = json!(peer.to_string());
		members["bytes"] = json!(bytes.len() + 2);
		members["message"] = json!(hex(&bytes));
		event("onion_in", members);
		self.inner.handle_onion_message(peer, message)
	}

	fn next_onion_message_for_peer(&self, peer: PublicKey) -> Option<OnionMessage> {
		let message = self.inner.next_onion_message_for_peer(peer)?;
		let bytes = message.encode();
		let forwarded = self.awaited.lock().unwrap().remove(&bytes);
		if forwarded {
			self.forwarded.fetch_add(1, Ordering::Relaxed);
		}
		event(
			"onion_out",
			json!({
				"peer": peer.to_string(),
				"bytes": bytes.len() + 2,
				"forwarded": forwarded,
				"message": hex(&bytes),
			}),
		);
		Some(message)
	}

	fn timer_tick_occurred(&self) {
		self.inner.timer_tick_occurred()
	}
}

impl BaseMessageHandler for OnionTap {
	fn get_and_clear_pending_msg_events(&self) -> Vec<MessageSendEvent> {
		self.inner.get_and_clear_pending_msg_events()
	}

	fn peer_disconnected(&self, peer: PublicKey) {
		event("peer_disconnected", json!({ "peer": peer.to_string() }));
		self.inner.peer_disconnected(peer)
	}

	fn provided_node_features(&self) -> NodeFeatures {
		self.inner.provided_node_features()
	}

	fn provided_init_features(&self, peer: PublicKey) -> InitFeatures {
		self.inner.provided_init_features(peer)
	}

	fn peer_connected(&self, peer: PublicKey, init: &Init, inbound: bool) -> Result<(), ()> {
		// The wire has the highest byte first.
		let mut features = init.features.le_flags().to_vec();
		features.reverse();
		event(
			"peer_connected",
			json!({ "peer": peer.to_string(), "inbound": inbound, "features": hex(&features) }),
		);
		self.inner.peer_connected(peer, init, inbound)
	}
}
