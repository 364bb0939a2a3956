import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Ten digits are stored, one in each row of $\\Xi$, and beside them which one comes next: row $\\mu$ of $\\Phi$ is the digit before $\\mu$. A delayed copy $s$ of the picture $v$ follows ten times as slowly, $\\tau_s \\dot s = v - s$.',
    'The hidden layer adds both: $\\mathrm{softmax}(\\beta(\\Xi v + a\\,\\Phi s))$. What is seen calls itself; what was seen a while ago calls its successor. If $a$ is well above 1 the delayed copy wins once it is full, and the network moves on (EDEN, Karuvally et al. 2025).',
  ],
  lookFor:
    'the digits counting up, with a pause on each while the delayed copy fills. Move a, the gain of the delayed layer, while it runs: at 0.7 the network stays, at 1.6 it goes on. In between it gets stuck at some digit, because digits look alike and every step has a threshold of its own.',
  tries: [
    {
      label: 'Stay',
      text: 'a = 0.7: the call of what is seen is the stronger one for ever. The network is an ordinary associative memory and keeps its digit.',
      set: { 'neurons.delayed.lagrangian.gain': 0.7 },
    },
    {
      label: 'Count backwards',
      text: 'The same pictures, but each row of Φ is the digit after it: 0, 9, 8, 7 ... The order is in Φ alone.',
      set: { 'memories.next.init.select': [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] },
    },
    {
      label: 'A longer delay',
      text: 'τ = 20 for the delayed copy, twice as long: each digit now stays about twice as long. The delay is the clock of the sequence.',
      set: { 'neurons.delayed.tau': 20 },
    },
  ],
}
