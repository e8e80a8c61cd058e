//! The node: LDK's parts put together, its listener, and the loop that keeps them going.

use crate::events;
use crate::host::{Broadcast, Fees, Forgetful, Log};
use crate::json::{failure, hex, ldk_failure, Failure};
use crate::offers_tap::OffersTap;
use crate::onion_tap::OnionTap;
use crate::payment_paths::PaymentRoutes;
use crate::raw::RawHandler;
use crate::routes::{Graph, Kind, MessageRoutes};
use lightning::bitcoin::block::Header;
use lightning::bitcoin::constants::genesis_block;
use lightning::bitcoin::secp256k1::PublicKey;
use lightning::bitcoin::Network;
use lightning::blinded_path::message::OffersContext;
use lightning::chain::chainmonitor::ChainMonitor;
use lightning::chain::{BestBlock, Filter};
use lightning::ln::channelmanager::{ChainParameters, ChannelManager, PaymentId};
use lightning::ln::peer_handler::{IgnoringMessageHandler, MessageHandler, PeerManager};
use lightning::offers::invoice::Bolt12Invoice;
use lightning::onion_message::messenger::{DefaultMessageRouter, NodeIdMessageRouter, OnionMessenger};
use lightning::routing::gossip::P2PGossipSync;
use lightning::routing::utxo::UtxoLookup;
use lightning::sign::{EntropySource, InMemorySigner, KeysManager, NodeSigner, Recipient};
use lightning::util::config::UserConfig;
use lightning::util::logger::Level;
use lightning_net_tokio::{setup_inbound, SocketDescriptor};
use serde_json::{json, Value};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::sync::Notify;

pub type Monitor = ChainMonitor<
	InMemorySigner,
	Arc<dyn Filter + Send + Sync>,
	Arc<Broadcast>,
	Arc<Fees>,
	Arc<Log>,
	Arc<Forgetful>,
	Arc<KeysManager>,
>;
pub type Manager = ChannelManager<
	Arc<Monitor>,
	Arc<Broadcast>,
	Arc<KeysManager>,
	Arc<KeysManager>,
	Arc<KeysManager>,
	Arc<Fees>,
	Arc<PaymentRoutes>,
	Arc<MessageRoutes>,
	Arc<Log>,
>;
pub type Messenger = OnionMessenger<
	Arc<KeysManager>,
	Arc<KeysManager>,
	Arc<Log>,
	Arc<Manager>,
	Arc<MessageRoutes>,
	Arc<OffersTap>,
	Arc<Manager>,
	IgnoringMessageHandler,
	Arc<RawHandler>,
>;
type Gossip = P2PGossipSync<Arc<Graph>, Arc<dyn UtxoLookup + Send + Sync>, Arc<Log>>;
pub type Peers = PeerManager<
	SocketDescriptor,
	Arc<Manager>,
	Arc<Gossip>,
	Arc<OnionTap>,
	Arc<Log>,
	IgnoringMessageHandler,
	Arc<KeysManager>,
	Arc<Monitor>,
>;

/// An invoice that came for a request of ours: LDK pays it only when told to.
pub struct Paid {
	pub invoice: Bolt12Invoice,
	pub context: Option<OffersContext>,
}

impl Paid {
	/// As it stands in requests and events.
	pub fn id(id: &PaymentId) -> Value {
		json!(hex(&id.0))
	}
}

pub struct Node {
	pub id: PublicKey,
	pub address: SocketAddr,
	pub keys: Arc<KeysManager>,
	pub graph: Arc<Graph>,
	pub routes: Arc<MessageRoutes>,
	pub manager: Arc<Manager>,
	pub monitor: Arc<Monitor>,
	pub messenger: Arc<Messenger>,
	pub offers: Arc<OffersTap>,
	pub onions: Arc<OnionTap>,
	pub peers: Arc<Peers>,
	/// Invoices that came, by the request.
	pub invoices: Mutex<HashMap<PaymentId, Paid>>,
	/// The header of the best block.
	pub tip: Mutex<Header>,
	wake: Notify,
}

pub struct Options {
	pub seed: [u8; 32],
	pub listen: String,
	pub level: Level,
	/// `lab`, or one of LDK's own routers: `node-id`, `default`.
	pub router: String,
	/// Whether invoices are made without a channel.
	pub made_up_payment_paths: bool,
}

pub fn now() -> Duration {
	SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock behind 1970")
}

/// Channels come about quickly, and are ours to use however they were opened.
fn config() -> UserConfig {
	let mut config = UserConfig::default();
	config.channel_handshake_config.minimum_depth = 1;
	config.channel_handshake_config.max_inbound_htlc_value_in_flight_percent_of_channel = 100;
	config.channel_handshake_config.negotiate_anchors_zero_fee_htlc_tx = false;
	config.channel_handshake_limits.force_announced_channel_preference = false;
	config.accept_forwards_to_priv_channels = true;
	config.manually_handle_bolt12_invoices = true;
	config
}

impl Node {
	/// Listens, and keeps going until the process ends.
	pub async fn start(options: Options) -> Result<Arc<Node>, Failure> {
		let time = now();
		let log = Arc::new(Log { level: options.level });
		let keys = Arc::new(KeysManager::new(&options.seed, time.as_secs(), time.subsec_nanos(), true));
		let id = keys.get_node_id(Recipient::Node).map_err(ldk_failure)?;
		let (fees, broadcast) = (Arc::new(Fees), Arc::new(Broadcast));
		let graph = Arc::new(Graph::new(Network::Regtest, Arc::clone(&log)));
		let kind = match options.router.as_str() {
			"lab" => Kind::Lab,
			"node-id" => Kind::NodeId(NodeIdMessageRouter::new(Arc::clone(&graph), Arc::clone(&keys))),
			"default" => Kind::Default(DefaultMessageRouter::new(Arc::clone(&graph), Arc::clone(&keys))),
			other => return Err(failure("BAD_PARAMS", format!("no router {other}"))),
		};
		let routes = Arc::new(MessageRoutes::new(kind, Arc::clone(&graph), Arc::clone(&keys)));
		let payment_routes = Arc::new(PaymentRoutes::new(
			Arc::clone(&graph),
			Arc::clone(&log),
			Arc::clone(&keys),
			options.made_up_payment_paths,
		));
		let monitor: Arc<Monitor> = Arc::new(ChainMonitor::new(
			None,
			Arc::clone(&broadcast),
			Arc::clone(&log),
			Arc::clone(&fees),
			Arc::new(Forgetful),
			Arc::clone(&keys),
			keys.get_peer_storage_key(),
		));
		let manager: Arc<Manager> = Arc::new(ChannelManager::new(
			fees,
			Arc::clone(&monitor),
			broadcast,
			payment_routes,
			Arc::clone(&routes),
			Arc::clone(&log),
			Arc::clone(&keys),
			Arc::clone(&keys),
			Arc::clone(&keys),
			config(),
			ChainParameters { network: Network::Regtest, best_block: BestBlock::from_network(Network::Regtest) },
			time.as_secs() as u32,
		));
		let offers = Arc::new(OffersTap::new(Arc::clone(&manager)));
		let messenger: Arc<Messenger> = Arc::new(OnionMessenger::new(
			Arc::clone(&keys),
			Arc::clone(&keys),
			Arc::clone(&log),
			Arc::clone(&manager),
			Arc::clone(&routes),
			Arc::clone(&offers),
			Arc::clone(&manager),
			IgnoringMessageHandler {},
			Arc::new(RawHandler),
		));
		let onions = Arc::new(OnionTap::new(Arc::clone(&messenger), Arc::clone(&keys)));
		let gossip: Arc<Gossip> = Arc::new(P2PGossipSync::new(Arc::clone(&graph), None, Arc::clone(&log)));
		let peers: Arc<Peers> = Arc::new(PeerManager::new(
			MessageHandler {
				chan_handler: Arc::clone(&manager),
				route_handler: gossip,
				onion_message_handler: Arc::clone(&onions),
				custom_message_handler: IgnoringMessageHandler {},
				send_only_message_handler: Arc::clone(&monitor),
			},
			time.as_secs() as u32,
			&keys.get_secure_random_bytes(),
			log,
			Arc::clone(&keys),
		));
		let listener =
			TcpListener::bind(&options.listen).await.map_err(|error| failure("LISTEN_FAILED", error.to_string()))?;
		let address = listener.local_addr().map_err(|error| failure("LISTEN_FAILED", error.to_string()))?;
		let node = Arc::new(Node {
			id,
			address,
			keys,
			graph,
			routes,
			manager,
			monitor,
			messenger,
			offers,
			onions,
			peers,
			invoices: Mutex::default(),
			tip: Mutex::new(genesis_block(Network::Regtest).header),
			wake: Notify::new(),
		});
		tokio::spawn(accept(listener, Arc::clone(&node.peers)));
		tokio::spawn(keep_going(Arc::clone(&node)));
		tokio::spawn(tick(Arc::clone(&node)));
		Ok(node)
	}

	/// Something was asked of LDK's parts: what they have to say and to send comes at once.
	pub fn wake(&self) {
		self.wake.notify_one();
	}
}

async fn accept(listener: TcpListener, peers: Arc<Peers>) {
	while let Ok((stream, _)) = listener.accept().await {
		if let Ok(stream) = stream.into_std() {
			tokio::spawn(setup_inbound(Arc::clone(&peers), stream));
		}
	}
}

/// How long an event may wait that nothing woke us for.
const IDLE: Duration = Duration::from_millis(20);

async fn keep_going(node: Arc<Node>) {
	loop {
		// Either way there is a round to do.
		let _ = tokio::time::timeout(IDLE, node.wake.notified()).await;
		node.manager.process_pending_htlc_forwards();
		events::process(&node);
		node.peers.process_events();
	}
}

/// LDK's clocks, as its documentation asks for them.
async fn tick(node: Arc<Node>) {
	let mut every = tokio::time::interval(Duration::from_secs(10));
	every.tick().await;
	for count in 1u64.. {
		every.tick().await;
		node.peers.timer_tick_occurred();
		if count % 6 == 0 {
			node.manager.timer_tick_occurred();
		}
	}
}
