/** What the page teaches about each shipped scenario: pure data, so that tests can do every try and see what it shows. */

/** A thing to try: a button that starts the shipped scenario anew with other values. */
export interface Try {
  /** What the button says. */
  readonly label: string
  /** What there is to see then. */
  readonly text: string
  /** Values by their paths, in place of those of the shipped scenario; `undefined` takes one out. */
  readonly set: Readonly<Record<string, unknown>>
}

export interface Lesson {
  /** Paragraphs; $...$ is TeX. */
  readonly story: readonly string[]
  readonly lookFor: string
  readonly tries: readonly [Try, Try, Try]
}

const BETAS = { from: 0.005, to: 0.1, steps: 12, scale: 'log' }

/** A grid of networks: beta of the hidden layer from line to line, damage of the cue from column to column. */
function vary(beta: object, fraction: object): object {
  return {
    vary: { 'neurons.hidden.lagrangian.beta': beta, 'stimulus.0.patterns.corrupt.fraction': fraction },
  }
}

export const LESSONS: Readonly<Record<string, Lesson>> = {
  digits: {
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
  },
  'phase-diagram': {
    story: [
      'One cue, one set of memories, 144 networks in one run: $\\beta$ grows from line to line, and from column to column more pixels of the cue have their sign flipped.',
      'Where $\\beta$ is small, $\\mathrm{softmax}(\\beta\\,\\Xi v)$ gives all memories a share; where it is large, the nearest takes all.',
    ],
    lookFor:
      'the phases: above, every cue melts into one mixture; below, the 3 is recalled until about four pixels in ten are flipped, and others are found beyond. The border leans: a damaged cue needs a larger β.',
    tries: [
      {
        label: 'Hide instead of flip',
        text: 'The cue is covered from below, from nothing to the whole of it. The strokes at the top tell this digit from the others: most of it may be hidden.',
        set: {
          'stimulus.0.patterns.corrupt': { op: 'occlude', fraction: 0.5, side: 'bottom' },
          replicas: vary(BETAS, { from: 0, to: 1, steps: 12 }),
        },
      },
      {
        label: 'Another digit',
        text: 'Row 52, a 5. Its border runs elsewhere: each memory has a basin of its own size.',
        set: { 'stimulus.0.patterns.select': [52], 'probes.overlap.patterns.select': [52] },
      },
      {
        label: 'Draw the damage anew',
        text: 'β stays at 0.1 and each line flips other pixels, by a seed of its own: the border to the right is a matter of luck, the columns before it are not.',
        set: {
          replicas: {
            vary: {
              seed: { from: 1, to: 12, steps: 12 },
              'stimulus.0.patterns.corrupt.fraction': { from: 0, to: 0.55, steps: 12 },
            },
          },
        },
      },
    ],
  },
  'dense-memory': {
    story: [
      'A classical Hopfield network of 256 neurons holds some 35 random patterns. This one holds 1,000: its hidden neurons answer with the square of what they see ($g = h^{n-1}$, $n = 3$), so that the right memory drowns the others. The capacity grows as $N^{n-1}$.',
      'Each of 20 copies is shown a pattern with 15 % of its signs flipped. The memories take one bit an entry.',
    ],
    lookFor: 'every copy reaching an overlap of 1 with its own pattern after a few time constants.',
    tries: [
      {
        label: 'Back to pairs',
        text: 'n = 2 is the classical network of pairwise couplings. A thousand patterns are thirty times too many: none is recalled.',
        set: { 'neurons.hidden.lagrangian.degree': 2 },
      },
      {
        label: 'Flip 40 % of the signs',
        text: 'The cue is now outside of the basin of attraction for many patterns, and these copies end elsewhere.',
        set: { 'stimulus.0.patterns.corrupt.fraction': 0.4 },
      },
      {
        label: 'Shake the neurons',
        text: 'Noise of temperature 0.05 on every visible neuron: the states tremble, the memories hold.',
        set: { 'neurons.visible.temperature': 0.05 },
      },
    ],
  },
  'fast-synapses': {
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
  },
  'hebbian-learning': {
    story: [
      'Twenty memories begin as noise around the mean image. Digits stream by, one a tick; the hidden neurons compete for each, and the row of the winner moves towards it: $\\tau_\\Xi\\,\\dot\\Xi_\\mu = g_\\mu\\,(v - \\Xi_\\mu)$.',
      'No labels are used. That Hebbian rule is not put in by hand: $g_h v^\\top$ is what the generating function gives when it is differentiated by $\\Xi$.',
    ],
    lookFor:
      'copies of the mean turning into strokes, then into prototypes of digits that divide the stream among themselves.',
    tries: [
      {
        label: 'No competition',
        text: 'β = 0.001: every row learns from every digit, and all of them become the same mean image.',
        set: { 'neurons.hidden.lagrangian.beta': 0.001 },
      },
      {
        label: 'A hundred times slower',
        text: 'τ = 2000: the same path, so slowly that hardly anything is learnt in this run.',
        set: { 'memories.xi.tau': 2000 },
      },
      {
        label: 'Hide the lower halves',
        text: 'Only the upper half of each digit is shown. The rows learn upper halves, and forget what they had below: the gate that lets in also lets go.',
        set: { 'stimulus.0.patterns.corrupt': { op: 'occlude', fraction: 0.5, side: 'bottom' } },
      },
    ],
  },
  hierarchical: {
    story: [
      'Three layers, two memories: pixels, a prototype for each stored digit, ten classes. Evidence flows up through $\\Xi$, what the classes expect flows down through $\\Xi^\\top$, all of it on one energy.',
      'The prototypes are five times as fast as the pixels; the classes follow at once. Each of 50 copies starts from a digit under heavy noise.',
    ],
    lookFor:
      'prototype and class decided almost at once, on the fast time scale, and the pixels following on theirs.',
    tries: [
      {
        label: 'Turn the time scales round',
        text: 'Prototypes twenty times slower than before, τ = 4: now the pixels wait for the prototypes. The energy falls all the same.',
        set: { 'neurons.prototypes.tau': 4 },
      },
      {
        label: 'More noise',
        text: 'Noise of 7 instead of 1.5, in which no eye finds a digit. Many copies still do; the others settle on one that is not theirs.',
        set: { 'stimulus.0.patterns.corrupt.sigma': 7 },
      },
      {
        label: 'Uncertain prototypes',
        text: 'β = 0.004 for the prototypes: none of them wins, and the pixels show a mixture.',
        set: { 'neurons.prototypes.lagrangian.beta': 0.004 },
      },
    ],
  },
  hopfield: {
    story: [
      'The classical network: 150 random patterns of 1,500 neurons in the coupling $J = \\frac{1}{N}\\Xi^\\top\\Xi$ without its diagonal. That coupling is the second derivative of the generating function of a linear hidden layer.',
      'It starts on a pattern. At a load of 0.10, below the capacity of 0.138, the pattern is a fixed point but for a few neurons.',
    ],
    lookFor: 'the overlap staying at about 0.997: some of the 1,500 neurons are wrong, and stay so.',
    tries: [
      {
        label: 'Overload it',
        text: '270 patterns, a load of 0.18: the pattern is no longer a fixed point, and the overlap falls below a half.',
        set: { 'synapses.recurrent.base.patterns.count': 270 },
      },
      {
        label: 'Flip 20 % of the signs',
        text: 'The start is off the pattern, with an overlap of 0.6; the network completes it.',
        set: { 'stimulus.0.patterns.corrupt': { op: 'flip', fraction: 0.2 } },
      },
      {
        label: 'Too soft to remember',
        text: 'A gain of 0.8: below 1 the only fixed point is silence, and the pattern fades away.',
        set: { 'neurons.visible.lagrangian.gain': 0.8 },
      },
    ],
  },
  'softmax-synapses': {
    story: [
      'The experiment of Lotito (2025), appendix B. Four orthogonal memories of 50 neurons; the visible layer is held at one noisy memory after the other.',
      'The softmax layer gates learning: only the row that wins moves, towards what is seen, with time constant $\\tau_\\Xi$. A row is shown in one tick of four, so that it learns four times as slowly.',
    ],
    lookFor:
      'the similarity of each memory with its noisy version rising from 0.93 to 1 along a curve that is known in closed form.',
    tries: [
      {
        label: 'Learn ten times as fast',
        text: 'τ = 25: the same curve, squeezed into a tenth of the time.',
        set: { 'memories.xi.tau': 25 },
      },
      {
        label: 'Let all rows learn',
        text: 'β = 0.001: the gate is open for all rows alike, and each learns the mean of the four patterns.',
        set: { 'neurons.hidden.lagrangian.beta': 0.001 },
      },
      {
        label: 'Noisier pictures',
        text: 'Noise of 1: the similarity starts near 0.7 and reaches 1 all the same. What is learnt is what is seen.',
        set: { 'stimulus.0.patterns.corrupt.sigma': 1 },
      },
    ],
  },
}
