// npm run vectors:make: writes vectors/lno. With the path of a report (who agreed with which vectors, see the README there)
// that is added to agreed.json first.
import { readFileSync, writeFileSync } from 'node:fs'
import { type AgreementReport, withReport } from './lib/lno-vectors/agreed.js'
import { agreements, asJson, FOLDER, lnoFiles, vectorFiles } from './lib/lno-vectors/files.js'

const files = vectorFiles()
let agreed = agreements()
for (const path of process.argv.slice(2)) {
  const report: AgreementReport = JSON.parse(readFileSync(path, 'utf8'))
  agreed = withReport(agreed, report, files)
  writeFileSync(new URL('agreed.json', FOLDER), asJson(agreed))
}
for (const [name, text] of lnoFiles(files, agreed)) {
  writeFileSync(new URL(name, FOLDER), text)
  console.log(`${name}  ${(text.length / 1024).toFixed(0)} kB`)
}
