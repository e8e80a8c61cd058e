import '../support/use-toy.js'
import { payments } from '../properties/suites/payments.js'

// Shards, so that each has its own seed, which is printed when it fails. PAYMENT_WORLDS asks for another number of cases.
const SHARDS = 40
const cases = Math.ceil(Number(process.env.PAYMENT_WORLDS ?? 20_000) / SHARDS)

for (let shard = 0; shard < SHARDS; shard++) payments({ cases, mostCommands: 40, name: `, shard ${shard}` })
