//! The ways of onion messages. In lab mode they are stated by whoever drives the node; in stock mode they are what LDK's
//! own routers say. Both tell of each way they take by an event.

use crate::host::Log;
use crate::json::event;
use lightning::bitcoin::hashes::{sha256, Hash};
use lightning::bitcoin::secp256k1::{PublicKey, Secp256k1, SecretKey, Signing, Verification};
use lightning::blinded_path::message::{BlindedMessagePath, MessageContext, MessageForwardNode, OffersContext};
use lightning::blinded_path::IntroductionNode;
use lightning::ln::channelmanager::PaymentId;
use lightning::onion_message::messenger::{
	DefaultMessageRouter, Destination, MessageRouter, NodeIdMessageRouter, OnionMessagePath,
};
use lightning::routing::gossip::{NetworkGraph, NodeId};
use lightning::sign::{KeysManager, ReceiveAuthKey};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub type Graph = NetworkGraph<Arc<Log>>;

/// A path to ourselves as it is asked for.
#[derive(Clone, Default)]
pub struct Shape {
	/// The introduction node first, ourselves left out: none, and the path begins at us.
	pub relays: Vec<PublicKey>,
	/// Hops of ours behind the last relay that do nothing.
	pub dummy_hops: usize,
	/// The introduction node is written as a channel of it that the graph knows.
	pub compact: bool,
}

impl Shape {
	pub fn over(relays: Vec<PublicKey>) -> Self {
		Shape { relays, ..Default::default() }
	}

	pub fn build<T: Signing + Verification>(
		&self, recipient: PublicKey, key: ReceiveAuthKey, context: MessageContext, graph: &Graph, keys: &KeysManager,
		secp: &Secp256k1<T>,
	) -> BlindedMessagePath {
		let nodes: Vec<_> =
			self.relays.iter().map(|node_id| MessageForwardNode { node_id: *node_id, short_channel_id: None }).collect();
		let mut path =
			BlindedMessagePath::new_with_dummy_hops(&nodes, recipient, self.dummy_hops, key, context, keys, secp);
		if self.compact {
			path.use_compact_introduction_node(&graph.read_only());
		}
		path
	}
}

/// Which router is asked.
pub enum Kind {
	Lab,
	/// Full node ids, padded with dummy hops.
	NodeId(NodeIdMessageRouter<Arc<Graph>, Arc<Log>, Arc<KeysManager>>),
	/// Channels instead of node ids where the graph knows them, no padding.
	Default(DefaultMessageRouter<Arc<Graph>, Arc<Log>, Arc<KeysManager>>),
}

/// What was stated, in lab mode.
#[derive(Default)]
struct Stated {
	/// Relays to a blinded path, the way to its introduction node.
	to_path: HashMap<Destination, Vec<PublicKey>>,
	/// Relays to a node.
	to_node: HashMap<PublicKey, Vec<PublicKey>>,
	/// Reply paths of what we ask.
	replies: HashMap<PaymentId, Vec<Shape>>,
	/// Reply paths of what is sent next.
	next_reply: Option<Vec<Shape>>,
}

/// The router of messages that LDK is given.
pub struct MessageRoutes {
	kind: Kind,
	graph: Arc<Graph>,
	keys: Arc<KeysManager>,
	stated: Mutex<Stated>,
}

impl MessageRoutes {
	pub fn new(kind: Kind, graph: Arc<Graph>, keys: Arc<KeysManager>) -> Self {
		MessageRoutes { kind, graph, keys, stated: Mutex::default() }
	}

	pub fn is_lab(&self) -> bool {
		matches!(self.kind, Kind::Lab)
	}

	pub fn state_path(&self, path: &BlindedMessagePath, relays: &[PublicKey]) {
		self.stated.lock().unwrap().to_path.insert(Destination::BlindedPath(path.clone()), relays.to_vec());
	}

	pub fn state_node(&self, node: PublicKey, relays: &[PublicKey]) {
		self.stated.lock().unwrap().to_node.insert(node, relays.to_vec());
	}

	pub fn state_replies(&self, payment_id: PaymentId, shapes: Vec<Shape>) {
		self.stated.lock().unwrap().replies.insert(payment_id, shapes);
	}

	pub fn state_next_reply(&self, shapes: Option<Vec<Shape>>) {
		self.stated.lock().unwrap().next_reply = shapes;
	}

	/// The way back over a path of ours: whoever stands at its introduction is reached through the relays behind it.
	pub fn state_way_back(&self, relays: &[PublicKey]) {
		for (at, node) in relays.iter().enumerate() {
			let mut way: Vec<_> = relays[at + 1..].to_vec();
			way.reverse();
			self.state_node(*node, &way);
		}
	}

	/// The introduction node, where the graph knows it.
	pub fn introduction(&self, path: &BlindedMessagePath) -> Option<PublicKey> {
		match path.introduction_node() {
			IntroductionNode::NodeId(node) => Some(*node),
			IntroductionNode::DirectedShortChannelId(..) => {
				path.public_introduction_node_id(&self.graph.read_only()).and_then(|node| node.as_pubkey().ok())
			},
		}
	}

	fn stated_path(&self, sender: PublicKey, destination: Destination) -> Result<OnionMessagePath, ()> {
		let first = match &destination {
			Destination::Node(node) => Some(*node),
			Destination::BlindedPath(path) => self.introduction(path),
		};
		let stated = self.stated.lock().unwrap();
		let relays = stated.to_path.get(&destination).or_else(|| first.and_then(|node| stated.to_node.get(&node)));
		let intermediate_nodes = relays.cloned().unwrap_or_default();
		let mut destination = destination;
		destination.resolve(&self.graph.read_only());
		if intermediate_nodes.first() == Some(&sender) {
			return Err(());
		}
		Ok(OnionMessagePath { intermediate_nodes, destination, first_node_addresses: vec![] })
	}

	fn stated_shapes(&self, context: &MessageContext, peers: &[MessageForwardNode]) -> Vec<Shape> {
		let mut stated = self.stated.lock().unwrap();
		if let MessageContext::Offers(OffersContext::OutboundPayment { payment_id, .. }) = context {
			if let Some(shapes) = stated.replies.get(payment_id) {
				return shapes.clone();
			}
		}
		stated.next_reply.take().unwrap_or_else(|| match peers {
			[only] => vec![Shape::over(vec![only.node_id])],
			_ => vec![Shape::default()],
		})
	}
}

impl MessageRouter for MessageRoutes {
	fn find_path(
		&self, sender: PublicKey, peers: Vec<PublicKey>, destination: Destination,
	) -> Result<OnionMessagePath, ()> {
		let found = match &self.kind {
			Kind::Lab => self.stated_path(sender, destination),
			Kind::NodeId(router) => router.find_path(sender, peers.clone(), destination),
			Kind::Default(router) => router.find_path(sender, peers.clone(), destination),
		};
		let first = found.as_ref().ok().and_then(OnionMessagePath::first_node);
		event(
			"message_route",
			json!({
				"first": first.map(|node| node.to_string()),
				"relays": found.as_ref().map_or(0, |path| path.intermediate_nodes.len()),
				"found": found.is_ok(),
				"connected": first.is_some_and(|node| node == sender || peers.contains(&node)),
			}),
		);
		found
	}

	fn create_blinded_paths<T: Signing + Verification>(
		&self, recipient: PublicKey, key: ReceiveAuthKey, context: MessageContext, peers: Vec<MessageForwardNode>,
		secp: &Secp256k1<T>,
	) -> Result<Vec<BlindedMessagePath>, ()> {
		match &self.kind {
			Kind::Lab => Ok(self
				.stated_shapes(&context, &peers)
				.iter()
				.map(|shape| shape.build(recipient, key, context.clone(), &self.graph, &self.keys, secp))
				.collect()),
			Kind::NodeId(router) => router.create_blinded_paths(recipient, key, context, peers, secp),
			Kind::Default(router) => router.create_blinded_paths(recipient, key, context, peers, secp),
		}
	}
}

/// Paths of one offer or refund. LDK takes the first that a router makes; the others share its context, and wait here.
pub struct StatedPaths<'a> {
	pub shapes: &'a [Shape],
	pub graph: &'a Graph,
	pub keys: &'a KeysManager,
	pub others: Mutex<Vec<BlindedMessagePath>>,
}

impl MessageRouter for StatedPaths<'_> {
	fn find_path(&self, _: PublicKey, _: Vec<PublicKey>, _: Destination) -> Result<OnionMessagePath, ()> {
		Err(())
	}

	fn create_blinded_paths<T: Signing + Verification>(
		&self, recipient: PublicKey, key: ReceiveAuthKey, context: MessageContext, _peers: Vec<MessageForwardNode>,
		secp: &Secp256k1<T>,
	) -> Result<Vec<BlindedMessagePath>, ()> {
		let mut all = self
			.shapes
			.iter()
			.map(|shape| shape.build(recipient, key, context.clone(), self.graph, self.keys, secp));
		let first = all.next();
		self.others.lock().unwrap().extend(all);
		Ok(first.into_iter().collect())
	}
}

/// The other end of a channel that was made up for a compact path: nobody holds its key.
pub fn far_end(introduction: &PublicKey) -> PublicKey {
	let digest = sha256::Hash::hash(&[b"lno lab channel".as_slice(), &introduction.serialize()].concat());
	let secret = SecretKey::from_slice(digest.as_byte_array()).expect("a digest is a scalar");
	PublicKey::from_secret_key(&Secp256k1::new(), &secret)
}

/// Both ends of a channel in the order of BOLT 7.
pub fn ends(a: PublicKey, b: PublicKey) -> (NodeId, NodeId) {
	let (a, b) = (NodeId::from_pubkey(&a), NodeId::from_pubkey(&b));
	if a.as_slice() < b.as_slice() {
		(a, b)
	} else {
		(b, a)
	}
}
