import '../../support/use-toy.js'
import { paySuite } from './pay.suite.js'

paySuite('ideal channels', { ideal: true })
paySuite('ideal channels, loaded before every step', { ideal: true, reload: true })
paySuite('hosted channels', {})
