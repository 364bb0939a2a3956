import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Ten digits are stored, one in each row of $\\Xi$. A second memory $\\Phi$ stores their order: row $\\mu$ of $\\Phi$ is the digit before $\\mu$. A delayed copy $s$ follows the picture $v$ ten times as slowly, $\\tau_s \\dot s = v - s$.',
    'The hidden layer adds both: $\\mathrm{softmax}(\\beta(\\Xi v + a\\,\\Phi s))$. The present digit recalls itself; the delayed digit recalls its successor. If $a$ is well above 1, the delayed copy wins when it has caught up, and the network moves on (EDEN, Karuvally et al. 2025).',
  ],
  lookFor:
    'the digits, which count up, with a pause on each while the delayed copy catches up. Change a, the gain of the delayed layer, during the run: at 0.7 the network stays, at 1.6 it moves on. In between it stops at some digit, because digits are similar and every step has its own threshold.',
  tries: [
    {
      label: 'Stay',
      text: 'a = 0.7: the present digit always outweighs the delayed one. The network is an ordinary associative memory and keeps its digit.',
      set: { 'neurons.delayed.lagrangian.gain': 0.7 },
    },
    {
      label: 'Count backwards',
      text: 'The same pictures, but each row of Φ is the digit after it: 0, 9, 8, 7 ... Only Φ holds the order.',
      set: { 'memories.next.init.select': [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] },
    },
    {
      label: 'A longer delay',
      text: 'τ = 20 for the delayed copy, twice as long: each digit now stays about twice as long. The delay sets the pace of the sequence.',
      set: { 'neurons.delayed.tau': 20 },
    },
  ],
}
