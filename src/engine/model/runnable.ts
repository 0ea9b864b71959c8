import { UserError } from '../../protocol/errors';
import { layers as tfLayers, tf } from '../tf';
import type { ModelContent, Tensor, Tensors } from '../checkpoint/types';
import { readable } from './dialects';
import { requireShapes } from './outputs';
import { readTopology, type Topology } from './topology';
import { LayerJson, type Config } from './topology-json';
import { mendBatchNormalisation } from './training-mode';
import { bind, missingWeight, strayTensor } from './weights/binding';
import { matchWeights } from './weights/match';
import { slotsOf, type Slot } from './weights/slots';
import { whyTooLarge } from './validate/memory';

/** A model that TensorFlow.js runs. */
export type LayersModel = tfLayers.LayersModel;

/**
 * Why a model cannot be evaluated or trained, as one sentence; undefined where nothing speaks against it.
 * Looks at the description only: a model may still turn out not to load.
 */
export function whyNotRunnable(model: ModelContent, ends: Ends = 'one'): string | undefined {
  const plan = planOf(model, ends);
  return typeof plan === 'string' ? plan : undefined;
}

/** Whether a model may have several inputs and outputs: to be evaluated and trained it must have one of each. */
export type Ends = 'one' | 'several';

/** How a model is run. */
interface Plan {
  readonly topology: Topology;
  /** What TensorFlow.js is given to read. */
  readonly description: Readonly<Record<string, unknown>>;
  /** What TensorFlow.js calls the variable of a weight. */
  readonly variableOf: (slot: Slot) => string;
}

function planOf(model: ModelContent, ends: Ends): Plan | string {
  const topology = topologyOf(model);
  if (typeof topology === 'string') return topology;
  if (model.format === 'graph-model' || !topology) {
    return 'This model is no LayersModel, so it cannot be evaluated or trained: convert it to the format tfjs_layers_model.';
  }
  const strange = topology.layers.find(({ type }) => !isRegistered(type));
  if (strange) {
    return `The layer "${strange.name}" has the type "${strange.type}", which TensorFlow.js does not know, so the model can be inspected and pruned but not evaluated or trained.`;
  }
  const lost = topology.layers.find(({ calls }) => calls.length === 0);
  if (lost) {
    return `The layer "${lost.name}" leads to no output of the model, so the model can be inspected and pruned but not evaluated or trained: save it again without this layer.`;
  }
  const results = topology.results.map(({ call, output }) => `${call}:${output}`);
  if (new Set(results).size < results.length) {
    return 'The model puts out the same tensor twice, so it cannot be evaluated or trained: save it again with each output once.';
  }
  const tooLarge = whyTooLarge(model);
  if (tooLarge !== undefined) return tooLarge;
  for (const [count, what] of [
    [topology.inputs.length, 'input'],
    [topology.outputs.length, 'output'],
  ] as const) {
    if (count > 1 && ends === 'one') {
      return `The model has ${count} ${what}s, so it cannot be evaluated or trained: only models with one ${what} can.`;
    }
  }
  const stateful = topology.layers.find(({ config }) => isStateful(config));
  if (stateful) {
    return `The layer "${stateful.name}" is stateful, so its answers depend on the examples before, and the model cannot be evaluated or trained: set "stateful" of the layer to false.`;
  }
  const reading = readable(model, topology);
  if (typeof reading === 'string') return reading;
  const byId = new Map(topology.layers.map((layer) => [layer.id, layer]));
  const variableOf = ({ layer, name }: Slot): string => {
    const { path, name: unique } = byId.get(layer)!;
    const own = `${path.at(-1)!}/`;
    return reading.flat && name.startsWith(own) ? `${unique}/${name.slice(own.length)}` : name;
  };
  return { topology, description: reading.description, variableOf };
}

function topologyOf({ modelTopology }: ModelContent): Topology | null | string {
  try {
    return readTopology(modelTopology);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Whether a layer, or one that it wraps, carries its state from batch to batch. */
function isStateful({ stateful, layer }: Config): boolean {
  const wrapped = LayerJson.safeParse(layer);
  const inner = wrapped.success ? wrapped.data.config : undefined;
  return stateful === true || (inner !== undefined && !Array.isArray(inner) && isStateful(inner));
}

/**
 * The model as TensorFlow.js runs it, its weights those of `model`: every one of its tensors that is a weight is exactly one
 * variable, see `variablesByTensor`. The caller disposes of it.
 * @throws UserError where it cannot be run, see `whyNotRunnable`, where tensors and variables do not match one to one, or where
 * it holds NaN or infinite weights
 */
export async function toLayersModel(model: ModelContent, ends: Ends = 'one'): Promise<LayersModel> {
  const plan = planOf(model, ends);
  if (typeof plan === 'string') throw new UserError(plan);
  const weights = modelTensors(model);
  requireFinite(weights, 'evaluated or trained');
  const { byTensor, missing } = matchWeights(
    plan.topology.layers.flatMap(slotsOf),
    weights.map(({ name }) => name),
  );
  const stray = weights.find(({ name }) => !byTensor.has(name));
  if (stray) throw strayTensor(stray.name);
  const nameOf = ({ name }: Tensor): string => plan.variableOf(byTensor.get(name)!);
  const running = await build(plan, joined(weights, nameOf)).catch(async (error: unknown) => {
    if (missing[0]) throw missingWeight(missing[0].name);
    if (/shape mismatch/i.test(brief(error))) await nameUnfitting(plan, weights, nameOf);
    throw new UserError(`TensorFlow.js cannot rebuild the model (${brief(error)}): convert it again.`, {
      cause: error,
    });
  });
  try {
    requireShapes(running);
  } catch (error) {
    running.dispose();
    throw error;
  }
  const variables = bind(running, weights, nameOf);
  const frozen = new Set(
    plan.topology.layers.filter(({ config }) => config['trainable'] === false).map(({ id }) => id),
  );
  // TensorFlow.js forgets that wrappers are frozen.
  for (const [tensor, variable] of variables) if (frozen.has(byTensor.get(tensor)!.layer)) variable.trainable = false;
  mendBatchNormalisation(running);
  descriptions.set(running, model.modelTopology);
  return running;
}

const descriptions = new WeakMap<LayersModel, ModelContent['modelTopology']>();

/** What the checkpoint that a running model was loaded from says of its layers; of one that was made here, what TensorFlow.js would. */
export const descriptionOf = (model: LayersModel): ModelContent['modelTopology'] =>
  descriptions.get(model) ?? describedAs(model);

/** TensorFlow.js does not say which weight it is that does not fit. @throws UserError that does */
async function nameUnfitting(plan: Plan, weights: readonly Tensor[], nameOf: (tensor: Tensor) => string) {
  const bare = await build(plan);
  try {
    bind(bare, weights, nameOf);
  } finally {
    bare.dispose();
  }
}

function build({ description }: Plan, weights: tf.io.ModelArtifacts = {}): Promise<LayersModel> {
  // TensorFlow.js changes the object that it is given.
  const artifacts = { modelTopology: structuredClone(description), ...weights };
  return tfLayers.loadLayersModel({ load: () => Promise.resolve(artifacts) });
}

/**
 * What a running model, or a layer, makes of its inputs, an element for each output. Call it within a tidy.
 * @throws UserError where a layer does something that TensorFlow.js lacks, which shows only when it is called
 */
export function answersOf(
  layer: Pick<LayersModel, 'apply'>,
  inputs: tf.Tensor | tf.Tensor[],
  training: boolean,
): tf.Tensor[] {
  try {
    return [layer.apply(inputs, { training }) as tf.Tensor | tf.Tensor[]].flat();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = error instanceof TypeError ? '' : ` (${brief(error)})`;
    throw new UserError(
      `TensorFlow.js cannot run the layers of the model${why}, so it cannot be evaluated or trained.`,
      {
        cause: error,
      },
    );
  }
}

/** A running model as data, as `writeCheckpoint` takes it: topology and weights, no state of an optimiser. */
export function fromLayersModel(model: LayersModel): ModelContent & { readonly tensors: Tensors } {
  const tensors = new Map<string, Tensor>();
  for (const variable of model.weights) {
    const value = variable.read();
    const { dtype } = value;
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new Error(`Weights of type ${dtype} cannot be stored.`);
    }
    const name = variable.originalName;
    tensors.set(name, { name, shape: value.shape, dtype, data: value.dataSync<'float32'>().slice() });
  }
  return {
    modelTopology: describedAs(model),
    tensors,
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${tfLayers.version_layers}`,
  };
}

/** What model.json would say of a running model's layers. */
export function describedAs(model: LayersModel): Record<string, unknown> {
  const topology: unknown = model.toJSON(null, false);
  // A copy by way of text holds exactly what will be read back.
  return JSON.parse(JSON.stringify(topology)) as Record<string, unknown>;
}

/** The tensors of a model that are weights of it. */
export function modelTensors(model: ModelContent): Tensor[] {
  return [...model.tensors.values()].filter((tensor) => tensor.group !== 'optimizer');
}

/**
 * Refuses weights that are no numbers.
 * @param purpose what the model cannot be then: "pruned", "evaluated"
 * @throws UserError naming the first such tensor
 */
export function requireFinite(tensors: Iterable<Tensor>, purpose: string): void {
  for (const { name, data } of tensors) {
    if (!(data instanceof Float32Array)) continue;
    const strange = data.findIndex((value) => !Number.isFinite(value));
    if (strange >= 0) {
      throw new UserError(
        `The tensor "${name}" holds ${Number.isNaN(data[strange]) ? 'NaN' : 'infinite'} weights, so the model cannot be ${purpose}: use a checkpoint from before the training diverged.`,
      );
    }
  }
}

const isRegistered = (type: string) => Object.hasOwn(tf.serialization.SerializationMap.getMap().classNameMap, type);

/** Weights as TensorFlow.js takes them. */
function joined(weights: readonly Tensor[], nameOf: (tensor: Tensor) => string): tf.io.ModelArtifacts {
  const bytes = new Uint8Array(weights.reduce((sum, { data }) => sum + data.byteLength, 0));
  let offset = 0;
  for (const { data } of weights) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return {
    weightSpecs: weights.map((tensor) => ({ name: nameOf(tensor), shape: [...tensor.shape], dtype: tensor.dtype })),
    weightData: bytes.buffer,
  };
}

/** Words of a program, which tell a person nothing. */
const INTERNAL = /\bundefined\b|\bNaN\b|\[object |is not a function|not iterable|cannot read/i;

/** The first sentence of a foreign error, without its full stop, where a person can read it. */
function brief(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = (text.split(/\n|[.!?]\s+(?=[A-Z])/)[0] ?? '').slice(0, 200).replace(/[.:]\s*$/, '');
  return INTERNAL.test(line) ? 'a value in its description is not of the right kind' : line;
}
