import { useBackend } from '../../src/crypto/backend.js'
import { toyBackend } from './toy-backend.js'

// The first import of a test file that runs on the toy group: nothing may have used another backend before.
useBackend(toyBackend)
