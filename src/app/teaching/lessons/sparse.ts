import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'A hundred thousand neurons with all their pairs would need $10^{10}$ couplings. Here each neuron has near couplings, the same 3 x 3 filter everywhere, and two far links. Only existing entries are stored and read: 307,200 numbers and their columns, 2.5 MB instead of 40 GB.',
    'A far neuron compares eight random places with one of two pictures, $h_r = \\sum_j \\Xi_{rj}\\, g_j$. Its activation is its input above a threshold, and it pulls its eight places towards agreement. Neither kind of coupling is enough alone: near couplings store no picture, and far links are too few to tell a right sign from a wrong one.',
  ],
  lookFor:
    'the grains that the near couplings form from the noise in a few ticks; the spiral, which is complete after about 20 ticks. The far neurons of the first picture, in the upper half, become active, and those of the second fall silent.',
  tries: [
    {
      label: 'Only neighbours',
      text: 'Without far links, grains grow by majority. The thin arms of the spiral break and join at random places, and the overlap stays below 1.',
      set: { 'memories.links.scale': 0 },
    },
    {
      label: 'Only far links',
      text: 'Without neighbours, two links for each neuron cannot correct 42 % of wrong signs: the picture stays as noisy as the cue.',
      set: { 'memories.neighbours.scale': 0 },
    },
    {
      label: 'Half a picture',
      text: 'The lower half is missing, and the upper half is correct. Far links restore the lower half directly: each far neuron has about four of its eight places in the upper half. Nothing has to spread from neighbour to neighbour.',
      set: {
        'neurons.far.bias': -0.7,
        'stimulus.0.patterns.corrupt': { op: 'occlude', fraction: 0.5, side: 'bottom' },
      },
    },
  ],
}
