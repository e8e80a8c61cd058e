import '../support/use-toy.js'
import { strangers } from './suites/strangers.js'

strangers(40)
