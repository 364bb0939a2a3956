import type { Lesson } from '../lessons.ts'

export const lesson: Lesson = {
  story: [
    'Each tick clamps the neurons to one of eight patterns $\\xi$, drawn independently. The synapses follow the products of the states, $\\tau\\,\\dot W = -W + k\\, x x^\\top$ with $k = \\tanh 1$. They learn the new patterns and lose the eight old patterns of $W(0)$.',
    'They converge to $k H$, where $H = \\tfrac18 \\sum \\xi \\xi^\\top$ without its diagonal. With $\\epsilon = 1/\\tau$ and means over the entries off the diagonal, $\\langle (W - kH)^2 \\rangle / k^2$ after $t$ draws is expected to be $(1-\\epsilon)^{2t} \\langle (W(0)/k - H)^2 \\rangle + \\tfrac{\\epsilon}{2-\\epsilon} \\left(1 - (1-\\epsilon)^{2t}\\right) \\left(1 - \\langle H^2 \\rangle\\right)$ (Lotito, Aquaro and Marullo, 2025).',
  ],
  lookFor:
    'the distance, which falls about sevenfold in each τ of 100 ticks, down to the scatter of the latest draws. At tick 400 the stream ends. Each of eight copies then gets one of the patterns with a fifth of its signs wrong, and its overlap jumps to 1.',
  tries: [
    {
      label: 'Learn four times as fast',
      text: 'τ = 25: the old patterns are lost after 50 ticks. But the synapses average only the latest draws, so the scatter is about four times as large. Some cues no longer recall their pattern.',
      set: { 'synapses.w.tau': 25 },
    },
    {
      label: 'One after the other',
      text: 'The patterns are shown in turn instead of at random. All patterns are shown equally often, and hardly any scatter is left.',
      set: { 'stimulus.0.order': 'cycle' },
    },
    {
      label: 'Correlated patterns',
      text: 'Mean overlap 0.5: the distance falls as before. But the common part of the patterns outweighs their differences, and all cues settle on one state.',
      set: { 'stimulus.0.patterns.correlation': 0.5 },
    },
  ],
}
