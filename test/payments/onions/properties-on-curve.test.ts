import { paymentOnions } from './suite.js'

paymentOnions(4)
