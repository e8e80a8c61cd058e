// npm run vectors: every vector of the specifications and of our own, a row a file. Exit 1 when one is missed or not replayed.
import { collectReplays } from '../test/vectors/collect.js'

let passed = 0
let total = 0
let problems = 0
const collected = await collectReplays()
const width = Math.max(...collected.map(({ file }) => file.length))
for (const { file, cases, problem } of collected) {
  const misses: string[] = []
  for (const { name, run } of cases) {
    try {
      run()
    } catch (error) {
      misses.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  console.log(`${file.padEnd(width)}  ${cases.length - misses.length}/${cases.length}`)
  for (const miss of [...misses, ...(problem === undefined ? [] : [problem])]) console.log(miss.replace(/^/gm, '    '))
  passed += cases.length - misses.length
  total += cases.length
  if (problem !== undefined) problems++
}
console.log(`${'total'.padEnd(width)}  ${passed}/${total}`)
if (problems > 0) console.log(`${problems} of ${collected.length} files were not replayed`)
process.exitCode = passed === total && problems === 0 ? 0 : 1
