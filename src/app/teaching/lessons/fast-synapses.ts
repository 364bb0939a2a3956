import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Two hundred patterns in a thousand neurons: more than the fixed coupling $J$ can store (0.138 for each neuron). A state that starts on a pattern drifts away.',
    'Here the synapses move as well, on an intermediate time scale $\\tau_W = 2\\tau_x$: $W$ is pulled from $J$ towards $J + \\kappa\\, g g^\\top$. The synapses support the present state for a while, and the pattern stays.',
  ],
  lookFor:
    'the overlap with pattern #0, which stays near 1; the synapses, which approach the outer product of that pattern.',
  tries: [
    {
      label: 'Freeze the synapses',
      text: 'κ = 0: nothing supports the pattern, and the overlap falls far below 1.',
      set: { 'synapses.recurrent.strength': 0 },
    },
    {
      label: 'Make them slow',
      text: 'τ = 100: the pattern is lost before the synapses have changed.',
      set: { 'synapses.recurrent.tau': 100 },
    },
    {
      label: 'Start far away',
      text: 'Two fifths of the signs are flipped: the synapses now support a state that is not a stored pattern. They stabilise any state.',
      set: { 'stimulus.0.patterns.corrupt': { op: 'flip', fraction: 0.4 } },
    },
  ],
}
