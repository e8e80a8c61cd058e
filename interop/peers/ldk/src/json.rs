//! Lines of JSON: what is written to standard output, and what is read out of the params of a request.

use lightning::bitcoin::hex::{DisplayHex, FromHex};
use lightning::bitcoin::secp256k1::PublicKey;
use lightning::util::ser::Writeable;
use serde_json::{json, Value};
use std::io::Write;
use std::str::FromStr;

/// Why a request was refused: a stable code, and a sentence for people.
pub struct Failure {
	pub code: String,
	pub message: String,
}

pub type Answer = Result<Value, Failure>;

pub fn failure(code: &str, message: impl Into<String>) -> Failure {
	Failure { code: code.into(), message: message.into() }
}

/// LDK's own errors: the name of the variant is the code, all of it the message.
pub fn ldk_failure(error: impl std::fmt::Debug) -> Failure {
	let message = format!("{error:?}");
	let name: String = message.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
	Failure { code: name, message }
}

fn line(value: &Value) {
	let mut out = std::io::stdout().lock();
	// Whoever listens may have gone: the end of standard input ends the program.
	let _ = writeln!(out, "{value}").and_then(|()| out.flush());
}

/// Writes an event; `members` is an object.
pub fn event(name: &str, mut members: Value) {
	members["event"] = json!(name);
	line(&members);
}

pub fn answer(id: &Value, outcome: Answer) {
	line(&match outcome {
		Ok(result) => json!({ "id": id, "result": result }),
		Err(Failure { code, message }) => json!({ "id": id, "error": { "code": code, "message": message } }),
	});
}

pub fn hex(bytes: &[u8]) -> String {
	bytes.to_lower_hex_string()
}

/// The bytes that LDK writes for one of its objects.
pub fn hex_of(object: &impl Writeable) -> String {
	hex(&object.encode())
}

pub fn bytes(text: &str) -> Result<Vec<u8>, Failure> {
	Vec::from_hex(text).map_err(|_| failure("BAD_HEX", format!("not hex: {text}")))
}

pub fn point(text: &str) -> Result<PublicKey, Failure> {
	PublicKey::from_str(text).map_err(|_| failure("BAD_NODE_ID", format!("not a point: {text}")))
}

pub fn text<'a>(params: &'a Value, name: &str) -> Result<&'a str, Failure> {
	opt_text(params, name).ok_or_else(|| failure("BAD_PARAMS", format!("{name} is missing, or no string")))
}

pub fn opt_text<'a>(params: &'a Value, name: &str) -> Option<&'a str> {
	params[name].as_str()
}

/// A number, or one written in decimal digits: amounts do not fit into every JSON.
pub fn opt_number(params: &Value, name: &str) -> Result<Option<u64>, Failure> {
	let wrong = || failure("BAD_PARAMS", format!("{name} is no number of 64 bits"));
	match &params[name] {
		Value::Null => Ok(None),
		Value::String(digits) => digits.parse().map(Some).map_err(|_| wrong()),
		other => other.as_u64().map(Some).ok_or_else(wrong),
	}
}

pub fn number(params: &Value, name: &str) -> Result<u64, Failure> {
	opt_number(params, name)?.ok_or_else(|| failure("BAD_PARAMS", format!("{name} is missing")))
}

pub fn flag(params: &Value, name: &str) -> bool {
	params[name].as_bool().unwrap_or(false)
}

fn list(value: &Value) -> &[Value] {
	value.as_array().map_or(&[], Vec::as_slice)
}

/// Strings of an array; an absent one is empty.
pub fn texts(value: &Value) -> Result<Vec<&str>, Failure> {
	list(value).iter().map(|item| item.as_str().ok_or_else(|| failure("BAD_PARAMS", "a list of strings"))).collect()
}

/// Node ids of an array; an absent one is empty.
pub fn points(value: &Value) -> Result<Vec<PublicKey>, Failure> {
	texts(value)?.into_iter().map(point).collect()
}

/// Lists of node ids; `None` when there is no array at all.
pub fn ways(value: &Value) -> Result<Option<Vec<Vec<PublicKey>>>, Failure> {
	value.as_array().map(|items| items.iter().map(points).collect()).transpose()
}
