/**
 * Names of peer messages by type, BOLT 1, 2, 4 and 7: implementations other than ours talk of channels and gossip, and a
 * step is easier to read by name. Which of them this project can decode is another matter.
 */
const NAMES: Readonly<Record<number, string>> = {
  1: 'warning',
  2: 'stfu',
  7: 'peer_storage',
  9: 'peer_storage_retrieval',
  16: 'init',
  17: 'error',
  18: 'ping',
  19: 'pong',
  32: 'open_channel',
  33: 'accept_channel',
  34: 'funding_created',
  35: 'funding_signed',
  36: 'channel_ready',
  38: 'shutdown',
  39: 'closing_signed',
  40: 'closing_complete',
  41: 'closing_sig',
  64: 'open_channel2',
  65: 'accept_channel2',
  66: 'tx_add_input',
  67: 'tx_add_output',
  68: 'tx_remove_input',
  69: 'tx_remove_output',
  70: 'tx_complete',
  71: 'tx_signatures',
  72: 'tx_init_rbf',
  73: 'tx_ack_rbf',
  74: 'tx_abort',
  128: 'update_add_htlc',
  130: 'update_fulfill_htlc',
  131: 'update_fail_htlc',
  132: 'commitment_signed',
  133: 'revoke_and_ack',
  134: 'update_fee',
  135: 'update_fail_malformed_htlc',
  136: 'channel_reestablish',
  256: 'channel_announcement',
  257: 'node_announcement',
  258: 'channel_update',
  259: 'announcement_signatures',
  261: 'query_short_channel_ids',
  262: 'reply_short_channel_ids_end',
  263: 'query_channel_range',
  264: 'reply_channel_range',
  265: 'gossip_timestamp_filter',
  385: 'onion_message (obs)',
  387: 'onion_message (obs2)',
  513: 'onion_message',
}

/** `onion_message`, `type 40001` */
export function messageName(type: number): string {
  return NAMES[type] ?? `type ${type}`
}
