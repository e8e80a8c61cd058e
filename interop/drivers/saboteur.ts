import { fileURLToPath } from 'node:url'
import type { Driver } from '../driver.js'
import { FAULTS } from '../saboteurs/faults.js'
import { lnoDriver } from './lno.js'

const PROGRAM = fileURLToPath(new URL('../saboteurs/node.ts', import.meta.url))

/**
 * One driver a fault: a node of ours with a broken part. They are in no matrix: each must turn cells red, and a test sees
 * to it.
 */
export const SABOTEURS: readonly Driver[] = Object.keys(FAULTS).map((fault) =>
  lnoDriver({
    name: fault,
    version: `saboteur ${fault}`,
    program: [process.execPath, '--import', import.meta.resolve('tsx'), PROGRAM, '--fault', fault],
  }),
)
