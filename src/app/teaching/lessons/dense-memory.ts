import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'A classical Hopfield network of 256 neurons holds some 35 random patterns. This one holds 1,000: its hidden neurons answer with the square of what they see ($g = h^{n-1}$, $n = 3$), so that the right memory drowns the others. The capacity grows as $N^{n-1}$.',
    'Each of 20 copies is shown a pattern with 15 % of its signs flipped. The memories take one bit an entry.',
  ],
  lookFor: 'every copy reaching an overlap of 1 with its own pattern after a few time constants.',
  tries: [
    {
      label: 'Back to pairs',
      text: 'n = 2 is the classical network of pairwise couplings. A thousand patterns are thirty times too many: none is recalled.',
      set: { 'neurons.hidden.lagrangian.degree': 2 },
    },
    {
      label: 'Flip 40 % of the signs',
      text: 'The cue is now outside of the basin of attraction for many patterns, and these copies end elsewhere.',
      set: { 'stimulus.0.patterns.corrupt.fraction': 0.4 },
    },
    {
      label: 'Shake the neurons',
      text: 'Noise of temperature 0.05 on every visible neuron: the states tremble, the memories hold.',
      set: { 'neurons.visible.temperature': 0.05 },
    },
  ],
}
