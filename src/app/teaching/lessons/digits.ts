import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'A hundred handwritten digits are stored, one in each row of $\\Xi$. A hundred copies of the network each see the upper half of one digit and have to find the rest.',
    'The hidden layer follows at once ($\\tau_h = 0$): $g_h = \\mathrm{softmax}(\\beta\\,\\Xi v)$ says how well each memory agrees with what is seen, and $v$ is pulled towards $\\Xi^\\top g_h$. This is modern Hopfield recall, the attention of a transformer, in continuous time.',
  ],
  lookFor:
    'the lower halves filling in within two time constants; the energy, which falls in every copy and never rises; one or two digits that end in a memory whose upper half looks alike.',
  tries: [
    {
      label: 'Melt the memories',
      text: 'β = 0.01: the softmax no longer chooses. Every state ends in the same blurred mixture of all digits.',
      set: { 'neurons.hidden.lagrangian.beta': 0.01 },
    },
    {
      label: 'Hide three quarters',
      text: 'Only the top quarter of each digit is shown. Many uppermost strokes look alike, and about half of the digits are taken for others.',
      set: { 'stimulus.0.patterns.corrupt.fraction': 0.75 },
    },
    {
      label: 'Give the hidden layer a pace',
      text: 'τ = 1 for the hidden layer too: now both layers are equally fast. The energy still only falls, and the same digits are found, a little later.',
      set: { 'neurons.hidden.tau': 1 },
    },
  ],
}
