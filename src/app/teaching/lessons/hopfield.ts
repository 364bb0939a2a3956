import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'The classical network: 150 random patterns of 1,500 neurons in the coupling $J = \\frac{1}{N}\\Xi^\\top\\Xi$ without its diagonal. This coupling is the second derivative of the generating function of a linear hidden layer.',
    'The network starts on a pattern. At a load of 0.10, below the capacity of 0.138, the pattern is a fixed point except for a few neurons.',
  ],
  lookFor: 'the overlap, which stays at about 0.997: a few of the 1,500 neurons are wrong and stay wrong.',
  tries: [
    {
      label: 'Overload it',
      text: '270 patterns, a load of 0.18: the pattern is no longer a fixed point, and the overlap falls below 0.5.',
      set: { 'synapses.recurrent.base.patterns.count': 270 },
    },
    {
      label: 'Flip 20 % of the signs',
      text: 'The network starts with an overlap of 0.6 and completes the pattern.',
      set: { 'stimulus.0.patterns.corrupt': { op: 'flip', fraction: 0.2 } },
    },
    {
      label: 'Too soft to remember',
      text: 'A gain of 0.8: below 1 the only fixed point is 0, and the pattern fades.',
      set: { 'neurons.visible.lagrangian.gain': 0.8 },
    },
  ],
}
