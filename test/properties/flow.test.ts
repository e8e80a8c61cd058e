import '../support/use-toy.js'
import { flow } from './suites/flow.js'

flow(150)
