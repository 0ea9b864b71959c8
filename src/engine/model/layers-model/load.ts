import { UserError } from '../../../protocol/errors';
import type { tf } from '../../tf';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { isElsewhere, piecesOf, valuesOf } from '../../checkpoint/values';
import { activationGrids } from '../activation-grids';
import { trainedFor } from '../trained-for';
import { modelTensors, requireFinite } from '../tensors';
import { disposeModel } from './dispose-model';
import { matchWeights } from './weights/match';
import { slotsOf } from './weights/slots';
import { bind, missingWeight, strayTensor } from './binding';
import { brief } from './brief';
import { dropConstraints } from './constraints';
import { heldAtInference } from './inference-calls';
import { loadPlan, type LoadPlan } from './load-plan';
import { LayersNetwork } from './network';
import { quantizeInputs } from './kernel-layers';
import { requireShapes } from './outputs';
import { layers, type LayersModel } from './tfjs-layers';
import { holdAtInference, mendBatchNormalization } from './training-mode';

/**
 * Loads a model into TensorFlow.js with the weights of `model`. Each of its tensors that is a weight becomes exactly one
 * variable. The caller disposes of the network.
 * @throws UserError where it cannot run, see `whyNotRunnable`, where tensors and variables do not match one to one, or
 * where it holds NaN or infinite weights
 */
export async function load(model: ModelContent): Promise<LayersNetwork> {
  const plan = loadPlan(model);
  if (typeof plan === 'string') throw new UserError(plan);
  const weights = modelTensors(model);
  requireFinite(weights, 'evaluated or trained');
  const { byTensor, missing } = matchWeights(
    plan.topology.nodes.flatMap(slotsOf),
    weights.map(({ name }) => name),
  );
  const owners = new Map([
    ...byTensor,
    ...customOwners(
      plan,
      weights.filter(({ name }) => !byTensor.has(name)),
    ),
  ]);
  const stray = weights.find(({ name }) => !owners.has(name));
  if (stray) throw strayTensor(stray.name);
  const nameOf = ({ name }: Tensor): string => plan.variableOf(owners.get(name)!);
  const running = await buildWith(plan, weights, nameOf).catch(async (error: unknown) => {
    const [lost] = missing;
    const slashed = plan.topology.nodes.some(({ id, path }) => id === lost?.layer && path.at(-1)?.includes('/'));
    if (lost) throw missingWeight(lost.name, slashed);
    if (error instanceof UserError) throw error;
    if (/shape mismatch/i.test(brief(error))) await nameUnfitting(plan, weights, nameOf);
    throw new UserError(`TensorFlow.js cannot rebuild the model (${brief(error)}): convert it again.`, {
      cause: error,
    });
  });
  try {
    requireShapes(running);
  } catch (error) {
    disposeModel(running);
    throw error;
  }
  const variables = bind(running, weights, nameOf);
  const frozen = new Set(plan.topology.nodes.filter(({ config }) => config['trainable'] === false).map(({ id }) => id));
  // TensorFlow.js forgets that wrappers are frozen.
  for (const [tensor, variable] of variables) if (frozen.has(owners.get(tensor)!.layer)) variable.trainable = false;
  mendBatchNormalization(running);
  const held = heldAtInference(plan.topology);
  for (const layer of running.layers) if (held.has(layer.name)) holdAtInference(layer);
  quantizeInputs(running, variables, activationGrids(model));
  return new LayersNetwork(running, variables, plan.topology, trainedFor(model));
}

/**
 * Finds the layers of tensors that belong to layers of unknown types, which a module of the person registers: their names
 * begin with that of the layer, as those of its variables do.
 */
function customOwners({ topology }: LoadPlan, tensors: readonly Tensor[]): [string, Owned][] {
  const custom = topology.nodes.filter(({ op }) => op.kind === 'unknown');
  return tensors.flatMap(({ name }): [string, Owned][] => {
    const owner = custom.find(({ path }) => name.startsWith(`${path.at(-1)!}/`));
    return owner ? [[name, { layer: owner.id, name }]] : [];
  });
}

type Owned = Parameters<LoadPlan['variableOf']>[0];

/** Finds the weight that does not fit, since TensorFlow.js does not name it. @throws UserError that does */
async function nameUnfitting(plan: LoadPlan, weights: readonly Tensor[], nameOf: (tensor: Tensor) => string) {
  const bare = await build(plan);
  try {
    bind(bare, weights, nameOf);
  } finally {
    disposeModel(bare);
  }
}

/** Builds the model of a plan; without weights they are those of its initializers. */
export function build({ description }: LoadPlan, weights: tf.io.ModelArtifacts = {}): Promise<LayersModel> {
  // TensorFlow.js changes the object that it gets.
  const modelTopology = structuredClone(description);
  dropConstraints(modelTopology);
  const artifacts = { modelTopology, ...weights };
  return layers.loadLayersModel({ load: () => Promise.resolve(artifacts) });
}

/** Bytes of the values of a tensor, which are not read for that where they are elsewhere. */
const bytesInMemory = (tensor: Tensor): number =>
  isElsewhere(tensor) ? valuesOf(tensor).length * (tensor.dtype === 'bool' ? 1 : 4) : tensor.data.byteLength;

/** Bytes of a weight from which its memory is given back at once. */
const LARGE_BYTES = 1024 * 1024;

/** Builds the model of a plan with weights, of which one at a time is in memory twice. */
async function buildWith(
  plan: LoadPlan,
  weights: readonly Tensor[],
  nameOf: (tensor: Tensor) => string,
): Promise<LayersModel> {
  const specs = weights.map((tensor) => ({ name: nameOf(tensor), shape: [...tensor.shape], dtype: tensor.dtype }));
  // Memory that is not written is not taken, and that of large ones is given back at once.
  const weightData = weights.map((tensor) => {
    const length = bytesInMemory(tensor);
    return new ArrayBuffer(length, length < LARGE_BYTES ? {} : { maxByteLength: length });
  });
  let given = 0;
  // TensorFlow.js copies the bytes of one weight before it asks for the next.
  function* oneByOne() {
    for (; given < weights.length; given++) {
      const data = weightData[given]!;
      fill(data, weights[given]!);
      yield specs[given]!;
      if (data.resizable) data.resize(0);
    }
  }
  const weightSpecs = Object.assign([...specs], { [Symbol.iterator]: oneByOne });
  const running = await build(plan, { weightSpecs, weightData });
  if (given < weights.length) throw new Error('TensorFlow.js did not ask for all weights');
  return running;
}

function fill(data: ArrayBuffer, tensor: Tensor): void {
  const bytes = new Uint8Array(data);
  let offset = 0;
  for (const piece of piecesOf(tensor)) {
    bytes.set(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength), offset);
    offset += piece.byteLength;
  }
}
