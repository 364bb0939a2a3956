#!/usr/bin/env node
import { spawnSync } from 'child_process'
import { existsSync } from 'fs'
import { fileURLToPath } from 'url'
import { requireNode } from './require-node.js'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))

requireNode(new URL('../package.json', import.meta.url))
// The published package has dist, a fresh clone has not.
if (!existsSync(path('dist/node/engram.js'))) {
  process.stderr.write('engram: first start in this clone, building ...\n')
  runNode('scripts/setup.mjs')
  runNode('node_modules/vite/bin/vite.js', 'build', '--mode', 'node', '--logLevel', 'error')
}
import('../dist/node/engram.js')

function runNode(script, ...args) {
  // Standard output is for results.
  const stdio = ['ignore', process.stderr, process.stderr]
  const { status } = spawnSync(process.execPath, [path(script), ...args], { cwd: path(''), stdio })
  if (status !== 0) process.exit(1)
}
