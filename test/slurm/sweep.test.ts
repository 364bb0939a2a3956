import { test } from 'vitest'
import { execFileSync } from 'node:child_process'
test('x', () => {
  console.log(execFileSync('sinfo', ['-N', '-o', '%N %T %G %c']).toString())
  console.log(execFileSync('sbatch', ['--gres=gpu:1', '--wrap', 'sleep 100']).toString())
})
