import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Twenty memories start as noise around the mean image. One digit is shown in each tick. The hidden neurons compete for each digit, and the row of the winner moves towards the digit: $\\tau_\\Xi\\,\\dot\\Xi_\\mu = g_\\mu\\,(v - \\Xi_\\mu)$.',
    'No labels are used. The Hebbian rule is not added by hand: $g_h v^\\top$ is the derivative of the generating function with respect to $\\Xi$.',
  ],
  lookFor:
    'the rows, which change from copies of the mean into strokes, then into prototypes. Each prototype takes a part of the digits.',
  tries: [
    {
      label: 'No competition',
      text: 'β = 0.001: every row learns from every digit, and all of them become the same mean image.',
      set: { 'neurons.hidden.lagrangian.beta': 0.001 },
    },
    {
      label: 'A hundred times slower',
      text: 'τ = 2000: the same path, but hardly anything is learnt in this run.',
      set: { 'memories.xi.tau': 2000 },
    },
    {
      label: 'Hide the lower halves',
      text: 'Only the upper half of each digit is shown. The rows learn upper halves and lose their lower halves: the same gate controls learning and forgetting.',
      set: { 'stimulus.0.patterns.corrupt': { op: 'occlude', fraction: 0.5, side: 'bottom' } },
    },
  ],
}
