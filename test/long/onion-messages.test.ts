import '../support/use-toy.js'
import { onionMessages } from '../properties/suites/onion-messages.js'

onionMessages(3000)
