import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Each tick forces one of eight patterns $\\xi$ upon the neurons, drawn whatever came before. The synapses follow the products of what is seen together, $\\tau\\,\\dot W = -W + k\\, x x^\\top$ with $k = \\tanh 1$: they learn the new patterns and lose the eight others of which $W(0)$ is made.',
    'They go to $k H$, where $H = \\tfrac18 \\sum \\xi \\xi^\\top$ without its diagonal. With $\\epsilon = 1/\\tau$ and means over the entries off the diagonal, $\\langle (W - kH)^2 \\rangle / k^2$ after $t$ draws is expected to be $(1-\\epsilon)^{2t} \\langle (W(0)/k - H)^2 \\rangle + \\tfrac{\\epsilon}{2-\\epsilon} \\left(1 - (1-\\epsilon)^{2t}\\right) \\left(1 - \\langle H^2 \\rangle\\right)$ (Lotito, Aquaro and Marullo, 2025).',
  ],
  lookFor:
    'the distance falling about sevenfold in each τ of 100 ticks, until the scatter of the latest draws is left. At tick 400 the stream ends and each of eight copies gets one of the patterns with a fifth of its signs wrong: its overlap jumps to 1.',
  tries: [
    {
      label: 'Learn four times as fast',
      text: 'τ = 25: the old patterns are gone after 50 ticks, but the synapses remember only the latest draws, so that the scatter is about four times as large and some cues no longer find their pattern.',
      set: { 'synapses.w.tau': 25 },
    },
    {
      label: 'One after the other',
      text: 'The patterns come in turn and no longer at random: no pattern is shown more often than another, and hardly any scatter is left.',
      set: { 'stimulus.0.order': 'cycle' },
    },
    {
      label: 'Patterns that are alike',
      text: 'Mean overlap 0.5: the distance falls as before, but what the patterns share drowns what they differ in, and all cues end in one state.',
      set: { 'stimulus.0.patterns.correlation': 0.5 },
    },
  ],
}
