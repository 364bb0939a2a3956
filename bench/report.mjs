/**
 * `npm run bench:report`: puts the tables of bench/results/*.json between the markers of docs/performance.md and docs/performance-details.md,
 * `<!-- bench:NAME -->` and `<!-- /bench -->`.
 */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'

const root = new URL('..', import.meta.url)
const readJson = async (name) => JSON.parse(await readFile(new URL(name, root), 'utf8'))
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
const digits = (value) => (value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2))))
const table = (rows) => rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const headed = ([head, ...rows]) =>
  table([head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows])

/** ms per tick of every library at every work: the median, and what engram's median is of it. */
function peersTable({ peers, works }) {
  const rows = works.map(({ title, load, results }) => {
    const times = new Map(results.map(({ peer, rounds }) => [peer, median(rounds)]))
    const own = times.get('engram')
    const cells = peers.map(({ id }) => {
      const time = times.get(id)
      if (time === undefined || Number.isNaN(time)) return '-'
      return id === 'engram' ? `**${digits(time)}**` : `${digits(time)} (${digits(time / own)}x)`
    })
    return [title, ...cells, load.toFixed(1)]
  })
  return headed([['ms per tick', ...peers.map(({ title, on }) => `${title} (${on})`), 'load'], ...rows])
}

/** Lowest and highest round, the time to the first tick, and the difference to plain loops. */
function spreadTable({ peers, works }) {
  const rows = works.flatMap(({ title, results }) =>
    results.map(({ peer, rounds, prepared, difference, refused }) => [
      `${title}: ${peers.find(({ id }) => id === peer).title}`,
      refused ?? `${digits(Math.min(...rounds))} to ${digits(Math.max(...rounds))}`,
      prepared === undefined ? '-' : digits(prepared),
      difference === null ? '-' : difference.toExponential(0),
    ]),
  )
  return headed([['', 'ms per tick, all rounds', 'ms to the first tick', 'difference'], ...rows])
}

/** What `npm run bench` has written for one adapter. */
function ownTable({ rows }) {
  const lines = rows.map(({ network, ms, dispatches, bytes, share }) => [
    network,
    `${digits(median(ms))} (${digits(Math.min(...ms))} to ${digits(Math.max(...ms))})`,
    String(Number(dispatches.toFixed(3))),
    bytes.toLocaleString('en'),
    `${(100 * share).toFixed(0)} %`,
  ])
  return headed([['', 'ms per tick', 'dispatches', 'bytes bound', 'of the copy bandwidth'], ...lines])
}

/** What `npm run bench:scaling` has written for one adapter. */
function scalingTable({ bySize, byReplicas }) {
  const rows = (curves, head) =>
    headed([[head, ...curves[0].x.map(String)], ...curves.map(({ name, ms }) => [name, ...ms.map(digits)])])
  return `${rows(bySize, 'ms per tick, by neurons')}\n\n${rows(byReplicas, 'ms per tick, by replicas')}`
}

/** The median of a number of the rounds that have it. */
function of(rounds, value) {
  const found = rounds.map(value).filter((one) => one !== undefined)
  return found.length === 0 ? undefined : median(found)
}

const seconds = (ms) => (ms === undefined ? '-' : digits(ms / 1000))

/** What a user waits for: seconds, memory, and the parts of a run. */
function jobsTable({ measured }) {
  const part = (rounds, from, to) =>
    seconds(
      of(rounds, ({ marks }) => (marks.read === undefined ? undefined : marks[to] - (marks[from] ?? 0))),
    )
  const rows = measured
    .filter(({ isInTable }) => isInTable)
    .map(({ name, rounds, gpu, load }) => [
      name,
      seconds(of(rounds, ({ wall }) => wall)),
      seconds(of(rounds, ({ cpu }) => cpu)),
      of(rounds, ({ memory }) => memory)?.toFixed(0) ?? '-',
      gpu === undefined ? '-' : digits(gpu),
      part(rounds, undefined, 'read'),
      part(rounds, 'read', 'compiled'),
      part(rounds, 'compiled', 'ran'),
      part(rounds, 'ran', 'end'),
      String(rounds.length),
      load.toFixed(1),
    ])
  return headed([
    [
      '',
      'wall, s',
      'CPU, s',
      'process, MiB',
      'adapter, MiB',
      'start',
      'compile',
      'run',
      'write',
      'rounds',
      'load',
    ],
    ...rows,
  ])
}

/** The same jobs in another commit, in turns: now, and as a part of before. */
function againstTable({ measured }) {
  const rows = measured
    .filter(({ against }) => against !== undefined)
    .map(({ name, rounds: newest, turns, against, load }) => {
      const rounds = turns ?? newest
      const ratio = (value) => {
        const [now, before] = [of(rounds, value), of(against, value)]
        return now === undefined || before === undefined ? '-' : (now / before).toFixed(2)
      }
      return [
        name,
        seconds(of(rounds, ({ wall }) => wall)),
        ratio(({ wall }) => wall),
        ratio(({ cpu }) => cpu),
        ratio(({ memory }) => memory),
        load.toFixed(1),
      ]
    })
  const [commit = ''] = measured.flatMap(({ commit: one }) => one ?? [])
  return headed([
    [`before: ${commit}`, 'wall, s', 'wall / before', 'CPU / before', 'memory / before', 'load'],
    ...rows,
  ])
}

/** MiB of each shipped scenario. */
function memoryTable({ scenarios }) {
  return headed([
    ['MiB', 'process of `engram run`', 'scripts of the page', 'buffers on the adapter'],
    ...scenarios.map(({ name, process, page, gpu }) => [
      `\`${name}\``,
      process.toFixed(0),
      digits(page),
      digits(gpu),
    ]),
  ])
}

const tables = {}
const results = await readdir(new URL('bench/results', root))
for (const name of results) {
  if (!name.endsWith('.json')) continue
  const json = await readJson(`bench/results/${name}`)
  const id = name.replace('.json', '')
  if (id === 'peers') Object.assign(tables, { peers: peersTable(json), spread: spreadTable(json) })
  else if (id === 'jobs') Object.assign(tables, { jobs: jobsTable(json), against: againstTable(json) })
  else if (id === 'memory') tables.memory = memoryTable(json)
  else tables[id] = id.startsWith('scaling') ? scalingTable(json) : ownTable(json)
}

for (const name of ['docs/performance.md', 'docs/performance-details.md']) {
  const file = fileURLToPath(new URL(name, root))
  const text = (await readFile(file, 'utf8')).replace(
    /(<!-- bench:([\w-]+) -->\n)[^]*?(<!-- \/bench -->)/g,
    (all, begin, id, end) => {
      if (tables[id] === undefined)
        throw new Error(`${name}: there is no bench/results for ${id}; measure it first`)
      return `${begin}\n${tables[id]}\n\n${end}`
    },
  )
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }))
}
