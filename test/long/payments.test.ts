import '../support/use-toy.js'
import { payments, paymentsBesideLiar } from '../properties/suites/payments.js'

/** Each has a seed of its own, which is printed when it fails. */
const SHARDS = 40
/** PAYMENT_WORLDS asks for another number of worlds. */
const worlds = Number(process.env.PAYMENT_WORLDS ?? 20_000)
const cases = Math.ceil(worlds / SHARDS)

for (let shard = 1; shard <= SHARDS; shard++) payments({ cases, mostCommands: 40, name: `, ${shard} of ${SHARDS}` })
for (let shard = 1; shard <= 8; shard++) {
  paymentsBesideLiar({ cases: Math.ceil(cases / 2), mostCommands: 40, name: `, ${shard} of 8` })
}
