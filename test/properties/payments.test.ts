import '../support/use-toy.js'
import { payments, paymentsBesideLiar } from './suites/payments.js'

payments({ cases: 100, shards: 5, mostCommands: 24 })
paymentsBesideLiar({ cases: 100, mostCommands: 24 })
