/** Ends the process with one line where Node is too old. Plain syntax: Node 12 has to read this file, and those that import it. */
import { readFileSync } from 'fs'

/** @param file - URL of the package.json that says which Node is needed, as `>=20.19` */
export function requireNode(file) {
  const required = JSON.parse(readFileSync(file, 'utf8')).engines.node.replace('>=', '')
  const [major, minor] = numbersOf(process.versions.node)
  const [leastMajor, leastMinor] = numbersOf(required)
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return
  process.stderr.write(
    `engram needs Node ${required} or newer, this is ${process.versions.node}: install a newer one from https://nodejs.org\n`,
  )
  process.exit(1)
}

function numbersOf(version) {
  return version.split('.').map(Number)
}
