/** Prints `N passed, N failed` from a report of vitest's JSON reporter. A file that fails to load and a skipped test fail. */
import { readFileSync } from 'node:fs'

let passed = 0
let failed = 1
try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
  passed = report.numPassedTests
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  failed = report.numTotalTests - passed + brokenFiles.length
  if (!report.success) failed = Math.max(failed, 1)
} catch (error) {
  console.error(`no test report: ${error.message}`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
