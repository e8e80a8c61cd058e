import '../support/use-toy.js'
import { payments, paymentsBesideLiar } from './suites/payments.js'

payments({ cases: 500, mostCommands: 24 })
paymentsBesideLiar({ cases: 100, mostCommands: 24 })
