//! Channels on a chain made by hand: blocks are fed by whoever drives the node, and what a channel spends is made up.

use crate::json::{bytes, event, failure, flag, hex, ldk_failure, number, opt_number, opt_text, point, text, texts};
use crate::json::{Answer, Failure};
use crate::node::Node;
use lightning::bitcoin::absolute::LockTime;
use lightning::bitcoin::block::{Header, Version as BlockVersion};
use lightning::bitcoin::consensus::encode::{deserialize, serialize};
use lightning::bitcoin::hashes::{sha256, Hash};
use lightning::bitcoin::merkle_tree::calculate_root;
use lightning::bitcoin::secp256k1::PublicKey;
use lightning::bitcoin::transaction::Version;
use lightning::bitcoin::{
	Amount, Block, CompactTarget, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxMerkleNode, TxOut, Txid, Witness,
};
use lightning::chain::Listen;
use lightning::ln::types::ChannelId;
use serde_json::{json, Value};
use std::sync::Arc;

/// Seconds between blocks that state no time.
const SPACING: u32 = 600;

/// `open { peer, amount_sat, push_msat?, announce? }`
pub fn open(node: &Node, params: &Value) -> Answer {
	let peer = point(text(params, "peer")?)?;
	let mut config = node.manager.get_current_config();
	config.channel_handshake_config.announce_for_forwarding = flag(params, "announce");
	let amount = number(params, "amount_sat")?;
	let push = opt_number(params, "push_msat")?.unwrap_or(0);
	let user_id = u128::from(number(params, "user_id").unwrap_or(0));
	let id = node.manager.create_channel(peer, amount, push, user_id, None, Some(config)).map_err(ldk_failure)?;
	Ok(json!({ "temporary_channel_id": id.to_string() }))
}

/// A funding transaction out of nothing: its input is a digest, which no chain knows.
pub fn fund(
	node: &Arc<Node>, temporary: ChannelId, peer: PublicKey, value_sat: u64, script: ScriptBuf, user_id: u128,
) {
	let made_up = [b"lno lab coin".as_slice(), &temporary.0, &node.id.serialize(), &user_id.to_be_bytes()].concat();
	let transaction = Transaction {
		version: Version::TWO,
		lock_time: LockTime::ZERO,
		input: vec![TxIn {
			previous_output: OutPoint { txid: Txid::from_byte_array(sha256::Hash::hash(&made_up).to_byte_array()), vout: 0 },
			script_sig: ScriptBuf::new(),
			sequence: Sequence::MAX,
			witness: Witness::from_slice(&[[1u8; 64]]),
		}],
		output: vec![TxOut { value: Amount::from_sat(value_sat), script_pubkey: script }],
	};
	if let Err(error) = node.manager.funding_transaction_generated(temporary, peer, transaction) {
		event("channel_closed", json!({ "channel_id": temporary.to_string(), "reason": format!("{error:?}") }));
	}
}

/// `channels {}`
pub fn list(node: &Node) -> Answer {
	let all: Vec<_> = node
		.manager
		.list_channels()
		.into_iter()
		.map(|channel| {
			json!({
				"channel_id": channel.channel_id.to_string(),
				"peer": channel.counterparty.node_id.to_string(),
				"scid": channel.short_channel_id.map(|scid| scid.to_string()),
				"capacity_sat": channel.channel_value_satoshis.to_string(),
				"outbound_msat": channel.outbound_capacity_msat.to_string(),
				"inbound_msat": channel.inbound_capacity_msat.to_string(),
				"ready": channel.is_channel_ready,
				"usable": channel.is_usable,
				// Without the peer's channel_update nothing can be received over it.
				"receives": channel.counterparty.forwarding_info.is_some(),
				"announced": channel.is_announced,
			})
		})
		.collect();
	Ok(json!(all))
}

/// `close { channel_id, force? }`
pub fn close(node: &Node, params: &Value) -> Answer {
	let wanted = text(params, "channel_id")?;
	let channel = node
		.manager
		.list_channels()
		.into_iter()
		.find(|channel| channel.channel_id.to_string() == wanted)
		.ok_or_else(|| failure("NO_CHANNEL", format!("no channel {wanted}")))?;
	let peer = channel.counterparty.node_id;
	if flag(params, "force") {
		let reason = "asked to".to_string();
		node.manager.force_close_broadcasting_latest_txn(&channel.channel_id, &peer, reason).map_err(ldk_failure)?;
	} else {
		node.manager.close_channel(&channel.channel_id, &peer).map_err(ldk_failure)?;
	}
	Ok(json!({}))
}

fn decoded<T: lightning::bitcoin::consensus::Decodable>(text: &str, what: &str) -> Result<T, Failure> {
	deserialize(&bytes(text)?).map_err(|error| failure("BAD_BLOCK", format!("no {what}: {error}")))
}

/// The next block of a chain made by hand. All that makes it is stated, so it is the same for every node.
fn made_by_hand(params: &Value, tip: &Header, height: u32) -> Result<Block, Failure> {
	let coinbase = Transaction {
		version: Version::TWO,
		lock_time: LockTime::ZERO,
		input: vec![TxIn {
			previous_output: OutPoint::null(),
			script_sig: ScriptBuf::from_bytes(height.to_le_bytes().to_vec()),
			sequence: Sequence::MAX,
			witness: Witness::new(),
		}],
		output: vec![],
	};
	let mut transactions = vec![coinbase];
	for one in texts(&params["transactions"])? {
		transactions.push(decoded(one, "transaction")?);
	}
	let root = calculate_root(transactions.iter().map(|tx| tx.compute_txid().to_raw_hash()));
	let header = Header {
		version: BlockVersion::TWO,
		prev_blockhash: tip.block_hash(),
		merkle_root: TxMerkleNode::from_raw_hash(root.expect("a coinbase is there")),
		time: opt_number(params, "time")?.map_or(tip.time + SPACING, |time| time as u32),
		bits: CompactTarget::from_consensus(0x207f_ffff),
		nonce: height,
	};
	Ok(Block { header, txdata: transactions })
}

/// `block { block? , transactions?, time?, count? }`: one whole block as hex, or blocks made by hand, the transactions in
/// the first of them.
pub fn block(node: &Node, params: &Value) -> Answer {
	let mut tip = node.tip.lock().unwrap();
	let mut height = node.manager.current_best_block().height;
	let whole = opt_text(params, "block");
	let count = opt_number(params, "count")?.unwrap_or(1);
	for number in 0..count {
		height += 1;
		let block: Block = match whole {
			Some(text) => decoded(text, "block")?,
			None if number == 0 => made_by_hand(params, &tip, height)?,
			None => made_by_hand(&Value::Null, &tip, height)?,
		};
		if block.header.prev_blockhash != tip.block_hash() {
			return Err(failure("BAD_BLOCK", "the block does not stand on the best one"));
		}
		node.manager.block_connected(&block, height);
		node.monitor.block_connected(&block, height);
		*tip = block.header;
	}
	Ok(json!({ "height": height, "hash": tip.block_hash().to_string(), "header": hex(&serialize(&*tip)) }))
}
