import * as z from 'zod';
import type { UserError } from '../../../../protocol/errors';
import { count } from '../../../../protocol/format';
import type { Shape } from '../../shape';
import { withoutAutomaticMasks } from './automatic-masks';
import { layerOf } from './operations';
import { LayerJson, shapeOf, stringOf, type Config } from './json';
import { damaged } from '../validate/damaged';
import { orderOfCalls, type WaitingCall } from './call-order';
import { areListed, readEnds, readNodes, type Reference } from './references';

/** An output of a step. */
export interface StepTensor {
  readonly step: number;
  readonly output: number;
  readonly keyword?: string;
}

/** One call of a layer or nested model within a model. Earlier steps feed it, or none where it takes an input. */
export interface Step {
  readonly layer: number;
  readonly feeds: readonly StepTensor[];
  /** Arguments that are set to true. */
  readonly flags: readonly string[];
  /** True if it is called with `training` set to false. */
  readonly inference: boolean;
}

/** The arguments of a call that is given none. */
export const PLAIN_CALL = { flags: [], inference: false } as const;

/** A layer of a model, or a nested model. */
export interface LayerDescription {
  readonly name: string;
  readonly type: string;
  readonly config: Config;
  readonly model: ModelDescription | null;
  /** The shape that it declares for its input, batch first. */
  readonly declared: Shape | null;
}

/** A model. Its calls are in an order in which they can be made. */
export interface ModelDescription {
  readonly name: string | undefined;
  readonly layers: readonly LayerDescription[];
  readonly steps: readonly Step[];
  /** The steps that take its inputs. */
  readonly inputs: readonly number[];
  readonly outputs: readonly StepTensor[];
  /** True if TensorFlow.js reads all its calls correctly as they stand in the file. */
  readonly plain: boolean;
}

/** Class names of models. */
export const MODELS: ReadonlySet<string> = new Set(['Sequential', 'Functional', 'Model']);
/** Limit of the depth of nested models. */
const MAX_DEPTH = 16;
/** Limit of the layers of a model, those of nested models included. */
export const MAX_LAYERS = 10_000;
/** Limit of the calls of layers; the calls in a nested model count once for each call of that model. */
export const MAX_CALLS = 50_000;
/** Limit of the tensors that one call takes. */
const MAX_INPUTS = 1000;
/** Limit of the characters of a layer's path, joined. */
const MAX_PATH = 1000;

/** The position of the reader. */
interface Place {
  readonly depth: number;
  /** Number of characters in the names of the models around it. */
  readonly path: number;
  readonly count: { layers: number };
}

/**
 * Reads a model and its nested models.
 * @returns null where it describes no layers
 * @throws UserError where its calls could never be made: layers that wait for each other, duplicate names
 */
export function readModel(
  json: LayerJson,
  place: Place = { depth: 0, path: 0, count: { layers: 0 } },
): ModelDescription | null {
  const config = Array.isArray(json.config) ? { layers: json.config } : (json.config ?? {});
  const parsed = z.array(LayerJson).safeParse(config['layers']);
  if (!parsed.success) return null;
  place.count.layers += parsed.data.length;
  if (place.count.layers > MAX_LAYERS) throw damaged(`it has more than ${count(MAX_LAYERS)} layers`);
  if (place.depth > MAX_DEPTH) throw damaged(`it holds models within models, more than ${MAX_DEPTH} deep`);
  const sequential = json.class_name === 'Sequential';
  const described = withoutAutomaticMasks(parsed.data).map(layerOf);
  const layers = described.map((layer, i) => readLayer(layer, i, place));
  if (sequential && layers[0] && !layers[0].model && layers[0].declared === null)
    layers[0] = { ...layers[0], declared: shapeOf(config['build_input_shape']) };
  const byName = new Map(layers.map(({ name }, i) => [name, i]));
  if (byName.size < layers.length) {
    const twice = layers.find(({ name }, i) => byName.get(name) !== i)!;
    throw damaged(`two of its layers are called "${twice.name}"`);
  }
  const name = stringOf(config['name']) ?? json.name;
  const graph = sequential ? chain(layers) : network(described, config, layers, byName);
  for (const { layer, feeds } of graph.steps) requireArity(layers[layer]!, feeds);
  for (const { step, output } of [...graph.steps.flatMap(({ feeds }) => feeds), ...graph.outputs]) {
    const { name: from, type, model } = layers[graph.steps[step]!.layer]!;
    const made = model ? model.outputs.length : type === 'InputLayer' ? 1 : Infinity;
    if (output >= made) throw damaged(`output ${output} of "${from}" is used, which makes ${made}`);
  }
  const plain = graph.plain && described.every((layer, i) => layer === parsed.data[i]);
  return { name, layers, ...graph, plain: plain && layers.every(({ model }) => model?.plain ?? true) };
}

function readLayer(json: LayerJson, index: number, { depth, path, count }: Place): LayerDescription {
  const config = Array.isArray(json.config) ? {} : (json.config ?? {});
  const own = stringOf(config['name']);
  const name = json.name ?? own ?? `layer ${index + 1}`;
  if (path + name.length > MAX_PATH)
    throw damaged(`the name of a layer, with those of the models around it, is longer than ${MAX_PATH} characters`);
  if (own !== undefined && own !== name) throw damaged(`a layer is called both "${name}" and "${own}"`);
  const inside = { depth: depth + 1, path: path + name.length + 1, count };
  return {
    name,
    type: json.class_name,
    config,
    model: MODELS.has(json.class_name) ? readModel(json, inside) : null,
    declared: shapeOf(config['batch_input_shape'] ?? config['batch_shape']),
  };
}

type Graph = Pick<ModelDescription, 'steps' | 'inputs' | 'outputs' | 'plain'>;

/** Chains layers: each takes the output of the one before. */
function chain(layers: readonly LayerDescription[]): Graph {
  const late = layers.find(({ type }, i) => i > 0 && type === 'InputLayer');
  if (late) throw damaged(`the input "${late.name}" comes after other layers`);
  const steps = layers.map((_, i): Step => ({
    layer: i,
    feeds: i > 0 ? [{ step: i - 1, output: 0 }] : [],
    ...PLAIN_CALL,
  }));
  const several = layers.find(({ model }) => model !== null && model.outputs.length !== 1);
  if (several)
    throw damaged(`"${several.name}" does not have exactly one output, as each layer of a sequential model must`);
  const inputs = steps.length ? [0] : [];
  const outputs = steps.length ? [{ step: steps.length - 1, output: 0 }] : [];
  return { steps, inputs, outputs, plain: true };
}

/** Connects layers by the names of the layers that feed them. */
function network(
  described: readonly LayerJson[],
  config: Config,
  layers: readonly LayerDescription[],
  byName: ReadonlyMap<string, number>,
): Graph {
  // TensorFlow.js would search for such a layer endlessly.
  const nameless = described.findIndex(({ name }) => name === undefined);
  if (nameless >= 0) throw damaged(`the layer "${layers[nameless]!.name}" has a name only in its config`);
  // TensorFlow.js stores layers as properties of plain objects, which already have these properties.
  const taken = layers.find(({ name }) => name in Object.prototype);
  if (taken) throw damaged(`a layer is called "${taken.name}", a name that JavaScript reserves`);
  const nodes = described.flatMap(({ inbound_nodes = [] }, layer) =>
    readNodes(inbound_nodes, byName).map((node, call) => ({ ...node, layer, call })),
  );
  if (nodes.length > MAX_CALLS) throw damaged(`its layers are called more than ${count(MAX_CALLS)} times`);
  const greedy = nodes.find(({ references }) => references.length > MAX_INPUTS);
  if (greedy)
    throw damaged(`the layer "${layers[greedy.layer]!.name}" takes more than ${count(MAX_INPUTS)} tensors at once`);
  const fed = nodes.find(({ layer }) => layers[layer]!.type === 'InputLayer');
  if (fed) throw damaged(`the input "${layers[fed.layer]!.name}" is fed by other layers`);
  const target = ({ layer, node }: Reference, first: number, reader: string) => {
    const index = byName.get(layer);
    if (index === undefined) throw damaged(`${reader} takes the output of "${layer}", which it does not have`);
    return { layer: index, call: node - first };
  };
  const keras3 = nodes.some((node) => node.keras3);
  const waiting = nodes.map(({ layer, call, references, keras3: listed }): WaitingCall => {
    const reader = `the layer "${layers[layer]!.name}"`;
    const after = references.map((one) => target(one, listed ? 0 : firstNode(layers, byName, one.layer), reader));
    const own = after.find((one) => one.call < 0);
    if (own) throw damaged(`${reader} takes the output of a call of "${layers[own.layer]!.name}" that does not exist`);
    return { layer, after: listed && call > 0 ? [...after, { layer, call: call - 1 }] : after };
  });
  const inputLayers = layers.flatMap(({ type }, layer) => (type === 'InputLayer' ? [layer] : []));
  const made = layers.map(({ type }) => (type === 'InputLayer' ? 1 : 0));
  const order = orderOfCalls(waiting, made);
  if (order.length < waiting.length) throw neverCalled(waiting, order, made, layers);
  const steps: Step[] = inputLayers.map((layer) => ({ layer, feeds: [], ...PLAIN_CALL }));
  const stepsOf = layers.map((): number[] => []);
  steps.forEach(({ layer }, i) => stepsOf[layer]!.push(i));
  for (const i of order) {
    const { layer, references, flags, inference } = nodes[i]!;
    const feeds = references.map(({ output, keyword }, k): StepTensor => {
      const { layer: from, call } = waiting[i]!.after[k]!;
      return { step: stepsOf[from]![call]!, output, ...(keyword === undefined ? {} : { keyword }) };
    });
    stepsOf[layer]!.push(steps.push({ layer, feeds, flags, inference }) - 1);
  }
  const ends = (key: 'input_layers' | 'output_layers') => {
    const named = readEnds(config[key]);
    if (named.length > MAX_INPUTS)
      throw damaged(`it has more than ${count(MAX_INPUTS)} ${key === 'input_layers' ? 'inputs' : 'outputs'}`);
    return named.map((one): StepTensor => {
      const first = keras3 ? firstNodeOfKeras3(layers, byName, one.layer) : firstNode(layers, byName, one.layer);
      const { layer, call } = target(one, first, 'the model');
      const step = stepsOf[layer]![call];
      if (step === undefined) throw damaged(`it takes a call of "${one.layer}" that is never made`);
      return { step, output: one.output };
    });
  };
  const inputs = ends('input_layers').map(({ step }) => step);
  const strange = inputs.find((step) => layers[steps[step]!.layer]!.type !== 'InputLayer');
  if (strange !== undefined)
    throw damaged(`"${layers[steps[strange]!.layer]!.name}" is listed as an input but is none`);
  if (new Set(inputs).size < inputs.length) throw damaged('it names an input twice');
  const plain =
    nodes.every((node) => node.plain) &&
    areListed(config['input_layers']) &&
    areListed(config['output_layers']) &&
    layers.every(({ model }) => model === null || declaresShape(model));
  return { steps, inputs, outputs: ends('output_layers'), plain };
}

/**
 * Returns the number that the file gives to the first call of a layer. A nested model counts an earlier call, which
 * connects its own inputs to its outputs. Keras 2 omits that call where a sequential model declared no shape.
 */
function firstNode(layers: readonly LayerDescription[], byName: ReadonlyMap<string, number>, name: string): number {
  const model = layers[byName.get(name) ?? -1]?.model;
  return model && declaresShape(model) ? 1 : 0;
}

function declaresShape({ layers: [first] }: ModelDescription): boolean {
  return first !== undefined && (first.declared !== null || (first.model !== null && declaresShape(first.model)));
}

/** Keras 3 counts that call only where a model names its outputs, and for functional models. */
function firstNodeOfKeras3(
  layers: readonly LayerDescription[],
  byName: ReadonlyMap<string, number>,
  name: string,
): number {
  const layer = layers[byName.get(name) ?? -1];
  return layer?.model && layer.type !== 'Sequential' ? 1 : 0;
}

function requireArity({ name, model }: LayerDescription, feeds: readonly StepTensor[]): void {
  const given = feeds.filter(({ keyword }) => keyword === undefined).length;
  if (model && given > 0 && given !== model.inputs.length)
    throw damaged(`the nested model "${name}" takes ${model.inputs.length} inputs but gets ${given}`);
}

function neverCalled(
  waiting: readonly WaitingCall[],
  order: readonly number[],
  made: readonly number[],
  layers: readonly LayerDescription[],
): UserError {
  const done = new Set(order);
  const left = waiting.filter((_, i) => !done.has(i));
  const busy = new Set(left.map(({ layer }) => layer));
  const lost = left.flatMap(({ layer, after }) =>
    after.filter((one) => one.call >= made[one.layer]! && !busy.has(one.layer)).map((from) => ({ layer, from })),
  )[0];
  const [first] = left;
  return damaged(
    lost
      ? `the layer "${layers[lost.layer]!.name}" waits for "${layers[lost.from.layer]!.name}", which is never called${lost.from.call > 0 ? ' so often' : ''}`
      : `the layer "${layers[first!.layer]!.name}" depends on its own output`,
  );
}
