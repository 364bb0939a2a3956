import type { Lesson } from '../lessons.ts'

/** Patterns of two layers of a scene, coupled without the third. */
function pair(left: string, right: string, scale: number): object {
  const part = (layer: string): object => ({ kind: 'npy', path: `data/scenes.npz#${layer}` })
  return { kind: 'product', between: { [left]: part(left), [right]: part(right) }, scale }
}

const FLIPPED = { op: 'flip', fraction: 0.25 }

export const lesson: Lesson = {
  story: [
    'Three layers share nine scenes: a picture (what), a place (where), a digit (which). The energy is $-\\kappa \\sum_\\mu (A_\\mu \\cdot g_a)(B_\\mu \\cdot g_b)(C_\\mu \\cdot g_c)$, one product of three overlaps for every scene. Each layer gets its part of a scene times the overlaps of the other two layers.',
    'Every picture, place and digit occurs in three scenes, every pair of them in one: a Latin square. One of the three does not determine the others. Any two recall the third.',
  ],
  lookFor:
    'the digit that picture and place recall, for three scenes in turn; from tick 180 the picture that place and digit recall; from tick 360 the place.',
  tries: [
    {
      label: 'Pairs instead',
      text: 'Three couplings of two layers replace the coupling of three. Every digit occurs equally often with every picture and every place, so pairs carry no information. Each answer is the same mixture of all digits.',
      set: {
        memories: {
          all: pair('which', 'what', 0.001),
          places: pair('what', 'where', 0.001),
          digits: pair('where', 'which', 0.001),
        },
        'stimulus.1.patterns.of': 'places.where',
        'stimulus.2.patterns.of': 'places.where',
        'probes.where.patterns.of': 'places.where',
      },
    },
    {
      label: 'Only the picture',
      text: 'The picture alone is shown. Both other layers are at 0, and so is every product: nothing is recalled.',
      set: {
        stimulus: [
          {
            kind: 'clamp',
            layer: 'what',
            patterns: { kind: 'rows', of: 'all.what', select: [0, 1, 2] },
            dwell: 60,
          },
        ],
      },
    },
    {
      label: 'Damage both',
      text: 'A quarter of the pixels of both cues are flipped. Their overlaps are half as large, and the recalled part is fainter, but correct.',
      set: Object.fromEntries(
        [0, 1, 2, 3, 4, 5].map((item) => [`stimulus.${item}.patterns.corrupt`, FLIPPED]),
      ),
    },
  ],
}
