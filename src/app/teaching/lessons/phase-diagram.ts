import type { Lesson } from '../lessons.ts'

const BETAS = { from: 0.005, to: 0.1, steps: 12, scale: 'log' }

/** A grid of networks: beta of the hidden layer from line to line, damage of the cue from column to column. */
function vary(beta: object, fraction: object): object {
  return {
    vary: { 'neurons.hidden.lagrangian.beta': beta, 'stimulus.0.patterns.corrupt.fraction': fraction },
  }
}

export const lesson: Lesson = {
  story: [
    'One cue, one set of memories, 144 networks in one run: $\\beta$ grows from line to line, and the number of flipped pixels of the cue from column to column.',
    'For small $\\beta$, $\\mathrm{softmax}(\\beta\\,\\Xi v)$ gives all memories a share. For large $\\beta$, the nearest memory takes all.',
  ],
  lookFor:
    'the phases. At the top, every cue melts into one mixture. At the bottom, the 3 is recalled until about four pixels in ten are flipped; beyond that, other digits are recalled. The border leans: a damaged cue needs a larger β.',
  tries: [
    {
      label: 'Hide instead of flip',
      text: 'The cue is covered from below, from nothing to all of it. The strokes at the top distinguish this digit from the others, so most of it may be hidden.',
      set: {
        'stimulus.0.patterns.corrupt': { op: 'occlude', fraction: 0.5, side: 'bottom' },
        replicas: vary(BETAS, { from: 0, to: 1, steps: 12 }),
      },
    },
    {
      label: 'Another digit',
      text: 'Row 52, a 5. Its border is at another place, because the basins of memories differ in size.',
      set: { 'stimulus.0.patterns.select': [52], 'probes.overlap.patterns.select': [52] },
    },
    {
      label: 'Draw other damage',
      text: 'β stays at 0.1, and each line has its own seed and flips other pixels. The border on the right depends on the seed; the columns before it do not.',
      set: {
        replicas: {
          vary: {
            seed: { from: 1, to: 12, steps: 12 },
            'stimulus.0.patterns.corrupt.fraction': { from: 0, to: 0.55, steps: 12 },
          },
        },
      },
    },
  ],
}
