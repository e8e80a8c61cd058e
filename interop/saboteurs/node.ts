/**
 * A node that is broken in one stated way: `node.ts --fault NAME`, and then the options that the lab starts our daemon
 * with. It is that daemon, with one part replaced; the daemon that ships has no such switch.
 * @module
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { useBackend } from '../../src/crypto/backend.js'
import { parseAddress } from '../../src/node/addresses.js'
import { startDaemon } from '../../src/node/daemon.js'
import { systemRandom } from '../../src/node/random.js'
import { FAULTS } from './faults.js'

const { values } = parseArgs({
  options: {
    fault: { type: 'string', default: '' },
    network: { type: 'string' },
    'data-dir': { type: 'string', default: '.' },
    listen: { type: 'string', default: '127.0.0.1:0' },
    json: { type: 'boolean' },
    log: { type: 'string' },
    capture: { type: 'string' },
    'capture-keys': { type: 'boolean', default: false },
  },
})
const fault = FAULTS[values.fault]
if (fault === undefined) {
  process.stderr.write(`--fault is one of ${Object.keys(FAULTS).join(', ')}\n`)
  process.exit(2)
}
if (fault.backend) useBackend(fault.backend)
const { node, socketPath, stop, stopped } = await startDaemon({
  network: 'regtest',
  dataDir: join(values['data-dir'], 'regtest'),
  version: `saboteur ${values.fault}`,
  listen: [parseAddress(values.listen)],
  ...(fault.channel && { channel: fault.channel }),
  ...(values.capture !== undefined && { capture: { path: values.capture, keys: values['capture-keys'] } }),
  onEvent: (event) => process.stderr.write(`${JSON.stringify(event)}\n`),
  onFault: (error) => process.stderr.write(`${JSON.stringify({ kind: 'fault', message: String(error) })}\n`),
})
fault.meddle?.(node, systemRandom)
for (const name of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(name, () => void stop())
process.channel?.unref()
const { nodeId, addresses } = node.info()
process.stdout.write(`${JSON.stringify({ ready: true, node_id: nodeId, addresses, socket: socketPath })}\n`)
await stopped
