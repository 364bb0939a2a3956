import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'A classical Hopfield network of 256 neurons stores about 35 random patterns. This network stores 1,000. The activation of a hidden neuron is the square of its input ($g = h^{n-1}$, $n = 3$), so the right memory outweighs the others. The capacity grows as $N^{n-1}$.',
    'Each of 20 copies starts from a pattern with 15 % of its signs flipped. The memories take one bit for each entry.',
  ],
  lookFor: 'the overlap of every copy with its own pattern, which reaches 1 after a few time constants.',
  tries: [
    {
      label: 'Back to pairs',
      text: 'n = 2 is the classical network of pairwise couplings. A thousand patterns are thirty times too many, and none is recalled.',
      set: { 'neurons.hidden.lagrangian.degree': 2 },
    },
    {
      label: 'Flip 40 % of the signs',
      text: 'Many cues are now outside the basin of attraction of their pattern. These copies settle elsewhere.',
      set: { 'stimulus.0.patterns.corrupt.fraction': 0.4 },
    },
    {
      label: 'Add noise',
      text: 'Noise of temperature 0.05 on every visible neuron: the states fluctuate, but the memories hold.',
      set: { 'neurons.visible.temperature': 0.05 },
    },
  ],
}
