import { fileURLToPath } from 'node:url'
import type { Driver } from '../driver.js'
import { DAEMON, lnoDriver } from './lno.js'

const PROGRAM = fileURLToPath(new URL('../profiles/node.ts', import.meta.url))

const emulating = (release: string): readonly string[] => [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  PROGRAM,
  '--emulate',
  release,
]

/** Nodes of ours in the disguise of a release, and the daemon that ships when it is told to speak forms of 2021 alone. */
export function profileDrivers(version: string): readonly Driver[] {
  return [
    lnoDriver({
      name: 'lno-v0.10.2',
      version: `${version}, emulating v0.10.2`,
      program: emulating('v0.10.2'),
      form: '2021',
      asks: [387, 385],
      attempts: 1,
    }),
    lnoDriver({
      name: 'lno-v0.11',
      version: `${version}, emulating v0.11`,
      program: emulating('v0.11'),
      form: '2021',
      asks: [513, 387],
      attempts: 1,
    }),
    lnoDriver({
      name: 'lno-v22.11',
      version: `${version}, emulating v22.11`,
      program: emulating('v22.11'),
      asks: [513],
      attempts: 1,
    }),
    lnoDriver({
      name: 'lno-2021',
      version: `${version}, speaking obs2 and obs alone`,
      program: [...DAEMON, '--generations', 'obs,obs2'],
      form: '2021',
    }),
  ]
}
