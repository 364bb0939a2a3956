import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Three layers, two memories: pixels, a prototype for each stored digit, ten classes. Evidence goes up through $\\Xi$, and predictions of the classes go down through $\\Xi^\\top$. All layers descend one energy.',
    'The prototypes are five times as fast as the pixels, and the classes follow immediately. Each of 50 copies starts from a digit with strong noise.',
  ],
  lookFor:
    'prototype and class, which are decided early on the fast time scale; the pixels, which follow on the slow one.',
  tries: [
    {
      label: 'Reverse the time scales',
      text: 'Prototypes twenty times slower than before, τ = 4: now the prototypes are the slowest layer. The energy still falls.',
      set: { 'neurons.prototypes.tau': 4 },
    },
    {
      label: 'More noise',
      text: 'Noise of 7 instead of 1.5 hides the digits from the eye. Many copies still recall their digit; the others settle on a wrong one.',
      set: { 'stimulus.0.patterns.corrupt.sigma': 7 },
    },
    {
      label: 'Uncertain prototypes',
      text: 'β = 0.004 for the prototypes: no prototype wins, and the pixels show a mixture.',
      set: { 'neurons.prototypes.lagrangian.beta': 0.004 },
    },
  ],
}
