import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'The original network of Hopfield (1982): neurons are +1 or -1. In each tick one random neuron is updated from its input $h_i = \\sum_j J_{ij} s_j$. Six pictures are stored in $J$. Each of six copies starts from one picture with 30 % of its pixels flipped.',
    'At temperature $T$ a neuron becomes +1 with probability $1/(1 + e^{-2h/T})$: this is Glauber dynamics. Its states follow the Boltzmann distribution, $e^{-E/T}$. With few memories the overlap $m$ settles where $m = \\tanh(m/T)$: near 0.997 for $T = 0.3$, and at 0 for $T \\ge 1$.',
  ],
  lookFor:
    'the pictures that clear up pixel by pixel. A sweep, one update of each neuron on average, takes 256 ticks. Change the temperature during the run: near 1 the memories melt. Below 1 they freeze again, not always as the same picture.',
  tries: [
    {
      label: 'Freeze',
      text: 'T = 0: each neuron takes the sign of its input. The energy falls or stays equal in every tick and never rises. The run settles when every neuron has the sign of its input.',
      set: { 'neurons.visible.temperature': 0 },
    },
    {
      label: 'Melt',
      text: 'T = 1.2, above the critical temperature of 1: no picture is kept, and all overlaps fall to 0 except for chance.',
      set: { 'neurons.visible.temperature': 1.2 },
    },
    {
      label: 'All at once',
      text: 'Every neuron moves in every tick: the pictures appear after a few ticks instead of a few sweeps. The energy argument holds only for single updates, so states that alternate between two patterns become possible.',
      set: { 'neurons.visible.update': 'all' },
    },
  ],
}
