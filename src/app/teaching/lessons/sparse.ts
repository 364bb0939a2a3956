import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'A hundred thousand neurons with all their pairs would need $10^{10}$ couplings. Here each neuron has near couplings, a filter of 3 x 3 that is the same everywhere, and two far links. Only entries that are there are stored and read: 307,200 numbers and their columns, 2.5 MB instead of 40 GB.',
    'A far neuron compares eight random places with one of two pictures, $h_r = \\sum_j \\Xi_{rj}\\, g_j$. It answers with what exceeds a threshold, and asks its eight places to agree. Neither half is enough: near couplings know no picture, far links are too few to tell a right sign from a wrong one.',
  ],
  lookFor:
    'grains that the near couplings make of the noise in a few ticks; the spiral that stands after about 20; the far neurons of the first picture, in the upper half, lighting up while those of the second fall silent.',
  tries: [
    {
      label: 'Only neighbours',
      text: 'Without far links grains grow by majority. The thin arms of the spiral tear and join where the noise decides, and the overlap stays below 1.',
      set: { 'memories.links.scale': 0 },
    },
    {
      label: 'Only far links',
      text: 'Without neighbours two links a neuron cannot outvote 42 % of wrong signs: the picture stays as noisy as it comes.',
      set: { 'memories.neighbours.scale': 0 },
    },
    {
      label: 'Half a picture',
      text: 'The lower half is missing and the upper half is as it should be. Far links carry it across at once: each far neuron sees about four of its eight places, and nothing had to spread from neighbour to neighbour.',
      set: {
        'neurons.far.bias': -0.7,
        'stimulus.0.patterns.corrupt': { op: 'occlude', fraction: 0.5, side: 'bottom' },
      },
    },
  ],
}
