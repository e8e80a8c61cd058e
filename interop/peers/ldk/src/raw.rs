//! Contents of onion messages as plain bytes: LDK sends whatever TLV it is told to, and hands over what it does not know.

use crate::json::{event, hex};
use lightning::io::Read;
use lightning::ln::msgs::DecodeError;
use lightning::onion_message::messenger::{
	CustomOnionMessageHandler, MessageSendInstructions, Responder, ResponseInstruction,
};
use lightning::onion_message::packet::OnionMessageContents;
use lightning::util::ser::{Writeable, Writer};
use serde_json::json;

/// One TLV of the final hop's payload.
#[derive(Clone, Debug)]
pub struct Raw {
	pub tlv_type: u64,
	pub bytes: Vec<u8>,
}

impl Writeable for Raw {
	fn write<W: Writer>(&self, writer: &mut W) -> Result<(), lightning::io::Error> {
		writer.write_all(&self.bytes)
	}
}

impl OnionMessageContents for Raw {
	fn tlv_type(&self) -> u64 {
		self.tlv_type
	}

	fn msg_type(&self) -> &'static str {
		"raw contents"
	}
}

/// Takes any TLV that LDK has no handler for.
pub struct RawHandler;

impl CustomOnionMessageHandler for RawHandler {
	type CustomMessage = Raw;

	fn handle_custom_message(
		&self, message: Raw, context: Option<Vec<u8>>, responder: Option<Responder>,
	) -> Option<(Raw, ResponseInstruction)> {
		event(
			"contents_in",
			json!({
				"type": message.tlv_type.to_string(),
				"contents": hex(&message.bytes),
				"context": context.map(|bytes| hex(&bytes)),
				"reply_path": responder.is_some(),
			}),
		);
		None
	}

	fn read_custom_message<R: Read>(&self, tlv_type: u64, reader: &mut R) -> Result<Option<Raw>, DecodeError> {
		let mut bytes = Vec::new();
		reader.read_to_limit(&mut bytes, u64::MAX).map_err(|_| DecodeError::ShortRead)?;
		Ok(Some(Raw { tlv_type, bytes }))
	}

	fn release_pending_custom_messages(&self) -> Vec<(Raw, MessageSendInstructions)> {
		vec![]
	}
}
