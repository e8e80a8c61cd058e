import '../support/use-toy.js'
import { flips } from './suites/flips.js'

flips(8, ['invoice_request', 'invoice'])
