import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'A digit is cut into 16 patches. Each is a token $x_t$: 49 pixels, its position, and ten places for the digit it belongs to. Each token is normalised by itself, $g_t = (x_t - \\bar x_t)/\\sigma_t$, and all descend one energy, the Energy Transformer.',
    'Attention, $-\\frac1\\beta \\sum_q \\log \\sum_{k \\ne q} \\exp(\\beta\\, K_k \\cdot Q_q)$, compares what tokens hold of the digit and lets them agree. The memory, $-\\sum_{t\\mu} F(\\xi_\\mu \\cdot g_t)$, has 160 patches and serves each token alike: it completes a token from whatever the token has, pixels, position or digit.',
  ],
  lookFor:
    'the last ten columns of the tokens: known patches find their digit first, the others hear of it by attention; then the memory draws the missing patches. The energy only falls.',
  tries: [
    {
      label: 'No attention',
      text: 'The same memory, but tokens do not see each other. A missing patch has its position and nothing else: ten stored patches fit equally well, and it becomes their mixture.',
      set: { 'memories.attend.init.query': { kind: 'zeros' }, 'memories.attend.init.key': { kind: 'zeros' } },
    },
    {
      label: 'No memory',
      text: 'Attention alone moves nothing but the ten places of the digit, and at first there is nothing in them. The pixels that were shown fade.',
      set: { 'memories.patches.scale': 0 },
    },
    {
      label: 'Five of sixteen',
      text: 'Eleven patches are missing. Five that agree are enough.',
      set: { 'stimulus.0.patterns.path': 'data/tokens.npz#few' },
    },
  ],
}
