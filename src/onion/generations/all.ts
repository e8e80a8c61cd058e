import type { Generation } from '../generation.js'
import { modern } from './modern.js'
import { modernUncounted } from './modern-uncounted.js'
import { obs } from './obs.js'
import { obs2 } from './obs2.js'

/** Every wire form of onion messages since c-lightning v0.9.3, newest first. Of two that share a type the first is tried first. */
export const GENERATIONS: readonly Generation[] = [modern, modernUncounted, obs2, obs]
