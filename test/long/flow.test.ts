import '../support/use-toy.js'
import { flow } from '../properties/suites/flow.js'

flow(8000)
