import '../support/use-toy.js'
import { payments, paymentsBesideLiar } from './suites/payments.js'

payments({ cases: 100, shards: 5, mostCommands: 20 })
paymentsBesideLiar({ cases: 60, mostCommands: 24 })
