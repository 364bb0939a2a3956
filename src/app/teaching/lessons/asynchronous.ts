import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'The network of Hopfield (1982) as it was written: neurons are +1 or -1, and in each tick one of them, drawn at random, looks at its input $h_i = \\sum_j J_{ij} s_j$. Six pictures are stored in $J$; each of six copies starts from one of them with 30 % of its pixels flipped.',
    'At temperature $T$ a neuron becomes +1 with probability $1/(1 + e^{-2h/T})$: Glauber dynamics, whose states follow the law of Boltzmann, $e^{-E/T}$. With few memories the overlap $m$ settles where $m = \\tanh(m/T)$: near 0.997 for $T = 0.3$, and at 0 from $T = 1$ on.',
  ],
  lookFor:
    'the pictures clearing up pixel by pixel. A sweep, in which every neuron has had one turn on average, takes 256 ticks. Move the temperature while it runs: near 1 the memories melt, and below they freeze again, not always as the same picture.',
  tries: [
    {
      label: 'Freeze',
      text: 'T = 0: each neuron follows the sign of its input. The energy falls or stays with every tick and never rises; it ends when no neuron wants to move.',
      set: { 'neurons.visible.temperature': 0 },
    },
    {
      label: 'Melt',
      text: 'T = 1.2, above the critical temperature of 1: no picture is kept, all overlaps go to 0 but for chance.',
      set: { 'neurons.visible.temperature': 1.2 },
    },
    {
      label: 'All at once',
      text: 'Every neuron moves in every tick: the pictures are there after a few ticks instead of a few sweeps. The energy of single steps no longer protects from states that flip to and fro.',
      set: { 'neurons.visible.update': 'all' },
    },
  ],
}
