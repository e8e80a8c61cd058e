import '../../support/use-toy.js'
import { paymentOnions } from './suite.js'

paymentOnions(150)
