import '../support/use-toy.js'
import { payments, paymentsBesideLiar } from '../properties/suites/payments.js'

/** PAYMENT_WORLDS asks for another number of worlds. */
const worlds = Number(process.env.PAYMENT_WORLDS ?? 20_000)
const SHARDS = 40

payments({ cases: Math.ceil(worlds / SHARDS), shards: SHARDS, mostCommands: 40 })
paymentsBesideLiar({ cases: Math.ceil(worlds / SHARDS / 4), shards: SHARDS / 2, mostCommands: 40 })
