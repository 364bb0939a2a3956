import type { Lesson } from '../lessons.ts'

/** The whole picture with some damage, as a start: no pixel is clamped. */
function start(corrupt: object): object[] {
  const patterns = { kind: 'npy', path: 'data/zigzag.npz#picture', corrupt }
  return [{ kind: 'initial', layer: 'image', patterns }]
}

export const lesson: Lesson = {
  story: [
    'The memory is a set of filters: the 36 different patches of 5 x 5 pixels in a picture of zigzags. No filter holds the whole picture. Each filter is applied at every place of the image with the same weights, $h_f(p) = \\sum_d K_f(d)\\, g(p + d)$.',
    'The activation of a feature is the square of its input above a threshold. An active feature adds its patch to the image. Neighbouring patches overlap, so they have to agree: the image couples a dense associative memory at every place.',
  ],
  lookFor:
    'the picture that forms from 30 % of its pixels, which are clamped, within a few time constants; the features, which are active only where their patch fits; the energy, which only falls.',
  tries: [
    {
      label: 'A hole',
      text: 'A square of 8 x 8 pixels is missing, wider than any filter, and no pixel is clamped. The hole closes from its edge.',
      set: { stimulus: start({ op: 'occlude', rectangle: [8, 8, 8, 8] }) },
    },
    {
      label: 'Noise',
      text: 'A fifth of the pixels are flipped, and no pixel is clamped. The patches correct most wrong pixels.',
      set: { stimulus: start({ op: 'flip', fraction: 0.2 }) },
    },
    {
      label: 'Random filters',
      text: 'Random filters replace those of the picture. Hardly any filter fits anywhere, and the missing pixels stay empty.',
      set: { 'memories.filters.init': { kind: 'random', distribution: 'binary' } },
    },
  ],
}
