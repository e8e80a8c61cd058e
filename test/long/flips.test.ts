import { flips } from '../properties/suites/flips.js'

flips(15, ['invoice_request', 'invoice', 'payer_proof'])
