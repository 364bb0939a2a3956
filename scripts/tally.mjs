/**
 * Prints the names of the tests that failed, with the first line of each message, and `N passed, N failed`, of all reports of
 * vitest's JSON reporter that it is given. A report that is not there, a file that fails to load and a skipped test fail.
 */
import { readFileSync } from 'node:fs'

const firstLine = (message) => (message ?? '').split('\n')[0]
const totals = { passed: 0, failed: 0 }
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    const brokenFiles = report.testResults.filter(
      (one) => one.status === 'failed' && one.assertionResults.length === 0,
    )
    const failed = report.numTotalTests - report.numPassedTests + brokenFiles.length
    for (const one of brokenFiles) console.log(`failed: ${one.name}: ${firstLine(one.message)}`)
    for (const test of report.testResults.flatMap((one) => one.assertionResults))
      if (test.status !== 'passed')
        console.log(`${test.status}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`)
    totals.passed += report.numPassedTests
    totals.failed += report.success && report.numPassedTests > 0 ? failed : Math.max(failed, 1)
  } catch (error) {
    console.error(`no test report: ${error.message}`)
    totals.failed += 1
  }
}
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
