import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Twenty memories begin as noise around the mean image. Digits stream by, one a tick; the hidden neurons compete for each, and the row of the winner moves towards it: $\\tau_\\Xi\\,\\dot\\Xi_\\mu = g_\\mu\\,(v - \\Xi_\\mu)$.',
    'No labels are used. That Hebbian rule is not put in by hand: $g_h v^\\top$ is what the generating function gives when it is differentiated by $\\Xi$.',
  ],
  lookFor:
    'copies of the mean turning into strokes, then into prototypes of digits that divide the stream among themselves.',
  tries: [
    {
      label: 'No competition',
      text: 'β = 0.001: every row learns from every digit, and all of them become the same mean image.',
      set: { 'neurons.hidden.lagrangian.beta': 0.001 },
    },
    {
      label: 'A hundred times slower',
      text: 'τ = 2000: the same path, so slowly that hardly anything is learnt in this run.',
      set: { 'memories.xi.tau': 2000 },
    },
    {
      label: 'Hide the lower halves',
      text: 'Only the upper half of each digit is shown. The rows learn upper halves, and forget what they had below: the gate that lets in also lets go.',
      set: { 'stimulus.0.patterns.corrupt': { op: 'occlude', fraction: 0.5, side: 'bottom' } },
    },
  ],
}
