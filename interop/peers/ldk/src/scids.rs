//! Channels that the graph is told of by word, as `BLOCKxTXxOUT=ID1,ID2`, so that compact paths can be made and followed.

use crate::json::{failure, ldk_failure, point, Failure};
use crate::node::now;
use crate::routes::{ends, far_end, Graph};
use lightning::bitcoin::constants::ChainHash;
use lightning::bitcoin::secp256k1::PublicKey;
use lightning::bitcoin::Network;
use lightning::ln::msgs::UnsignedChannelUpdate;
use lightning::routing::gossip::NodeId;
use lightning::types::features::ChannelFeatures;
use lightning::util::scid_utils::{block_from_scid, scid_from_parts, tx_index_from_scid, vout_from_scid};

fn parse_scid(text: &str) -> Option<u64> {
	let parts: Vec<u64> = text.split('x').map(|part| part.parse().ok()).collect::<Option<_>>()?;
	match parts[..] {
		[block, tx, out] => scid_from_parts(block, tx, out).ok(),
		_ => None,
	}
}

fn known(graph: &Graph, scid: u64, one: NodeId, two: NodeId) -> Result<(), Failure> {
	if graph.read_only().channel(scid).is_some() {
		return Ok(());
	}
	let timestamp = now().as_secs();
	graph
		.add_channel_from_partial_announcement(scid, None, timestamp, ChannelFeatures::empty(), one, two)
		.map_err(|error| failure("BAD_CHANNEL", error.err))?;
	// A path is only written by a channel that both ends have enabled.
	for channel_flags in [0, 1] {
		graph
			.update_channel_unsigned(&UnsignedChannelUpdate {
				chain_hash: ChainHash::using_genesis_block(Network::Regtest),
				short_channel_id: scid,
				timestamp: timestamp as u32,
				message_flags: 1,
				channel_flags,
				cltv_expiry_delta: 80,
				htlc_minimum_msat: 1,
				htlc_maximum_msat: 1_000_000_000,
				fee_base_msat: 0,
				fee_proportional_millionths: 0,
				excess_data: vec![],
			})
			.map_err(|error| failure("BAD_CHANNEL", error.err))?;
	}
	Ok(())
}

/// Takes in `BLOCKxTXxOUT=ID1,ID2`.
pub fn learn(graph: &Graph, text: &str) -> Result<(), Failure> {
	let wrong = || failure("BAD_CHANNEL", format!("not BLOCKxTXxOUT=ID1,ID2: {text}"));
	let (scid, nodes) = text.split_once('=').ok_or_else(wrong)?;
	let (a, b) = nodes.split_once(',').ok_or_else(wrong)?;
	let scid = parse_scid(scid).ok_or_else(wrong)?;
	let (one, two) = ends(point(a)?, point(b)?);
	known(graph, scid, one, two)
}

/// A channel of this node, as others are told of it: one that the graph has, else one that is made up.
pub fn channel_of(graph: &Graph, node: &PublicKey) -> Result<String, Failure> {
	let node_id = NodeId::from_pubkey(node);
	let there = graph.read_only().node(&node_id).and_then(|info| {
		let mut scids = info.channels.clone();
		scids.sort_by_key(|scid| block_from_scid(*scid));
		scids.first().copied()
	});
	let scid = match there {
		Some(scid) => scid,
		None => {
			let bytes = node.serialize();
			// Any block will do, as long as two introduction nodes do not share a channel.
			let scid = scid_from_parts(
				100 + u64::from(u16::from_be_bytes([bytes[1], bytes[2]])),
				u64::from(u16::from_be_bytes([bytes[3], bytes[4]])),
				0,
			)
			.map_err(ldk_failure)?;
			let (one, two) = ends(*node, far_end(node));
			known(graph, scid, one, two)?;
			scid
		},
	};
	let graph = graph.read_only();
	let channel = graph.channel(scid).ok_or_else(|| failure("BAD_CHANNEL", "the graph did not keep the channel"))?;
	let at = format!("{}x{}x{}", block_from_scid(scid), tx_index_from_scid(scid), vout_from_scid(scid));
	Ok(format!("{at}={},{}", channel.node_one, channel.node_two))
}
