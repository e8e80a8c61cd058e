/** Messages that no honest sender makes; the vectors of `vectors/lno` are made with them as well. */
export {
  craftMessage,
  payloadOf,
  rawPacket,
  rawStream,
} from '../../scripts/lib/lno-vectors/onion-craft.js'
