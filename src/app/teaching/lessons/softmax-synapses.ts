import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'The experiment of Lotito (2025), appendix B. Four orthogonal memories of 50 neurons; the visible layer is held at one noisy memory after the other.',
    'The softmax layer gates learning: only the row that wins moves, towards what is seen, with time constant $\\tau_\\Xi$. A row is shown in one tick of four, so that it learns four times as slowly.',
  ],
  lookFor:
    'the similarity of each memory with its noisy version rising from 0.93 to 1 along a curve that is known in closed form.',
  tries: [
    {
      label: 'Learn ten times as fast',
      text: 'τ = 25: the same curve, squeezed into a tenth of the time.',
      set: { 'memories.xi.tau': 25 },
    },
    {
      label: 'Let all rows learn',
      text: 'β = 0.001: the gate is open for all rows alike, and each learns the mean of the four patterns.',
      set: { 'neurons.hidden.lagrangian.beta': 0.001 },
    },
    {
      label: 'Noisier pictures',
      text: 'Noise of 1: the similarity starts near 0.7 and reaches 1 all the same. What is learnt is what is seen.',
      set: { 'stimulus.0.patterns.corrupt.sigma': 1 },
    },
  ],
}
