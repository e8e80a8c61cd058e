//! What LDK asks of the program around it: a log, fees, a way to the chain, a store. None of them reaches outside.

use crate::json::{event, hex};
use lightning::bitcoin::consensus::encode::serialize;
use lightning::bitcoin::Transaction;
use lightning::chain::chaininterface::{BroadcasterInterface, ConfirmationTarget, FeeEstimator};
use lightning::chain::chainmonitor::Persist;
use lightning::chain::channelmonitor::{ChannelMonitor, ChannelMonitorUpdate};
use lightning::chain::ChannelMonitorUpdateStatus;
use lightning::sign::InMemorySigner;
use lightning::util::logger::{Level, Logger, Record};
use lightning::util::persist::MonitorName;
use serde_json::json;
use std::sync::Mutex;

/// Writes to standard error from the stated level on.
pub struct Log {
	pub level: Level,
}

impl Logger for Log {
	fn log(&self, record: Record) {
		if record.level >= self.level {
			eprintln!("{} {}:{} {}", record.level, record.module_path, record.line, record.args);
		}
	}
}

/// Keeps the last line: why a message could not be read is said nowhere but in the log.
#[derive(Default)]
pub struct LastLine {
	line: Mutex<String>,
}

impl LastLine {
	pub fn take(&self) -> String {
		std::mem::take(&mut self.line.lock().unwrap())
	}
}

impl Logger for LastLine {
	fn log(&self, record: Record) {
		let mut line = self.line.lock().unwrap();
		if !line.is_empty() {
			line.push_str("; ");
		}
		line.push_str(&record.args.to_string());
	}
}

/// The same rate for everything, above the floor of 253.
pub struct Fees;

impl FeeEstimator for Fees {
	fn get_est_sat_per_1000_weight(&self, _target: ConfirmationTarget) -> u32 {
		500
	}
}

/// There is no network to broadcast to: whoever drives the node puts transactions into blocks.
pub struct Broadcast;

impl BroadcasterInterface for Broadcast {
	fn broadcast_transactions(&self, transactions: &[&Transaction]) {
		let all: Vec<_> = transactions
			.iter()
			.map(|tx| json!({ "txid": tx.compute_txid().to_string(), "hex": hex(&serialize(*tx)) }))
			.collect();
		event("broadcast", json!({ "transactions": all }));
	}
}

/// Nothing is stored: a node lives as long as its process.
pub struct Forgetful;

impl Persist<InMemorySigner> for Forgetful {
	fn persist_new_channel(
		&self, _name: MonitorName, _monitor: &ChannelMonitor<InMemorySigner>,
	) -> ChannelMonitorUpdateStatus {
		ChannelMonitorUpdateStatus::Completed
	}

	fn update_persisted_channel(
		&self, _name: MonitorName, _update: Option<&ChannelMonitorUpdate>, _monitor: &ChannelMonitor<InMemorySigner>,
	) -> ChannelMonitorUpdateStatus {
		ChannelMonitorUpdateStatus::Completed
	}

	fn archive_persisted_channel(&self, _name: MonitorName) {}
}
