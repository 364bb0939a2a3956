import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Three layers, two memories: pixels, a prototype for each stored digit, ten classes. Evidence flows up through $\\Xi$, what the classes expect flows down through $\\Xi^\\top$, all of it on one energy.',
    'The prototypes are five times as fast as the pixels; the classes follow at once. Each of 50 copies starts from a digit under heavy noise.',
  ],
  lookFor:
    'prototype and class decided almost at once, on the fast time scale, and the pixels following on theirs.',
  tries: [
    {
      label: 'Turn the time scales round',
      text: 'Prototypes twenty times slower than before, τ = 4: now the pixels wait for the prototypes. The energy falls all the same.',
      set: { 'neurons.prototypes.tau': 4 },
    },
    {
      label: 'More noise',
      text: 'Noise of 7 instead of 1.5, in which no eye finds a digit. Many copies still do; the others settle on one that is not theirs.',
      set: { 'stimulus.0.patterns.corrupt.sigma': 7 },
    },
    {
      label: 'Uncertain prototypes',
      text: 'β = 0.004 for the prototypes: none of them wins, and the pixels show a mixture.',
      set: { 'neurons.prototypes.lagrangian.beta': 0.004 },
    },
  ],
}
