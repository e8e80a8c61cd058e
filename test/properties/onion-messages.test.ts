import '../support/use-toy.js'
import { onionMessages } from './suites/onion-messages.js'

onionMessages(30)
