//! The ways of payments: LDK's own router, and a path that begins at ourselves where there is no channel to come over.

use crate::host::Log;
use crate::routes::Graph;
use lightning::bitcoin::secp256k1::{PublicKey, Secp256k1, Signing, Verification};
use lightning::blinded_path::payment::{BlindedPaymentPath, ReceiveTlvs};
use lightning::ln::channel_state::ChannelDetails;
use lightning::ln::channelmanager::MIN_FINAL_CLTV_EXPIRY_DELTA;
use lightning::routing::router::{DefaultRouter, InFlightHtlcs, Route, RouteParameters, Router};
use lightning::routing::scoring::FixedPenaltyScorer;
use lightning::sign::KeysManager;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Stock = DefaultRouter<
	Arc<Graph>,
	Arc<Log>,
	Arc<KeysManager>,
	Arc<Mutex<FixedPenaltyScorer>>,
	(),
	FixedPenaltyScorer,
>;

pub struct PaymentRoutes {
	stock: Stock,
	keys: Arc<KeysManager>,
	/// Whether invoices are made without any channel, or with several peers that no graph knows; LDK by itself answers such
	/// requests with the invoice_error "MissingPaths".
	made_up: bool,
}

impl PaymentRoutes {
	pub fn new(graph: Arc<Graph>, log: Arc<Log>, keys: Arc<KeysManager>, made_up: bool) -> Self {
		let scorer = Arc::new(Mutex::new(FixedPenaltyScorer::with_penalty(0)));
		PaymentRoutes { stock: DefaultRouter::new(graph, log, Arc::clone(&keys), scorer, ()), keys, made_up }
	}
}

impl Router for PaymentRoutes {
	fn find_route(
		&self, payer: &PublicKey, params: &RouteParameters, first_hops: Option<&[&ChannelDetails]>,
		inflight: InFlightHtlcs,
	) -> Result<Route, &'static str> {
		self.stock.find_route(payer, params, first_hops, inflight)
	}

	fn create_blinded_payment_paths<T: Signing + Verification>(
		&self, recipient: PublicKey, first_hops: Vec<ChannelDetails>, tlvs: ReceiveTlvs, amount_msats: Option<u64>,
		secp: &Secp256k1<T>,
	) -> Result<Vec<BlindedPaymentPath>, ()> {
		if !self.made_up {
			return self.stock.create_blinded_payment_paths(recipient, first_hops, tlvs, amount_msats, secp);
		}
		if first_hops.is_empty() {
			let delta = MIN_FINAL_CLTV_EXPIRY_DELTA;
			return BlindedPaymentPath::new(&[], recipient, tlvs, u64::MAX, delta, &*self.keys, secp)
				.map(|path| vec![path]);
		}
		// LDK takes an unknown peer for an introduction only when it is the only one: so each is shown to it alone.
		let mut of_peers: BTreeMap<PublicKey, Vec<ChannelDetails>> = BTreeMap::new();
		for channel in first_hops {
			of_peers.entry(channel.counterparty.node_id).or_default().push(channel);
		}
		let paths: Vec<_> = of_peers
			.into_values()
			.filter_map(|channels| {
				self.stock.create_blinded_payment_paths(recipient, channels, tlvs.clone(), amount_msats, secp).ok()
			})
			.flatten()
			.collect();
		if paths.is_empty() {
			return Err(());
		}
		Ok(paths)
	}
}
