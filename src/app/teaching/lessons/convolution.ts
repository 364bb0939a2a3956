import type { Lesson } from '../lessons.ts'

/** The whole picture with some damage, as a start: nothing is held. */
function start(corrupt: object): object[] {
  const patterns = { kind: 'npy', path: 'data/zigzag.npz#picture', corrupt }
  return [{ kind: 'initial', layer: 'image', patterns }]
}

export const lesson: Lesson = {
  story: [
    'The memory is a set of filters: the 36 patches of 5 x 5 pixels that occur in a picture of zigzags, taken from it. No filter has seen the whole. Each is laid over every place of the image, $h_f(p) = \\sum_d K_f(d)\\, g(p + d)$, the same weights everywhere.',
    'A feature answers with the square of what exceeds a threshold, and paints its patch where it fits. Neighbours overlap, so that patches have to agree: a dense associative memory at every place, joined by the image.',
  ],
  lookFor:
    'the picture growing together from 30 % of its pixels, which are held, within a few time constants; the features, silent but where their patch fits; the energy, which only falls.',
  tries: [
    {
      label: 'A hole',
      text: 'A square of 8 x 8 pixels is missing, wider than any filter, and nothing is held. It closes from its rim.',
      set: { stimulus: start({ op: 'occlude', rectangle: [8, 8, 8, 8] }) },
    },
    {
      label: 'Noise',
      text: 'A fifth of the pixels are flipped, and nothing is held: the patches outvote most wrong pixels.',
      set: { stimulus: start({ op: 'flip', fraction: 0.2 }) },
    },
    {
      label: 'Filters of nothing',
      text: 'Random filters in place of those of the picture: hardly any fits anywhere, and the missing pixels stay empty.',
      set: { 'memories.filters.init': { kind: 'random', distribution: 'binary' } },
    },
  ],
}
