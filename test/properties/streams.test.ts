import '../support/use-toy.js'
import { expect, test } from 'vitest'
import { declared } from './declared.js'
import { streams } from './suites/streams.js'

test('what the sources declare is found', () => {
  const tables = declared.tables.map(([name]) => name)
  expect(tables).toEqual(
    expect.arrayContaining([
      ...'OFFER INVOICE_REQUEST INVOICE INVOICE_ERROR PAYER_PROOF ENCRYPTED_DATA ONION_MESSAGE_PAYLOAD'.split(' '),
      ...'UNCOUNTED_PAYLOAD OBS2_PAYLOAD OBS2_ENCRYPTED_DATA OBS_PAYLOAD'.split(' '),
      ...'PAYMENT_PAYLOAD LEGACY_OFFER LEGACY_INVOICE_REQUEST LEGACY_INVOICE'.split(' '),
    ]),
  )
  const messages = declared.messages.map(({ name }) => name)
  expect(messages).toEqual(expect.arrayContaining(['init', 'ping', 'query_short_channel_ids', 'reply_channel_range']))
  const records = declared.records.map(({ name }) => name)
  expect(records).toEqual(expect.arrayContaining(['offer', 'promise', 'request', 'peer', 'schema version']))
})

streams(20)
