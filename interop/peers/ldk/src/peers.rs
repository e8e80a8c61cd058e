//! Connections, and onion messages of any contents.

use crate::json::{bytes, failure, flag, ldk_failure, number, opt_text, point, points, text, ways, Answer};
use crate::node::Node;
use crate::raw::Raw;
use crate::routes::Shape;
use lightning::bitcoin::secp256k1::Secp256k1;
use lightning::blinded_path::message::{BlindedMessagePath, MessageContext};
use lightning::onion_message::messenger::{Destination, MessageSendInstructions};
use lightning::sign::NodeSigner;
use lightning::util::ser::Readable;
use lightning_net_tokio::connect_outbound;
use serde_json::{json, Value};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A peer that has not said init by then never will.
const CONNECT: Duration = Duration::from_secs(10);

/// `connect { node_id, address }`: answers when init has come.
pub async fn connect(node: &Arc<Node>, params: &Value) -> Answer {
	let peer = point(text(params, "node_id")?)?;
	if node.peers.peer_by_node_id(&peer).is_some() {
		return Ok(json!({ "already": true }));
	}
	let address: SocketAddr = text(params, "address")?
		.parse()
		.map_err(|_| failure("BAD_PARAMS", "an address is HOST:PORT, the host in digits"))?;
	let connection = connect_outbound(Arc::clone(&node.peers), peer, address)
		.await
		.ok_or_else(|| failure("CONNECT_REFUSED", format!("{address} could not be reached")))?;
	let ended = tokio::spawn(connection);
	let start = Instant::now();
	while node.peers.peer_by_node_id(&peer).is_none() {
		if ended.is_finished() {
			return Err(failure("CONNECT_CLOSED", format!("{address} was disconnected before init was done")));
		}
		if start.elapsed() > CONNECT {
			return Err(failure("CONNECT_TIMEOUT", format!("{address} did not say init")));
		}
		tokio::time::sleep(Duration::from_millis(2)).await;
	}
	Ok(json!({ "already": false }))
}

/// `disconnect { node_id }`
pub fn disconnect(node: &Node, params: &Value) -> Answer {
	node.peers.disconnect_by_node_id(point(text(params, "node_id")?)?);
	Ok(json!({}))
}

/// `peers {}`
pub fn list(node: &Node) -> Answer {
	let all = node.peers.list_peers();
	Ok(json!(all.iter().map(|peer| peer.counterparty_node_id.to_string()).collect::<Vec<_>>()))
}

/// `route { to, over }`: the way to a node, for whatever goes there.
pub fn route(node: &Node, params: &Value) -> Answer {
	node.routes.state_node(point(text(params, "to")?)?, &points(&params["over"])?);
	Ok(json!({}))
}

/// `send { type, contents, to | path, over?, reply? }`: one TLV, to a node or over a blinded path, by way of stated
/// relays. `reply` is `true` or the relays of a reply path, introduction node first.
pub fn send(node: &Node, params: &Value) -> Answer {
	let contents = Raw { tlv_type: number(params, "type")?, bytes: bytes(text(params, "contents")?)? };
	let over = points(&params["over"])?;
	if !over.is_empty() && !node.routes.is_lab() {
		return Err(failure("STOCK_ROUTER", "a stock router takes no stated relays"));
	}
	let destination = match opt_text(params, "path") {
		Some(path) => {
			let path = BlindedMessagePath::read(&mut &bytes(path)?[..]).map_err(ldk_failure)?;
			node.routes.state_path(&path, &over);
			Destination::BlindedPath(path)
		},
		None => {
			let to = point(text(params, "to")?)?;
			node.routes.state_node(to, &over);
			Destination::Node(to)
		},
	};
	let stated = ways(&json!([params["reply"]]))?.and_then(|mut one| one.pop());
	let reply = match (flag(params, "reply"), params["reply"].is_array()) {
		(true, _) => Some(Shape::default()),
		(_, true) => stated.map(Shape::over),
		_ => None,
	};
	let key = node.keys.get_receive_auth_key();
	let secp = Secp256k1::new();
	let context = MessageContext::Custom(vec![]);
	let instructions = match reply {
		None => MessageSendInstructions::WithoutReplyPath { destination },
		Some(shape) => {
			let reply_path = shape.build(node.id, key, context, &node.graph, &node.keys, &secp);
			MessageSendInstructions::WithSpecifiedReplyPath { destination, reply_path }
		},
	};
	let sent = node.messenger.send_onion_message(contents, instructions).map_err(ldk_failure)?;
	Ok(json!({ "sent": format!("{sent:?}") }))
}
