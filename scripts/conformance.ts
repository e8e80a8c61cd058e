// npm run conformance: runs the tests that carry the id of a rule, and writes docs/conformance.md. Exit 1 when a rule with
// status `tested` has no passing test, when a tagged test fails, or when a rule is put aside without a reason.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformancePage, judge, type Rule, type TaggedTest } from './lib/conformance.js'
import { ROOT, run, tool } from './lib/run.js'

const rules: readonly Rule[] = JSON.parse(readFileSync(join(ROOT, 'conformance', 'rules.json'), 'utf8'))

/** Runs the tagged tests alone; `output` is what vitest printed. */
async function runTagged(): Promise<{ tests: readonly TaggedTest[]; failures: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'lno-conformance-'))
  try {
    const report = join(folder, 'report.json')
    const args = ['run', '--tags-filter', '*', '--reporter=json', '--outputFile', report]
    const { code, output } = await run(tool('vitest'), args)
    interface Report {
      readonly testResults: readonly {
        readonly name: string
        readonly status: string
        readonly message: string
        readonly assertionResults: readonly {
          readonly fullName: string
          readonly status: string
          readonly tags: readonly string[]
          readonly failureMessages: readonly string[] | null
        }[]
      }[]
    }
    let files: Report['testResults']
    try {
      files = (JSON.parse(readFileSync(report, 'utf8')) as Report).testResults
    } catch {
      return { tests: [], failures: [`vitest wrote no report: ${output.trim()}`] }
    }
    const tests = files.flatMap(({ assertionResults }) => assertionResults)
    const failures = [
      ...tests
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => `${fullName}\n${failureMessages?.[0] ?? ''}`),
      // A file that could not be loaded has a message and no failed test.
      ...files
        .filter(({ status, message }) => status === 'failed' && message !== '')
        .map((f) => `${f.name}\n${f.message}`),
    ]
    return { tests, failures: failures.length === 0 && code !== 0 ? [output.trim()] : failures }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { tests, failures } = await runTagged()
const verdicts = judge(rules, tests)
writeFileSync(join(ROOT, 'docs', 'conformance.md'), conformancePage(verdicts))

const problems = verdicts.flatMap(({ rule, problem }) => (problem === undefined ? [] : [`${rule.id}: ${problem}`]))
for (const problem of [...problems, ...failures]) console.log(problem)
const count = (status: Rule['status']) => rules.filter((rule) => rule.status === status).length
const proven = verdicts.filter(
  ({ rule, passing, problem }) => rule.status === 'tested' && passing > 0 && !problem,
).length
console.log(
  `${rules.length} rules: ${proven} of ${count('tested')} tested pass, ${count('advice')} advice, ${count('later')} later; ` +
    `${tests.filter(({ tags, status }) => tags.length > 0 && status === 'passed').length} tests carry a rule`,
)
process.exitCode = problems.length === 0 && failures.length === 0 ? 0 : 1
