/**
 * A Slurm with one node, in a folder of its own and on ports of its own: its daemons run as the user who starts them, out of
 * unpacked packages, so that neither root nor an installation is needed.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { hostname, tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { beganOf } from '../../src/node/lock.ts'
import { unpackPackages } from '../wgpu/debian.ts'

const execute = promisify(execFile)

const PACKAGES = ['slurmctld', 'slurmd', 'slurm-client', 'munge', 'parallel']

/** CPUs of the node, so many tasks at the same time: more than most machines have that run the tests. */
const CPUS = 3

export interface Cluster {
  /** With Slurm's programs on the PATH. */
  readonly environment: NodeJS.ProcessEnv
  /** Cancels all jobs and ends the daemons. */
  stop(): Promise<void>
}

/**
 * Fetches Slurm the first time, starts it and waits for the node.
 * @param isEnded - true = give up
 * @throws Error of one line where that fails; nothing of it runs then
 */
export async function startCluster(isEnded: () => boolean): Promise<Cluster> {
  const found = (process.env.PATH ?? '').split(delimiter).some((path) => existsSync(join(path, 'apt-get')))
  if (!found) throw new Error('test:slurm takes Slurm from the packages of Debian or Ubuntu; run it there')
  const packages = await unpackPackages('slurm', PACKAGES)
  const folder = mkdtempSync(join(tmpdir(), 'engram-slurm-'))
  const environment = environmentOf(packages, folder)
  const stop = async (): Promise<void> => {
    await emptyQueue(environment)
    for (const name of ['slurmd', 'slurmctld', 'munged']) await endProcess(join(folder, `${name}.pid`))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await writeConfiguration(packages, folder, environment)
    const start = (names: readonly string[], ...args: string[]) =>
      execute(programOf(packages, names), args, { env: environment })
    const munge = ['socket', 'pid-file', 'log-file', 'seed-file', 'key-file'].map(
      (name) => `--${name}=${join(folder, MUNGE_FILES[name] as string)}`,
    )
    await start(['munged'], '--force', ...munge)
    await start(['slurmctld-wlm', 'slurmctld'])
    await start(['slurmd-wlm', 'slurmd'], '-d', programOf(packages, ['slurmstepd-wlm', 'slurmstepd']))
    await untilIdle(environment, folder, isEnded)
    return { environment, stop }
  } catch (error) {
    const { message, stderr = '' } = error as Error & { readonly stderr?: string }
    const lines = stderr.split('\n').filter((line) => line.trim() !== '')
    const why = lines.find((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? errorOf(folder) ?? message
    await stop()
    throw new Error(`Slurm does not start: ${why.trim()}`, { cause: error })
  }
}

const MUNGE_FILES: Readonly<Record<string, string>> = {
  socket: 'munge.socket',
  'pid-file': 'munged.pid',
  'log-file': 'munged.log',
  'seed-file': 'munge.seed',
  'key-file': 'munge.key',
}

/** The first that is there, unpacked or installed. */
function programOf(packages: string, names: readonly string[]): string {
  const places = [packages, '/'].flatMap((at) => [join(at, 'usr/sbin'), join(at, 'usr/bin')])
  const paths = names.flatMap((name) => places.map((place) => join(place, name)))
  const found = paths.find(existsSync)
  if (found === undefined) throw new Error(`the packages have no ${names.join(' or ')}`)
  return found
}

/** Folder of the shared libraries of packages, unpacked or installed: `usr/lib/x86_64-linux-gnu`, or of another machine. */
function librariesOf(root: string): string[] {
  const lib = join(root, 'usr/lib')
  if (!existsSync(lib)) return []
  return readdirSync(lib).flatMap((name) => (name.endsWith('-linux-gnu') ? [join(lib, name)] : []))
}

function pluginsOf(packages: string): string {
  const places = [packages, '/'].flatMap(librariesOf).map((lib) => join(lib, 'slurm-wlm'))
  const found = places.find((place) => existsSync(join(place, 'auth_munge.so')))
  if (found === undefined) throw new Error('the packages have no auth_munge.so')
  return found
}

function environmentOf(packages: string, folder: string): NodeJS.ProcessEnv {
  const libraries = librariesOf(packages).flatMap((lib) => [lib, join(lib, 'slurm-wlm')])
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(SLURM|SBATCH|SQUEUE|SCANCEL|SINFO)_/.test(name),
  )
  return {
    ...Object.fromEntries(own),
    PATH: [join(packages, 'usr/bin'), process.env.PATH].join(delimiter),
    LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
    SLURM_CONF: join(folder, 'slurm.conf'),
    PARALLEL_HOME: join(folder, 'parallel'),
  }
}

async function writeConfiguration(packages: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const host = hostname().split('.')[0] as string
  const { username } = userInfo()
  const [controller, node] = await freePorts(2)
  const lines = [
    'ClusterName=engram',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controller}`,
    `SlurmdPort=${node}`,
    'AuthType=auth/munge',
    // A requeued task waits for so long, in s.
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=5`,
    `PluginDir=${pluginsOf(packages)}`,
    `SlurmUser=${username}`,
    `SlurmdUser=${username}`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    ...['slurmctld', 'slurmd'].flatMap((name) => {
      const key = name.replace('s', 'S')
      return [`${key}PidFile=${folder}/${name}.pid`, `${key}LogFile=${folder}/${name}.log`]
    }),
    'ProctrackType=proctrack/pgid',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'SlurmdParameters=config_overrides',
    // A node that is set down stays down.
    'ReturnToService=1',
    'SchedulerParameters=sched_interval=2,bf_interval=2',
    'MpiDefault=none',
    'MailProg=/bin/true',
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${CPUS} State=UNKNOWN`,
    `PartitionName=gpu Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
  ]
  for (const name of ['state', 'spool', 'parallel']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'slurm.conf'), `${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'munge.key'), randomBytes(128), { mode: 0o600 })
  // From this version on, Slurm looks for control groups where nothing uses them.
  const { stdout } = await execute('sinfo', ['--version'], { env })
  if (Number(/ (\d+\.\d+)/.exec(stdout)?.[1]) >= 23.02)
    writeFileSync(join(folder, 'cgroup.conf'), 'CgroupPlugin=disabled\n')
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
  return ports
}

async function untilIdle(env: NodeJS.ProcessEnv, folder: string, isEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    await wait(250)
    if (isEnded()) throw new Error('ended by a signal')
    const { stdout } = await execute('sinfo', ['--noheader', '--format=%T'], { env }).catch(() => ({
      stdout: '',
    }))
    if (stdout.trim() === 'idle') return
  }
  throw new Error(`its node is not idle after 60 s: ${errorOf(folder) ?? 'its logs say nothing'}`)
}

/** The last error of the daemons. */
function errorOf(folder: string): string | undefined {
  const logs = ['slurmctld.log', 'slurmd.log'].map((name) => join(folder, name)).filter(existsSync)
  return logs.flatMap((log) => readFileSync(log, 'utf8').match(/(?:error|fatal): .*/g) ?? []).at(-1)
}

/** Cancels all jobs, and waits until their processes have ended. */
async function emptyQueue(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await execute('scancel', ['--partition=gpu'], { env, timeout: 5000 })
    for (const end = Date.now() + 45_000; Date.now() < end;) {
      await wait(250)
      const { stdout } = await execute('squeue', ['--noheader'], { env, timeout: 5000 })
      if (stdout.trim() === '') return
    }
  } catch {
    // Slurm has not come so far.
  }
}

/** Ends the process of a file, by force after 10 s. */
async function endProcess(file: string): Promise<void> {
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : NaN
  if (!(pid > 1)) return
  try {
    process.kill(pid, 'SIGTERM')
    const end = Date.now() + 10_000
    while (beganOf(pid) !== '' && Date.now() < end) await wait(50)
    if (beganOf(pid) !== '') process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
