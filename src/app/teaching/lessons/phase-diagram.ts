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
    'One cue, one set of memories, 144 networks in one run: $\\beta$ grows from line to line, and from column to column more pixels of the cue have their sign flipped.',
    'Where $\\beta$ is small, $\\mathrm{softmax}(\\beta\\,\\Xi v)$ gives all memories a share; where it is large, the nearest takes all.',
  ],
  lookFor:
    'the phases: above, every cue melts into one mixture; below, the 3 is recalled until about four pixels in ten are flipped, and others are found beyond. The border leans: a damaged cue needs a larger β.',
  tries: [
    {
      label: 'Hide instead of flip',
      text: 'The cue is covered from below, from nothing to the whole of it. The strokes at the top tell this digit from the others: most of it may be hidden.',
      set: {
        'stimulus.0.patterns.corrupt': { op: 'occlude', fraction: 0.5, side: 'bottom' },
        replicas: vary(BETAS, { from: 0, to: 1, steps: 12 }),
      },
    },
    {
      label: 'Another digit',
      text: 'Row 52, a 5. Its border runs elsewhere: each memory has a basin of its own size.',
      set: { 'stimulus.0.patterns.select': [52], 'probes.overlap.patterns.select': [52] },
    },
    {
      label: 'Draw the damage anew',
      text: 'β stays at 0.1 and each line flips other pixels, by a seed of its own: the border to the right is a matter of luck, the columns before it are not.',
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
