import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'A digit is cut into 16 patches. Each patch is a token $x_t$: 49 pixels, the position, and ten neurons for the class of the digit. Each token is normalised separately, $g_t = (x_t - \\bar x_t)/\\sigma_t$. All tokens descend one energy, that of the Energy Transformer.',
    'Attention, $-\\frac1\\beta \\sum_q \\log \\sum_{k \\ne q} \\exp(\\beta\\, K_k \\cdot Q_q)$, compares the digit classes of the tokens and makes them agree. The memory, $-\\sum_{t\\mu} F(\\xi_\\mu \\cdot g_t)$, stores 160 patches and is the same for every token. It completes a token from its known part: pixels, position or class.',
  ],
  lookFor:
    'the last ten columns of the tokens. Known patches find their digit first, and attention passes the digit to the other tokens. Then the memory fills in the missing patches. The energy only falls.',
  tries: [
    {
      label: 'No attention',
      text: 'The same memory, but no coupling between tokens. A missing patch has only its position: ten stored patches fit equally well, and the patch becomes their mixture.',
      set: { 'memories.attend.init.query': { kind: 'zeros' }, 'memories.attend.init.key': { kind: 'zeros' } },
    },
    {
      label: 'No memory',
      text: 'Attention alone moves only the ten neurons of the class, which start empty. The shown pixels fade.',
      set: { 'memories.patches.scale': 0 },
    },
    {
      label: 'Five of sixteen',
      text: 'Eleven patches are missing. Five consistent patches are enough.',
      set: { 'stimulus.0.patterns.path': 'data/tokens.npz#few' },
    },
  ],
}
