import { flips } from './suites/flips.js'

// On secp256k1 itself, where other keys share an x coordinate. Requests: test/bolt12/properties.test.ts.
flips(1, ['invoice', 'payer_proof'])
