import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'A hundred handwritten digits are stored, one in each row of $\\Xi$. Each of a hundred copies of the network is shown the upper half of one digit and recalls the rest.',
    'The hidden layer follows immediately ($\\tau_h = 0$). Its activation $g_h = \\mathrm{softmax}(\\beta\\,\\Xi v)$ measures how well each memory agrees with $v$, and $v$ is pulled towards $\\Xi^\\top g_h$. This is modern Hopfield recall, the attention of a transformer, in continuous time.',
  ],
  lookFor:
    'the lower halves, which appear within two time constants; the energy, which never rises in any copy. One or two copies settle on a memory with a similar upper half.',
  tries: [
    {
      label: 'Melt the memories',
      text: 'β = 0.01: the softmax no longer selects one memory. Every state settles on the same blurred mixture of all digits.',
      set: { 'neurons.hidden.lagrangian.beta': 0.01 },
    },
    {
      label: 'Hide three quarters',
      text: 'Only the top quarter of each digit is shown. Many uppermost strokes are similar, and about half of the copies settle on another digit.',
      set: { 'stimulus.0.patterns.corrupt.fraction': 0.75 },
    },
    {
      label: 'Slow the hidden layer down',
      text: 'τ = 1 for the hidden layer too: now both layers are equally fast. The energy still only falls, and the same digits are recalled, a little later.',
      set: { 'neurons.hidden.tau': 1 },
    },
  ],
}
