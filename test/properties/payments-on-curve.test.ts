import { payments } from './suites/payments.js'

// On secp256k1 itself. Each case costs as much as fifty on the toy group.
payments({ cases: 20, mostCommands: 10 })
