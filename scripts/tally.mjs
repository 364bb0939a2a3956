/**
 * Prints `N passed, N failed` of all reports of vitest's JSON reporter that it is given. A report that is not there, a file that
 * fails to load and a skipped test fail.
 */
import { readFileSync } from 'node:fs'

const totals = { passed: 0, failed: 0 }
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    const brokenFiles = report.testResults.filter(
      (one) => one.status === 'failed' && one.assertionResults.length === 0,
    )
    const failed = report.numTotalTests - report.numPassedTests + brokenFiles.length
    totals.passed += report.numPassedTests
    totals.failed += report.success && report.numPassedTests > 0 ? failed : Math.max(failed, 1)
  } catch (error) {
    console.error(`no test report: ${error.message}`)
    totals.failed += 1
  }
}
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
