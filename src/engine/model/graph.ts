import { shapeSize } from '../checkpoint/dtype';
import type { ModelContent, Tensor } from '../checkpoint/types';
import { closeInputs } from './input-shapes';
import type { OutputKind } from './network';
import { layersOfOperations } from './operations/layers';
import { readOperations, signatureOutputs, type OperationGraph } from './operations/read';
import { outputKinds } from './output-kinds';
import { assignTensors } from './ownership';
import { roleOf, weightName, type Role } from './roles';
import { inferFigures } from './shapes';
import { readTopology, type TopologyLayer } from './topology';
import type { Shape } from './shape';

/** A tensor of a layer with its role. */
export interface GraphTensor extends Role {
  readonly tensor: Tensor;
  /** Elements. */
  readonly params: number;
}

/** A layer with what is known of it without running it. */
export interface GraphLayer {
  /** Unique. */
  readonly name: string;
  /** The names of the models around it, and its own. */
  readonly path: readonly string[];
  /** Keras class name; in a GraphModel the kind of operation; `Weights` where tensors are grouped by name alone. */
  readonly type: string;
  /** Batch first; null where it cannot be inferred. */
  readonly outputShape: Shape | null;
  readonly params: number;
  /** Dense multiply-accumulates for one sample; null where they cannot be inferred. */
  readonly macs: number | null;
  readonly tensors: readonly GraphTensor[];
  readonly prunable: boolean;
  /** Why nothing in it is pruned. */
  readonly reason?: string;
}

/** A model as its layers. */
export interface ModelGraph {
  /** As its author called it; undefined where TensorFlow.js made the name up. */
  readonly name: string | undefined;
  readonly layers: readonly GraphLayer[];
  /** Shapes that are fed to it, batch first; null where not declared. */
  readonly inputs: readonly (Shape | null)[];
  /** Shapes of the inputs, batch first, for which MACs are counted where the model leaves a size open; else absent. */
  readonly assumed?: readonly Shape[];
  /** How many outputs it has. */
  readonly outputs: number;
  readonly output: OutputKind;
  /** False where the topology is that of a GraphModel, or of nothing known: layers are then groups of tensors. */
  readonly layered: boolean;
  /** Names and types of layers of no known type. */
  readonly unknown: readonly { readonly name: string; readonly type: string }[];
}

const MADE_UP_NAME = /^(sequential|model|functional)([_-]?\d+)?$/i;
const graphs = new WeakMap<ModelContent, ModelGraph>();

/** The layers of a model in order, with shapes, parameters, MACs and tensors. Never throws: what is unknown stays null. */
export function readGraph(model: ModelContent): ModelGraph {
  const known = graphs.get(model);
  if (known) return known;
  const graph = build(model);
  graphs.set(model, graph);
  return graph;
}

function build(model: ModelContent): ModelGraph {
  const operations = readOperations(model.modelTopology, signatureOutputs(model.described?.['signature']));
  return operations ? buildOfOperations(model, operations) : buildOfLayers(model);
}

/** A GraphModel: what runs it is not known here, so shapes and MACs are not either. */
function buildOfOperations(model: ModelContent, operations: OperationGraph): ModelGraph {
  const layers = layersOfOperations(operations, model.tensors).map(({ name, type, tensors }) => {
    const roles = new Map(tensors.map(({ tensor, role }) => [tensor, role]));
    return describe(
      { name, path: [name] },
      type,
      [...roles.keys()],
      null,
      null,
      (tensor) => roles.get(tensor) ?? roleOf(tensor, type),
    );
  });
  return {
    name: undefined,
    layers,
    inputs: [],
    outputs: operations.main.returns.length,
    output: 'logits',
    layered: false,
    unknown: [],
  };
}

function buildOfLayers(model: ModelContent): ModelGraph {
  const topology = readTopology(model.modelTopology);
  const layers = topology?.layers ?? [];
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const owned = assignTensors(layers, model.tensors);
  const stored = topology && {
    ...topology,
    layers: layers.map((layer) => asStored(layer, owned.byLayer.get(layer.id))),
  };
  const figures = stored ? inferFigures(stored) : new Map<string, never>();
  const closed = topology ? closeInputs(topology) : [];
  const open = closed.some((input) => input.open);
  const sizes = new Map(closed.map(({ id, shape }) => [id, shape]));
  const counted = stored && open ? inferFigures(stored, sizes) : figures;
  const described = layers.map((layer): GraphLayer => {
    const { shape: outputShape = null } = figures.get(layer.id) ?? {};
    const { macs = null } = counted.get(layer.id) ?? {};
    return describe(layer, layer.type, owned.byLayer.get(layer.id) ?? [], outputShape, macs);
  });
  const grouped = [...owned.others].map(([name, tensors]) =>
    describe({ name, path: [name] }, 'Weights', tensors, null, null),
  );
  return {
    name: topology?.name !== undefined && !MADE_UP_NAME.test(topology.name) ? topology.name : undefined,
    layers: [...described, ...grouped],
    inputs: topology?.inputs.map((id) => byId.get(id)?.inputShape ?? null) ?? [],
    outputs: topology?.outputs.length ?? 0,
    output: (topology && outputKinds(topology)[0]) ?? 'open',
    layered: topology !== null,
    ...(open ? { assumed: closed.map(({ shape }) => shape) } : {}),
    unknown: layers.filter(({ op }) => op.kind === 'unknown').map(({ name, type }) => ({ name, type })),
  };
}

/** TensorFlow.js saves a separable convolution without its depth multiplier, which the kernel tells. */
function asStored(layer: TopologyLayer, tensors: readonly Tensor[] = []): TopologyLayer {
  const { op } = layer;
  if (op.kind !== 'separable-conv' || op.multiplier !== null) return layer;
  const kernel = tensors.find((tensor) => weightName(tensor) === 'depthwise_kernel');
  return { ...layer, op: { ...op, multiplier: kernel?.shape.at(-1) ?? null } };
}

function describe(
  { name, path }: Pick<GraphLayer, 'name' | 'path'>,
  type: string,
  tensors: readonly Tensor[],
  outputShape: Shape | null,
  macs: number | null,
  role: (tensor: Tensor) => Role = (tensor) => roleOf(tensor, type),
): GraphLayer {
  const described = tensors.map((tensor) => ({ tensor, params: shapeSize(tensor.shape), ...role(tensor) }));
  const prunable = described.some((tensor) => tensor.prunable);
  const reason =
    described.length === 0 ? 'it has no weights' : (described.find(({ kernel }) => kernel) ?? described[0])?.reason;
  return {
    name,
    path,
    type,
    outputShape,
    params: described.reduce((sum, tensor) => sum + tensor.params, 0),
    macs,
    tensors: described,
    prunable,
    ...(prunable || reason === undefined ? {} : { reason }),
  };
}
