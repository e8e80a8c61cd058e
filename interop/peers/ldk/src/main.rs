//! A complete LDK node without bitcoind, driven by lines of JSON on its standard input. The first request is `start`; the
//! program ends with `quit`, or with its input.

mod channels;
mod events;
mod host;
mod json;
mod node;
mod offers;
mod offers_tap;
mod onion_tap;
mod payment_paths;
mod peers;
mod raw;
mod routes;
mod scids;

use crate::json::{answer, bytes, failure, opt_text, text, Answer};
use crate::node::{Node, Options};
use lightning::util::logger::Level;
use serde_json::{json, Value};
use std::io::BufRead;
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;

/// The release of LDK that `Cargo.toml` pins.
const LIGHTNING: &str = "0.2.7";

/// `start { seed, mode, listen?, router?, payment_paths?, log? }`. `mode` is `lab` or `stock`; in stock mode `router` is
/// `node-id` or `default`. `payment_paths: "router"` makes no invoice without a channel.
async fn start(params: &Value) -> Result<Arc<Node>, json::Failure> {
	let seed = bytes(text(params, "seed")?)?;
	let router = match (text(params, "mode")?, opt_text(params, "router")) {
		("lab", None) => "lab",
		("stock", router) => router.unwrap_or("node-id"),
		_ => return Err(failure("BAD_PARAMS", "mode is lab or stock, and a router is for stock alone")),
	};
	Node::start(Options {
		seed: seed.try_into().map_err(|_| failure("BAD_PARAMS", "a seed of 32 bytes"))?,
		listen: opt_text(params, "listen").unwrap_or("127.0.0.1:0").to_string(),
		level: match opt_text(params, "log").unwrap_or("debug") {
			"trace" => Level::Trace,
			"debug" => Level::Debug,
			"info" => Level::Info,
			_ => return Err(failure("BAD_PARAMS", "log is trace, debug or info")),
		},
		router: router.to_string(),
		made_up_payment_paths: opt_text(params, "payment_paths") != Some("router"),
	})
	.await
}

fn info(node: &Node) -> Answer {
	Ok(json!({
		"node_id": node.id.to_string(),
		"address": node.address.to_string(),
		"version": LIGHTNING,
		"height": node.manager.current_best_block().height,
		"forwarded": node.onions.forwarded(),
	}))
}

async fn run(node: &Arc<Node>, method: &str, params: &Value) -> Answer {
	match method {
		"info" => info(node),
		"connect" => peers::connect(node, params).await,
		"disconnect" => peers::disconnect(node, params),
		"peers" => peers::list(node),
		"route" => peers::route(node, params),
		"send" => peers::send(node, params),
		"offer" => offers::offer(node, params),
		"disable_offer" => offers::disable(node, params),
		"fetch" => offers::fetch(node, params),
		"pay" => offers::pay(node, params),
		"abandon" => offers::abandon(node, params),
		"refund" => offers::refund(node, params),
		"claim" => offers::claim(node, params),
		"open" => channels::open(node, params),
		"channels" => channels::list(node),
		"block" => channels::block(node, params),
		"close" => channels::close(node, params),
		_ => Err(failure("NO_METHOD", format!("no method {method}"))),
	}
}

async fn serve() {
	let (to_us, mut requests) = unbounded_channel::<String>();
	// Standard input blocks, so it has a thread of its own.
	std::thread::spawn(move || {
		for line in std::io::stdin().lock().lines() {
			let Ok(line) = line else { return };
			if to_us.send(line).is_err() {
				return;
			}
		}
	});
	let mut running: Option<Arc<Node>> = None;
	while let Some(line) = requests.recv().await {
		let request: Value = match serde_json::from_str(&line) {
			Ok(request) => request,
			Err(error) => {
				answer(&Value::Null, Err(failure("BAD_JSON", error.to_string())));
				continue;
			},
		};
		let id = request["id"].clone();
		let params = request["params"].clone();
		let method = request["method"].as_str().unwrap_or_default().to_string();
		match (method.as_str(), &running) {
			("quit", _) => {
				answer(&id, Ok(json!({})));
				return;
			},
			("start", None) => match start(&params).await {
				Ok(node) => {
					answer(&id, info(&node));
					running = Some(node);
				},
				Err(failure) => answer(&id, Err(failure)),
			},
			("start", Some(_)) => answer(&id, Err(failure("STARTED", "the node runs already"))),
			(_, None) => answer(&id, Err(failure("NOT_STARTED", "the first request is start"))),
			(_, Some(node)) => {
				let node = Arc::clone(node);
				tokio::spawn(async move {
					let outcome = run(&node, &method, &params).await;
					answer(&id, outcome);
					node.wake();
				});
			},
		}
	}
}

fn main() {
	// One thread: what a request states is in force until LDK has read it.
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
	runtime.block_on(serve());
	// Connections hold tasks that never end by themselves.
	runtime.shutdown_background();
}
