// npm run interop:doc [-- REPORT_JSON]: writes docs/interop.md from the last full run. With a report, that becomes the last
// full run first, without its files.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LAST_RUN, lastRun, lastRunJson } from '../interop/report/last.js'
import { INTEROP_PAGE, interopPage } from '../interop/report/markdown.js'

const [given] = process.argv.slice(2)
if (given !== undefined) {
  if (!existsSync(given)) {
    console.error(`there is no ${given}: npm run interop -- --report DIR writes DIR/report.json`)
    process.exit(1)
  }
  mkdirSync(dirname(LAST_RUN), { recursive: true })
  writeFileSync(LAST_RUN, lastRunJson(JSON.parse(readFileSync(given, 'utf8'))))
}
const report = lastRun()
writeFileSync(INTEROP_PAGE, interopPage(report))
console.log(report === undefined ? 'no full run is recorded' : `${report.cells.length} cells`)
