/** Imports point one way: errors <- data, expression <- kinds <- model <- plan <- gpu <- run <- {node, app}. */

/** What every floor may use. */
const ANYWHERE = ['^src/core/errors.ts$', '^src/core/suggestion.ts$', '^src/core/math/']

const layer = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: [...allowed, ...ANYWHERE, '^src/core/modules.d.ts$', '^shaders/', 'node_modules'] },
})

const core = (...folders) => folders.map((folder) => `^src/core/${folder}/`)

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-found',
      comment: '@webgpu/types has types alone',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@webgpu/types$' },
    },
    {
      name: 'core-runs-anywhere',
      comment: 'no node: modules, nothing of the page or of Node',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^(src/(node|app)/|node:)|^(fs|path|os|url|util|zlib|buffer|process|worker_threads)(/|$)' },
    },
    layer('data', 'bytes to arrays and back, for anyone', '^src/core/data/', core('data')),
    layer('expression', 'formulas of the user', '^src/core/expression/', core('expression')),
    layer(
      'kinds',
      'what there is of each family, and all that other floors know of it',
      '^src/core/kinds/',
      core('kinds', 'expression'),
    ),
    layer(
      'model',
      'the model knows nothing of how it runs',
      '^src/core/model/',
      core('model', 'kinds', 'expression', 'data'),
    ),
    layer(
      'reference',
      'the reference reads models only',
      '^src/core/reference/',
      core('reference', 'kinds', 'model'),
    ),
    layer(
      'plan',
      'a plan is made from a model alone',
      '^src/core/plan/',
      core('plan', 'kinds', 'model', 'data'),
    ),
    layer(
      'gpu',
      'buffers and pipelines follow a plan',
      '^src/core/gpu/',
      core('gpu', 'plan', 'kinds', 'model'),
    ),
    layer(
      'run',
      'a run drives the GPU',
      '^src/core/run/',
      core('run', 'gpu', 'plan', 'kinds', 'model', 'data'),
    ),
    layer(
      'analysis',
      'analysis reads models and results',
      '^src/core/analysis/',
      core('analysis', 'kinds', 'model', 'run'),
    ),
    layer(
      'sweep',
      'sweeps divide grids and gather results, without files and processes',
      '^src/core/sweep/',
      core('sweep', 'run', 'plan', 'kinds', 'model', 'data'),
    ),
    layer(
      'measure',
      'measurements run models on a device and compare them with the reference',
      '^src/core/measure/',
      [...core('measure', 'reference', 'run', 'gpu', 'plan', 'model')],
    ),
    layer('reproduce', 'reproductions run models and judge the results', '^src/core/reproduce/', [
      ...core('reproduce', 'analysis', 'kinds', 'model', 'reference', 'run'),
    ]),
    {
      name: 'plans-in-general-words',
      comment:
        'what is derived, deferred or batched: derived.ts, deferred.ts and batched.ts say all that others need',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/plan/' },
      to: { path: '^src/core/plan/(factored.ts$|(couplings|resident)/)' },
    },
    {
      name: 'reference-is-for-tests',
      comment:
        'and for experiments, whose expected numbers are float64, and measurements, which compare before they time',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/(measure|reference|reproduce)/' },
      to: { path: '^src/core/reference/' },
    },
    {
      name: 'pictures-know-no-session',
      comment: 'pictures and plots are drawn for whoever runs a network',
      severity: 'error',
      from: { path: '^src/app/(views|plots)/' },
      to: { path: '^src/app/(session|timeline|editing|teaching|sharing|analysis)/' },
    },
    {
      name: 'main-opens-the-side-rooms',
      comment: 'the page works without lessons and analysis: only main.ts opens them',
      severity: 'error',
      from: { path: '^src/app/', pathNot: '^src/app/(main.ts$|teaching/|analysis/)' },
      to: { path: '^src/app/(teaching|analysis)/' },
    },
    {
      name: 'only-main-embeds',
      comment: 'the page does not need what shows a network in other pages',
      severity: 'error',
      from: { path: '^src/app/', pathNot: '^src/app/(main.ts$|embed/)' },
      to: { path: '^src/app/embed/' },
    },
    {
      name: 'node-and-app-are-apart',
      severity: 'error',
      from: { path: '^src/(node|app)/' },
      to: { path: '^src/(node|app)/', pathNot: '^src/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
}
