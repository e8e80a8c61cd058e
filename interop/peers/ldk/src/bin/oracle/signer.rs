//! A node that has nothing but a secret, and randomness that comes out the same each time.

use lightning::bitcoin::hashes::{sha256, Hash};
use lightning::bitcoin::secp256k1::ecdh::SharedSecret;
use lightning::bitcoin::secp256k1::ecdsa::{RecoverableSignature, Signature};
use lightning::bitcoin::secp256k1::{schnorr, PublicKey, Scalar, Secp256k1, SecretKey};
use lightning::bolt11_invoice::RawBolt11Invoice;
use lightning::ln::inbound_payment::ExpandedKey;
use lightning::ln::msgs::UnsignedGossipMessage;
use lightning::offers::invoice::UnsignedBolt12Invoice;
use lightning::sign::{EntropySource, NodeSigner, PeerStorageKey, ReceiveAuthKey, Recipient};
use lightning::util::logger::{Logger, Record};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

pub struct Node(pub SecretKey);

impl NodeSigner for Node {
	fn get_expanded_key(&self) -> ExpandedKey {
		ExpandedKey::new([7; 32])
	}
	fn get_peer_storage_key(&self) -> PeerStorageKey {
		PeerStorageKey { inner: [8; 32] }
	}
	fn get_receive_auth_key(&self) -> ReceiveAuthKey {
		ReceiveAuthKey([9; 32])
	}
	fn get_node_id(&self, _: Recipient) -> Result<PublicKey, ()> {
		Ok(PublicKey::from_secret_key(&Secp256k1::new(), &self.0))
	}
	fn ecdh(&self, _: Recipient, other: &PublicKey, tweak: Option<&Scalar>) -> Result<SharedSecret, ()> {
		let secret = match tweak {
			Some(tweak) => self.0.mul_tweak(tweak).map_err(|_| ())?,
			None => self.0,
		};
		Ok(SharedSecret::new(other, &secret))
	}
	fn sign_invoice(&self, _: &RawBolt11Invoice, _: Recipient) -> Result<RecoverableSignature, ()> {
		Err(())
	}
	fn sign_bolt12_invoice(&self, _: &UnsignedBolt12Invoice) -> Result<schnorr::Signature, ()> {
		Err(())
	}
	fn sign_gossip_message(&self, _: UnsignedGossipMessage) -> Result<Signature, ()> {
		Err(())
	}
	fn sign_message(&self, _: &[u8]) -> Result<String, ()> {
		Err(())
	}
}

/// Hashes of a seed and a counter.
pub struct Drawn {
	seed: Vec<u8>,
	count: AtomicU64,
}

impl Drawn {
	pub fn new(seed: Vec<u8>) -> Self {
		Drawn { seed, count: AtomicU64::new(0) }
	}
}

impl EntropySource for Drawn {
	fn get_secure_random_bytes(&self) -> [u8; 32] {
		let count = self.count.fetch_add(1, Ordering::Relaxed);
		sha256::Hash::hash(&[&self.seed[..], &count.to_be_bytes()[..]].concat()).to_byte_array()
	}
}

/// Keeps the last thing that LDK logs: where it gives no error, that is its reason.
#[derive(Default)]
pub struct LastWords(pub Mutex<String>);

impl Logger for LastWords {
	fn log(&self, record: Record) {
		*self.0.lock().unwrap() = record.args.to_string();
	}
}
