import { flips } from '../properties/suites/flips.js'

flips(15, ['invoice_request', 'invoice', 'payer_proof'])
flips(15, ['offer of 2021', 'invoice_request of 2021', 'invoice of 2021'])
