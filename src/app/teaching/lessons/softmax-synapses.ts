import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'The experiment of Lotito (2025), appendix B. Four orthogonal memories of 50 neurons; the visible layer is clamped to one noisy memory after the other.',
    'The softmax layer gates learning: only the winning row moves, towards the visible state, with time constant $\\tau_\\Xi$. The pattern of a row is shown in one tick of four, so the row learns four times as slowly.',
  ],
  lookFor:
    'the similarity of each memory with its noisy version, which rises from 0.93 to 1 along a known closed-form curve.',
  tries: [
    {
      label: 'Learn ten times as fast',
      text: 'τ = 25: the same curve in a tenth of the time.',
      set: { 'memories.xi.tau': 25 },
    },
    {
      label: 'Let all rows learn',
      text: 'β = 0.001: the gate is equally open for all rows, and each row learns the mean of the four patterns.',
      set: { 'neurons.hidden.lagrangian.beta': 0.001 },
    },
    {
      label: 'Noisier pictures',
      text: 'Noise of 1: the similarity starts near 0.7 and still reaches 1. The rows learn the shown patterns, with their noise.',
      set: { 'stimulus.0.patterns.corrupt.sigma': 1 },
    },
  ],
}
