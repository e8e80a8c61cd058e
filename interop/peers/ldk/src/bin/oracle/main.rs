//! LDK's codecs and builders over lines of JSON, for the differential runs of `interop/diff`: one request a line
//! (`{ "id", "method", "params": { "items": [ … ] } }`), one answer a line, an answer for each item in order. Nothing here
//! judges: it says what LDK reads, writes, peels, and in its own words why it refuses.

mod build;
mod decode;
mod onion;
mod show;
mod signer;

use serde_json::{json, Value};
use std::io::{BufRead, Write};

/// What one item comes to: a value, or LDK's reason.
pub type Answer = Result<Value, String>;

/// A member that must be there.
pub fn text<'a>(item: &'a Value, name: &str) -> Result<&'a str, String> {
	item[name].as_str().ok_or_else(|| format!("the request has no {name}"))
}

/// A member as bytes.
pub fn bytes(item: &Value, name: &str) -> Result<Vec<u8>, String> {
	show::from_hex(text(item, name)?)
}

fn answer(method: &str, item: &Value) -> Answer {
	match method {
		"decode" => decode::decode(item),
		"build" => build::build(item),
		"path" => onion::path(item),
		"walk" => onion::walk(item),
		"make_path" => onion::make_path(item),
		"peel" => onion::peel(item),
		"message" => onion::message(item),
		_ => Err(format!("unknown method {method}")),
	}
}

/// A panic of the library is a finding, not the end of the run.
fn guarded(method: &str, item: &Value) -> Value {
	let outcome = std::panic::catch_unwind(|| answer(method, item)).unwrap_or_else(|_| Err("panicked".into()));
	match outcome {
		Ok(value) => json!({ "ok": true, "value": value }),
		Err(reason) => json!({ "ok": false, "reason": reason }),
	}
}

fn main() {
	let out = std::io::stdout();
	for line in std::io::stdin().lock().lines() {
		let Ok(line) = line else { break };
		let Ok(request) = serde_json::from_str::<Value>(&line) else { continue };
		let method = request["method"].as_str().unwrap_or("");
		let result = match method {
			"version" => json!({ "name": "LDK", "version": "0.2.7" }),
			_ => Value::Array(
				request["params"]["items"].as_array().into_iter().flatten().map(|item| guarded(method, item)).collect(),
			),
		};
		let mut out = out.lock();
		if writeln!(out, "{}", json!({ "id": request["id"], "result": result })).and_then(|_| out.flush()).is_err() {
			break;
		}
	}
}
