import '../support/use-toy.js'
import { flips } from './suites/flips.js'

flips(4, ['invoice_request', 'invoice', 'payer_proof'])
flips(2, ['offer of 2021', 'invoice_request of 2021', 'invoice of 2021'])
