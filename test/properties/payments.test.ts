import '../support/use-toy.js'
import { payments } from './suites/payments.js'

payments({ cases: 500, mostCommands: 30 })
