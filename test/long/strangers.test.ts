import '../support/use-toy.js'
import { strangers } from '../properties/suites/strangers.js'

strangers(2000)
