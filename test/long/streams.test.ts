import '../support/use-toy.js'
import { streams } from '../properties/suites/streams.js'

streams(500)
