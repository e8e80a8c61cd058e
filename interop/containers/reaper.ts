// The last resort: a program beside the lab that removes what is left of a run when the lab is gone, however it went:
// Ctrl-C, a crash, SIGKILL. It sees that by the end of its standard input. `node --import tsx reaper.ts RUN`
import { setTimeout as after } from 'node:timers/promises'
import { findEngine, isGone, removeLabelled } from './engine.js'

/** Milliseconds between two looks: an engine may still be making what the lab asked for with its last breath. */
const AGAIN_MS = 1_000

/** Looks in a row that must find nothing. */
const QUIET_LOOKS = 3

/** Looks after which it gives up. */
const MOST_LOOKS = 60

const run = process.argv[2] ?? ''
const engine = await findEngine()
if (run === '' || 'reason' in engine) process.exit(1)

// A process group of its own keeps Ctrl-C away; whoever ends the session is not heard either.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.stdout.on('error', () => undefined)
process.stdout.write('ready\n')
let told = ''
for await (const chunk of process.stdin) told += String(chunk)
// The lab has removed everything and looked.
if (told.includes('done')) process.exit(0)

let quiet = 0
for (let look = 0; look < MOST_LOOKS && quiet < QUIET_LOOKS; look++) {
  if (look > 0) await after(AGAIN_MS)
  try {
    quiet = isGone(await removeLabelled(engine, run)) ? quiet + 1 : 0
  } catch {
    quiet = 0
  }
}
process.exit(quiet < QUIET_LOOKS ? 1 : 0)
