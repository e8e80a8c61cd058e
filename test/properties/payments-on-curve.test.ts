import { payments } from './suites/payments.js'

// On secp256k1 itself, where a signature costs a hundred times what it does on the toy group.
payments({ cases: 20, mostCommands: 12 })
