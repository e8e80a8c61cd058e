// A run of the lab that is ended from outside: starts two containers, says so, and waits.
// node --import tsx container-run.ts IMAGE DIR [fail]
import { startLnoContainer } from '../../../interop/containers/lno.js'
import { openContainers } from '../../../interop/lib/containers.js'

const [image = '', dir = '', how] = process.argv.slice(2)
const run = await openContainers()
if ('reason' in run) throw new Error(run.reason)
await startLnoContainer(run, image, { role: 'payee', dir })
await startLnoContainer(run, image, { role: 'relay', dir })
console.log(JSON.stringify({ run: run.id }))
if (how === 'fail') throw new Error('a fault of the lab')
setInterval(() => undefined, 60_000)
