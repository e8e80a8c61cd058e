#!/usr/bin/env node
// Only what an old Node can read stands here: everything else is loaded after the check.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`lno: Node 20.19 or newer is needed, this is ${process.versions.node}\n`)
  process.exit(1)
}
const [{ main }, { processIo }] = await Promise.all([import('./program.js'), import('./frame/process-io.js')])
const io = processIo()
process.exitCode = await main(process.argv.slice(2), io)
// What was interrupted may still hold a timer, or standard input; it must not keep the process alive.
if (io.signal.aborted) process.exit()

export {}
