import { paySuite } from './pay.suite.js'

// The same on secp256k1 itself, over channels that sign nothing.
paySuite('ideal channels, on the curve', { ideal: true })
