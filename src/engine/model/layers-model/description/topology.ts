import { count } from '../../../../protocol/format';
import { MAX_CALLS, MODELS, PLAIN_CALL, readModel, type ModelDescription, type Step } from './model-description';
import type { CallInput, TensorRef } from '../../edges';
import type { Flow, FlowCall, FlowNode } from '../../op/op';
import { LayerJson, type Config } from './json';
import { readOp } from '../ops/read';
import { inPlaces } from './placed';
import { damaged } from '../validate/damaged';
import { archiveNames } from '../weights/archive';

/** A layer of the model, after nested models are dissolved. It has one description, for any number of calls. */
export interface TopologyLayer extends FlowNode {
  /** Unique: the names of the models around it and its own, joined by slashes. */
  readonly id: string;
  /** Its own name where that is unique, else its id. */
  readonly name: string;
  /** The parts of its id. */
  readonly path: readonly string[];
  /** Keras class name. */
  readonly type: string;
  readonly config: Config;
  /** Path of its weights in a Keras archive: `layers/functional/layers/conv2d_1`. */
  readonly archive: string;
  /** Ids of the layers that feed its first call, in order. Other calls can have other feeds: see `calls`. */
  readonly inputs: readonly string[];
}

/**
 * The layers of a model in the order of its description, and their calls. Nested models are dissolved call by call: a
 * layer of a nested model with two calls has two calls.
 */
export interface Topology extends Flow {
  readonly name: string | undefined;
  readonly nodes: readonly TopologyLayer[];
  /** Ids of the layers that take its inputs, and of those that make its outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * True if TensorFlow.js reads these calls correctly from the description as it stands. If not (Keras 3, and operations
   * as layers of Keras 2), it may hang: give it a description that is written from `calls`.
   */
  readonly plain: boolean;
  /** True if Keras 3 wrote it. Keras 3 gives some words another meaning than Keras 2. */
  readonly keras3: boolean;
  /** True if TensorFlow.js wrote it, so that it means what TensorFlow.js computes, also where Keras differs. */
  readonly own: boolean;
}

const topologies = new WeakMap<object, Topology>();

/**
 * Reads the topology of a LayersModel, sequential or functional, in the dialects of Keras 2, TensorFlow.js and Keras 3.
 * @param modelTopology from model.json, bare or with `model_config` as the Python converter writes it; it must not
 * change afterwards
 * @returns null where it is something else, such as a GraphModel
 * @throws UserError where its calls could never be made: layers in a circle, or fed by layers that do not exist or are
 * never called; duplicate names; more layers, calls or nested models than the limits allow
 */
export function readTopology(modelTopology: Readonly<Record<string, unknown>>): Topology | null {
  const known = topologies.get(modelTopology);
  if (known) return known;
  const parsed = LayerJson.safeParse(modelTopology['model_config'] ?? modelTopology);
  if (!parsed.success || !MODELS.has(parsed.data.class_name)) return null;
  const model = readModel(parsed.data);
  if (!model) return null;
  const version = modelTopology['keras_version'];
  const own = typeof version === 'string' && version.startsWith('tfjs');
  const topology = new Dissolver(isKeras3(version, model), own).dissolve(model);
  topologies.set(modelTopology, topology);
  return topology;
}

/** Keras 3 writes its version at the top, and the shapes of inputs under a name of its own. */
function isKeras3(version: unknown, model: ModelDescription): boolean {
  const writes = ({ layers }: ModelDescription): boolean =>
    layers.some(({ config, model: inner }) => 'batch_shape' in config || (inner !== null && writes(inner)));
  return (typeof version === 'string' && version.startsWith('3.')) || writes(model);
}

/**
 * A model in its position: for each of its layers the index in the topology, or the nested model; null for inputs that
 * others feed.
 */
interface Placed {
  readonly model: ModelDescription;
  readonly layers: readonly (number | Placed | null)[];
  /** Steps that lead to an output, and inputs. */
  readonly reached: readonly boolean[];
}

/** The surroundings of a model: the names around it, and the path of its layers in an archive. */
interface Around {
  readonly path: readonly string[];
  readonly archive: string;
}

class Dissolver {
  readonly #layers: (Omit<TopologyLayer, 'name' | 'inputs' | 'calls'> & { readonly calls: number[] })[] = [];
  readonly #calls: FlowCall[] = [];
  #inputCalls: number[] = [];

  constructor(
    private readonly keras3: boolean,
    private readonly own: boolean,
  ) {}

  dissolve(model: ModelDescription): Topology {
    const calls = countCalls(model);
    if (calls > MAX_CALLS) throw damaged(`its layers are called more than ${count(MAX_CALLS)} times`);
    const results = this.#call(this.#place(model, { path: [], archive: 'layers' }, false), null, PLAIN_CALL);
    const seen = new Map<string, number>();
    for (const { path } of this.#layers) seen.set(path.at(-1)!, (seen.get(path.at(-1)!) ?? 0) + 1);
    const idOf = (call: number) => this.#layers[this.#calls[call]!.node]!.id;
    return {
      name: model.name,
      nodes: this.#layers.map((layer): TopologyLayer => {
        const [first] = layer.calls;
        const own = layer.path.at(-1)!;
        return {
          ...layer,
          // Layers of different nested models may share a name; their whole path is their name then.
          name: seen.get(own) === 1 ? own : layer.id,
          inputs: first === undefined ? [] : this.#calls[first]!.inputs.map(({ call }) => idOf(call)),
        };
      }),
      calls: this.#calls,
      inputCalls: this.#inputCalls,
      results,
      inputs: this.#inputCalls.map(idOf),
      outputs: results.map(({ call }) => idOf(call)),
      plain: model.plain,
      keras3: this.keras3,
      own: this.own,
    };
  }

  #place(model: ModelDescription, { path, archive }: Around, fed: boolean): Placed {
    const nextName = archiveNames();
    const takes = new Set(model.inputs.map((step) => model.steps[step]!.layer));
    const layers = model.layers.map((layer, i) => {
      const whole = [...path, layer.name];
      const feeds = fed || !takes.has(i);
      const kept = `${archive}/${nextName(layer.type)}`;
      if (layer.model) return this.#place(layer.model, { path: whole, archive: `${kept}/layers` }, feeds);
      if (fed && layer.type === 'InputLayer') return null;
      const { type, config, declared } = layer;
      const inputShape = feeds ? null : declared;
      return (
        this.#layers.push({
          id: whole.join('/'),
          ...{
            path: whole,
            type,
            config,
            op: readOp(type, config, { keras3: this.keras3, readFlow: readTopology }),
            archive: kept,
            inputShape,
            calls: [],
          },
        }) - 1
      );
    });
    return { model, layers, reached: reachedSteps(model) };
  }

  /**
   * @param feeds null where the model takes inputs of the whole model
   * @param around arguments of the call of the model, which hold for its layers
   */
  #call(
    { model, layers, reached }: Placed,
    feeds: readonly CallInput[] | null,
    around: Pick<Step, 'flags' | 'inference'>,
  ): TensorRef[] {
    const made: (readonly TensorRef[] | number | null)[] = [];
    const outputOf = ({ step, output }: { step: number; output: number }): TensorRef => {
      const one = made[step] ?? [];
      return typeof one === 'number' ? { call: one, output } : one[output]!;
    };
    const inputs = new Map(model.inputs.map((step, i) => [step, i]));
    for (const [i, { layer, feeds: own, ...given }] of model.steps.entries()) {
      const flags = [...new Set([...around.flags, ...given.flags])];
      // TensorFlow.js ignores this argument, and so do files that it wrote.
      const inference = !this.own && (around.inference || given.inference);
      made.push(null);
      if (!reached[i]) continue;
      const target = layers[layer] ?? null;
      const input = inputs.get(i);
      const taking = input === undefined ? undefined : feeds?.[input];
      if (model.layers[layer]!.type === 'InputLayer' && input === undefined)
        throw damaged(`the input "${model.layers[layer]!.name}" is not among its inputs`);
      if (target === null) {
        made[i] = [taking!];
        continue;
      }
      const taken = taking
        ? [taking]
        : own.map(({ keyword, ...one }) => ({ ...outputOf(one), ...(keyword === undefined ? {} : { keyword }) }));
      if (typeof target !== 'number') {
        const passed = taken.filter(({ keyword }) => keyword === undefined);
        made[i] = this.#call(target, passed.length > 0 ? passed : null, { flags, inference });
        continue;
      }
      const call =
        this.#calls.push({
          node: target,
          inputs: inPlaces(this.#layers[target]!.type, taken),
          ...(flags.length > 0 ? { flags } : {}),
          ...(inference ? { inference } : {}),
        }) - 1;
      this.#layers[target]!.calls.push(call);
      made[i] = call;
    }
    // A sequential model that begins with a nested model takes the inputs of that model.
    const inputCalls = model.inputs.map((step) => made[step]).filter((one) => typeof one === 'number');
    if (feeds === null && inputCalls.length === model.inputs.length) this.#inputCalls = inputCalls;
    return model.outputs.map(outputOf);
  }
}

function reachedSteps({ steps, inputs, outputs }: ModelDescription): boolean[] {
  const reached = steps.map(() => false);
  for (const step of [...inputs, ...outputs.map((one) => one.step)]) reached[step] = true;
  for (let i = steps.length - 1; i >= 0; i--)
    if (reached[i]) for (const { step } of steps[i]!.feeds) reached[step] = true;
  return reached;
}

/** Counts the calls of layers without making them, since the calls of nested models multiply without limit. */
function countCalls(model: ModelDescription): number {
  const inside = model.layers.map((layer) => (layer.model ? countCalls(layer.model) : 1));
  return reachedSteps(model).reduce((sum, reached, i) => sum + (reached ? inside[model.steps[i]!.layer]! : 0), 0);
}
