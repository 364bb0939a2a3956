/**
 * Makes a release: `npm run release -- 0.2.0`. Checks that the tree is clean and on main, that the version is new and that
 * CHANGELOG.md has entries below a heading `## Unreleased`, or one of the version without a date; runs everything that CI runs; writes the version and the date; commits, tags and
 * packs. Publishes and pushes nothing: the last lines are the commands for that.
 *   --dry-run   checks and prints what would be done, without the tests; changes nothing
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const [version = '', ...rest] = process.argv.slice(2).filter((word) => word !== '--dry-run')
const isDry = process.argv.includes('--dry-run')
const today = new Date().toISOString().slice(0, 10)
const [changelog, citation, project] = ['CHANGELOG.md', 'CITATION.cff', 'python/pyproject.toml'].map((name) =>
  readFileSync(name, 'utf8'),
)
const { version: current } = JSON.parse(readFileSync('package.json', 'utf8'))

const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)
if (parts === null || rest.length > 0)
  fail('give one version, such as: npm run release -- 0.2.0 (--dry-run only checks)')
if (isOlder()) fail(`version ${version} is below ${current}, that of package.json`)
const heading = new RegExp(`^## (Unreleased|${version.replaceAll('.', '\\.')})$`, 'm')
const entries = changelog.split(/^(?=## )/m).find((section) => heading.test(section)) ?? ''
if (!/^- /m.test(entries))
  fail('CHANGELOG.md has no heading "## Unreleased" with entries; write what users notice')
if (!/^version: .+$/m.test(citation)) fail('CITATION.cff has no line "version: ..."')
if (!/^version = .+$/m.test(project)) fail('python/pyproject.toml has no line "version = ..."')
if (output('git', 'status', '--porcelain') !== '') fail('the working tree has changes; commit them first')
const branch = output('git', 'branch', '--show-current')
if (branch !== 'main') fail(`releases are made on main, this is ${branch || 'no branch'}; git switch main`)
if (output('git', 'tag', '--list', `v${version}`) !== '') fail(`the tag v${version} is there already`)

act('bash', '.ci/run')
write('CHANGELOG.md', changelog.replace(heading, `## ${version} (${today})`))
write(
  'CITATION.cff',
  citation
    .replace(/^version: .+$/m, `version: ${version}`)
    .replace(/^(date-released: .+\n)?license:/m, `date-released: ${today}\nlicense:`),
)
write('python/pyproject.toml', project.replace(/^version = .+$/m, `version = "${version}"`))
act('npm', 'version', version, '--no-git-tag-version', '--allow-same-version')
act('git', 'commit', '--all', '--message', `Release ${version}`)
act('git', 'tag', '--annotate', `v${version}`, '--message', `engram ${version}`)
act('npm', 'pack')
process.stdout.write(
  `${isDry ? 'would be' : 'is'} released here: git push --follow-tags lets the workflow release.yml build and attach the tarball\n`,
)

function isOlder() {
  const before = current.split('.').map(Number)
  const differences = parts.slice(1).map((part, k) => Number(part) - before[k])
  return (differences.find((difference) => difference !== 0) ?? 0) < 0
}

function output(program, ...words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' })
  if (status !== 0) fail(`${program} ${words.join(' ')} fails: ${error?.message ?? stderr}`)
  return stdout.trim()
}

function act(program, ...words) {
  process.stdout.write(`${isDry ? 'would run' : 'runs'} ${program} ${words.join(' ')}\n`)
  if (isDry) return
  const { status } = spawnSync(program, words, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0)
    fail(`${program} ${words.join(' ')} fails; nothing is published, git diff shows what is changed`)
}

function write(name, text) {
  process.stdout.write(`${isDry ? 'would write' : 'writes'} ${name}\n`)
  if (!isDry) writeFileSync(name, text)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
