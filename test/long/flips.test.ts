import { flips } from '../properties/suites/flips.js'

flips(40, ['invoice_request', 'invoice'])
