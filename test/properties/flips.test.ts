import '../support/use-toy.js'
import { flips } from './suites/flips.js'

flips(4, ['invoice_request', 'invoice', 'payer_proof'])
