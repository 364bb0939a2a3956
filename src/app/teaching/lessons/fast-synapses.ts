import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Two hundred patterns in a thousand neurons: more than the fixed coupling $J$ can hold (0.138 a neuron). A state that starts on a pattern drifts away.',
    'Here the synapses move as well, on an intermediate time scale $\\tau_W = 2\\tau_x$: $W$ is pulled from $J$ towards $J + \\kappa\\, g g^\\top$. For a while the network supports whatever it is thinking of, and the pattern stays.',
  ],
  lookFor:
    'the overlap with pattern #0 staying near 1, and the synapses, which take on the pattern that they hold.',
  tries: [
    {
      label: 'Freeze the synapses',
      text: 'κ = 0: nothing holds the pattern, and the overlap falls far below 1.',
      set: { 'synapses.recurrent.strength': 0 },
    },
    {
      label: 'Make them slow',
      text: 'τ = 100: when the synapses come to help, the pattern is already gone.',
      set: { 'synapses.recurrent.tau': 100 },
    },
    {
      label: 'Start far away',
      text: 'Two fifths of the signs are flipped: the synapses now support a state that is no pattern at all. They hold whatever there is.',
      set: { 'stimulus.0.patterns.corrupt': { op: 'flip', fraction: 0.4 } },
    },
  ],
}
