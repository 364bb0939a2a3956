/** The library without the parts that differ between Node and the browser: see src/node/index.ts and src/app/library.ts. */
export { type LoadOptions, loadModel } from './model/load.ts'
export { ModelError, type Place, RunError } from './errors.ts'
export type { BaseKind, BaseOf } from './kinds/bases/table.ts'
export type { CustomRule } from './kinds/rules/custom.ts'
export type { NamedRule, Rule, RuleKind, RuleObject, WordRule, WrittenRule } from './kinds/rules/table.ts'
export type { BcmRule, CovarianceRule, TracedRule } from './kinds/rules/traced.ts'
export type {
  Axis,
  Base,
  CommonMemory,
  ConvolutionMemory,
  Coupling,
  DenseMemory,
  Dwell,
  Layer,
  Lagrangian,
  Hyperedge,
  ProductEdge,
  AttentionEdge,
  Factor,
  Memory,
  MemoryOf,
  Model,
  Probe,
  Rows,
  Signs,
  SparseMemory,
  Stimulus,
  Synapse,
  LateralSynapse,
  SparseSynapse,
  Update,
  Variation,
} from './model/model.ts'
export type { SparsePattern } from './math/sparse.ts'
export type { Boundary, Geometry } from './kinds/couplings/convolution.ts'
export type { CouplingKind, MemoryKind } from './kinds/couplings/table.ts'
export type { ProbeKind } from './kinds/probes/table.ts'
export type { UpdateKind } from './kinds/updates/table.ts'
export type { Written } from './kinds/lagrangians/definition.ts'
export type { Read } from './model/files.ts'
export type { ResolveOptions } from './model/resolve.ts'
export type {
  LagrangianSpec,
  Lesson,
  OrValues,
  Question,
  Scenario,
  ScenarioInput,
  Try,
} from './model/schema.ts'
export type { Patterns, Values } from './model/patterns/schema.ts'
export type { SharedLagrangian } from './kinds/lagrangians/table.ts'
export type { NeuronRow } from './kinds/neuron-row.ts'
export type { Product, Reduction, Tile } from './plan/kernels.ts'
export { type Plan, type PlanOptions, planNetwork } from './plan/plan.ts'
export type {
  Choice,
  Form,
  ProductPlan,
  ProductShape,
  SwitchPlan,
  Tuned,
  Variants,
  Why,
} from './plan/variants.ts'
export type { Block, Limits, Matrix } from './plan/layout.ts'
export type { Binding, Field, Format, Kernel } from './plan/kernels.ts'
export type { Deferred } from './plan/deferred.ts'
export type { Derived } from './plan/derived.ts'
export type { BufferPlan, Lifetime, Operation, Stage } from './plan/operation.ts'
export type { ClockPlan } from './plan/clock.ts'
export type { ProbePlan } from './plan/probes.ts'
export type { Command } from './gpu/commands.ts'
export type { BatchedCommand } from './gpu/batched.ts'
export type { Clock } from './gpu/clock.ts'
export type { DeferredCommands, DerivedCommands, Engine } from './gpu/engine.ts'
export { type Residence, type ResidentMode, planResidence } from './plan/forms.ts'
export type { ArenaPart, Batched } from './plan/batched.ts'
export type { DecodeImage, Image } from './data/image.ts'
export type { PiecedArray } from './data/npz.ts'
export type { DenseArray } from './run/arrays.ts'
export type { Listener } from './run/listeners.ts'
export type { Rest } from './run/rest.ts'
export type { SavedMean, SavedMeans } from './run/means.ts'
export type { Sample, Series } from './run/series.ts'
export type { GroupKind, GroupTime, Profile } from './run/profile.ts'
export { tune } from './run/tune.ts'
export {
  type Change,
  type Checkpoint,
  type RestoreOptions,
  type Simulation,
  type SimulationOptions,
  createSimulation,
} from './run/simulation.ts'
